//! What a call costs beside the same call written by hand with reqwest: instructions of the client's process alone.
//!
//! `cargo xtask bench call` runs both under valgrind's callgrind (Debian: `apt-get install valgrind`).

use benches::{
    BY_HAND, Caller, OTHER, Result, Row, arguments, block_on, instructions, instructions_of_other,
};
use tracing_subscriber::filter::LevelFilter;

/// With it, what the call and its libraries tell is written, to nowhere.
const TRACED: &str = ", told to tracing";

fn main() -> Result {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [who, what, url, calls] => {
            let plain = what.strip_suffix(TRACED);
            if plain.is_some() {
                tracing_subscriber::fmt()
                    .with_max_level(LevelFilter::DEBUG)
                    .with_writer(std::io::sink)
                    .init();
            }
            block_on(call(who, plain.unwrap_or(what), url, calls.parse()?))
        }
        _ => compare(),
    }
}

async fn call(who: &str, what: &str, url: &str, calls: u64) -> Result {
    let caller = Caller::new(who, url)?;
    for _ in 0..calls {
        caller.call(what).await?;
    }
    Ok(())
}

fn compare() -> Result {
    let url = benches::start(benches::answers())?;
    let traced = format!("GET{TRACED}");
    let count = |who, what| instructions(&[who, what, &url], 200..1200);
    let (table, who, calls): (_, _, &[_]) = match cfg!(feature = "catalog") {
        true => ("by-name", "by name", &["GET", "PATCH"]),
        false => ("call", "typed", &["GET", "PATCH", &traced]),
    };
    for what in calls {
        let ours = count(who, what)?;
        let row = || Row::new(table, what, "instructions", ours);
        row().against(BY_HAND, count(BY_HAND, what)?);
        if !what.ends_with(TRACED) {
            let theirs = instructions_of_other(&[what, &url], 200..1200);
            theirs
                .transpose()?
                .into_iter()
                .for_each(|theirs| row().against(OTHER, theirs));
        }
    }
    Ok(())
}

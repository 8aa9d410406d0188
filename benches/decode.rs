//! What decoding an answer costs beside structs written by hand: instructions for each.
//!
//! `cargo xtask bench decode` runs both under valgrind's callgrind (Debian: `apt-get install valgrind`).

use benches::{
    BY_HAND, OTHER, Result, Row, VALUE, arguments, body, decode, instructions,
    instructions_of_other,
};

fn main() -> Result {
    let arguments = arguments();
    if let [who, what, entries, rounds] = &arguments[..] {
        let body = body(what, entries.parse()?).to_string();
        return (0..rounds.parse()?).try_for_each(|_: u64| decode(who, what, body.as_bytes()));
    }
    for (what, entries) in [
        ("audit log", 20),
        ("settings", 20),
        ("rules", 20),
        ("config", 100),
    ] {
        let count = |who| instructions(&[who, what, &entries.to_string()], 20..120);
        let ours = count("typed")?;
        let row = || Row::new("decode", what, "instructions", ours).of(entries);
        row().against(BY_HAND, count(BY_HAND)?);
        row().against(VALUE, count(VALUE)?);
        let file = std::env::temp_dir().join(format!("body-{}.json", std::process::id()));
        std::fs::write(&file, body(what, entries as usize).to_string())?;
        let theirs = instructions_of_other(&[what, &file.to_string_lossy()], 20..120);
        std::fs::remove_file(&file)?;
        theirs
            .transpose()?
            .into_iter()
            .for_each(|theirs| row().against(OTHER, theirs));
    }
    Ok(())
}

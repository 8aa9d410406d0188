//! Any operation, by its name.
//!
//! ```sh
//! cargo run --features catalog --example call -- --list
//! cargo run --features catalog --example call -- configs.getConfig '{"configId": "…"}'
//! cargo run --features catalog --example call -- --describe create-config
//! ```
//!
//! The name is the tool name (`configs.getConfig`), an older one, or the operation's id (`get-config`). The arguments are
//! one JSON object, `-` reads it from standard input: parameters under the API's own names, the body under `body`. The
//! answer is printed as JSON; `null` if there is none. `--list` prints a line for each operation, `--describe` what agents
//! are told of one, or of all.
//!
//! `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` have the credentials, `CONFIGCAT_BASE_URL` the server if it is not
//! ConfigCat's own; `--list` and `--describe` need none of them.
//!
//! Exit codes: 0 done; 1 the call failed; 2 it could not be made as it was written.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use configcat_management::catalog::Catalog;
use configcat_management::{Client, Error};
use serde_json::{Value, json};

const USAGE: &str = "usage: call NAME [ARGUMENTS | -] | --list | --describe [NAME]";

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let printed = match words.as_slice() {
        ["--list"] => Ok(list(Catalog::configcat())),
        ["--describe"] => Ok(format!("{:#}", json!(Catalog::configcat().tools()))),
        ["--describe", name] => Catalog::configcat()
            .find(name)
            .map(|tool| format!("{:#}", json!(tool)))
            .map_err(|error| error.to_string()),
        ["--help" | "-h"] => Ok(USAGE.to_string()),
        [name] if !name.starts_with('-') => return call(name, "{}").await,
        [name, arguments] if !name.starts_with('-') => return call(name, arguments).await,
        _ => Err(USAGE.to_string()),
    };
    match printed {
        Ok(text) => print(&text),
        Err(problem) => refuse(&problem),
    }
}

async fn call(name: &str, arguments: &str) -> ExitCode {
    let mut text = arguments.to_string();
    if arguments == "-" {
        text.clear();
        if let Err(error) = std::io::stdin().read_to_string(&mut text) {
            return refuse(&format!("standard input cannot be read: {error}"));
        }
    }
    let arguments: Value = match serde_json::from_str(&text) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&format!("the arguments are not JSON: {error}")),
    };
    let client = match Client::from_env() {
        Ok(client) => client,
        Err(error) => return refuse(&error.to_string()),
    };
    match client.call(name, arguments).await {
        Ok(answer) => print(&format!("{:#}", *answer)),
        Err(error @ (Error::UnknownTool(_) | Error::Invalid(_))) => refuse(&error.to_string()),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn list(catalog: &Catalog) -> String {
    let lines = catalog.tools().iter().map(|tool| {
        let operation = tool.operation();
        format!(
            "{:<64} {:<48} {}",
            tool.name(),
            operation.id,
            operation.summary
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A reader that has had enough, such as `head`, is no failure.
fn print(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::from(2)
}

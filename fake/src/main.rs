//! ConfigCat's Public Management API as a local program.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use configcat_fake::{Fake, FakeBuilder, Quota, Seed};

/// ConfigCat's Public Management API as a local server, for tests.
///
/// It keeps everything in memory, and forgets it when it stops, unless `--state` says where to keep it. Point a client at the
/// address that it prints; the lines below it are a call to try and the environment variables that clients read. In a browser,
/// the address is a page that shows flags, requests and the remaining quota.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    port: u16,

    /// Address to listen on; 0.0.0.0 for all of them, as a container needs it.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    address: IpAddr,

    /// User name of the Public API.
    #[arg(long, default_value = FakeBuilder::DEFAULT_USER, value_name = "NAME")]
    user: String,

    /// Password that goes with the user name.
    #[arg(long, default_value = FakeBuilder::DEFAULT_PASSWORD, value_name = "TEXT")]
    pass: String,

    /// Requests that are let through in a period, such as 100/1m; units are ms, s, m, h and d.
    ///
    /// May be given more than once; then all of them hold, and the headers tell of the longest period alone.
    #[arg(long, value_name = "REQUESTS/PERIOD", default_value = "10000/1m")]
    quota: Vec<Quota>,

    /// Adds every request to a file when it is over, one JSON object a line.
    ///
    /// A line has time, method, path, operation, status, milliseconds and body. Headers are left out: they hold secrets.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Speaks TLS, with a certificate that it makes for itself at each start.
    #[arg(long)]
    tls_self_signed: bool,

    /// Writes that certificate to a file, as PEM, for clients to trust.
    #[arg(long, value_name = "FILE", requires = "tls_self_signed")]
    tls_certificate: Option<PathBuf>,

    /// Leaves out the page, which needs no credentials.
    #[arg(long)]
    no_page: bool,

    /// Leaves out `/_fake/…`, by which tests in any language reset the server, move its clock and plan faults.
    ///
    /// It needs the credentials; `GET /_fake/openapi.json` describes it.
    #[arg(long)]
    no_control: bool,

    /// What to start with: `demo` (a product, two environments, two configs and a few flags), `empty` (one organization and
    /// nothing in it), or a file that `--state` wrote.
    #[arg(long, default_value = "demo", value_name = "demo|empty|FILE")]
    seed: PathBuf,

    /// Starts with one organization and nothing in it; short for `--seed empty`.
    #[arg(long, conflicts_with = "seed")]
    empty: bool,

    /// Keeps the state in a file, as JSON, and goes on with it the next time; the seed counts only where the file is missing.
    ///
    /// It is written soon after every change and at the end, never in part. It holds SDK keys and other secrets of the state.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  configcat-fake
  configcat-fake --port 0 --empty
  configcat-fake --user alice --pass secret --quota 100/1m --quota 10/1s
  configcat-fake --record requests.jsonl
  configcat-fake --state shop.json
  configcat-fake --seed shop.json
  configcat-fake --tls-self-signed --tls-certificate fake.pem

  curl --user user:pass http://127.0.0.1:8080/v1/products
  curl --user user:pass --cacert fake.pem https://127.0.0.1:8080/v1/products
  curl --user user:pass --request POST http://127.0.0.1:8080/_fake/reset

Page: http://127.0.0.1:8080/
It stops on Ctrl-C.";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("configcat-fake: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let address = SocketAddr::new(arguments.address, arguments.port);
    let mut builder = Fake::builder()
        .address(address)
        .credentials(arguments.user, arguments.pass);
    for Quota { requests, period } in arguments.quota {
        builder = builder.quota(requests, period);
    }
    builder = builder.seed(match arguments.empty {
        true => Seed::empty(),
        false => seed(&arguments.seed)?,
    });
    if let Some(file) = arguments.state {
        builder = builder.state_file(file);
    }
    builder = builder.control(!arguments.no_control);
    if arguments.no_page {
        builder = builder.without_page();
    }
    if let Some(file) = arguments.record {
        builder = builder.record(file);
    }
    if arguments.tls_self_signed {
        builder = builder.tls_self_signed();
    }
    let fake = builder
        .try_start()
        .await
        .map_err(|error| named(address, &error))?;
    if let (Some(file), Some(certificate)) = (&arguments.tls_certificate, fake.certificate()) {
        std::fs::write(file, certificate).map_err(|error| named(file.display(), &error))?;
    }
    let told = told_to_stop()?;
    write!(
        io::stdout(),
        "{}",
        greeting(&fake, arguments.tls_certificate.as_deref())
    )?;
    told.await;
    fake.stop().await;
    Ok(())
}

fn seed(name: &Path) -> io::Result<Seed> {
    match name.to_str() {
        Some("demo") => Ok(Seed::demo()),
        Some("empty") => Ok(Seed::empty()),
        _ => {
            let wrong = |error: &io::Error| named(name.display(), error);
            let text = std::fs::read_to_string(name).map_err(|error| wrong(&error))?;
            Seed::from_json(&text)
                .map_err(|error| wrong(&io::Error::new(io::ErrorKind::InvalidData, error)))
        }
    }
}

/// An error that says what it is about.
fn named(what: impl Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// Where the server is, a call to try, and what clients read from the environment.
fn greeting(fake: &Fake, certificate: Option<&Path>) -> String {
    let url = fake.base_url();
    let login = quoted(&format!("{}:{}", fake.user(), fake.password()));
    let trust = match (fake.certificate(), certificate) {
        (None, _) => String::new(),
        (Some(_), None) => "--insecure ".to_string(),
        (Some(_), Some(file)) => format!("--cacert {} ", quoted(&file.to_string_lossy())),
    };
    format!(
        "Listening on {url}. Ctrl-C stops it.\n\n\
         curl {trust}--user {login} {url}/v1/products\n\n\
         CONFIGCAT_BASE_URL={url} CONFIGCAT_API_USER={} CONFIGCAT_API_PASS={}\n",
        quoted(fake.user()),
        quoted(fake.password()),
    )
}

/// Listens from now on for Ctrl-C and for what a container is stopped by; the future is ready when one of them came.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// The future is ready when Ctrl-C came.
#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Who cannot be told by Ctrl-C is stopped from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+,=".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_string(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("pass"), "pass");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_arguments_are_in_order() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}

//! ConfigCat's Public Management API as a local program.

mod arguments;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use configcat_fake::{Fake, Quota, Seed};

use crate::arguments::{Arguments, add_name};

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
    let address = arguments.socket_address().await?;
    let read_timeout = arguments.read_timeout();
    let mut builder = Fake::builder()
        .address(address)
        .credentials(arguments.user, arguments.pass)
        .control(!arguments.no_control)
        .log(arguments.log);
    for Quota { requests, period } in arguments.quota {
        builder = builder.quota(requests, period);
    }
    builder = builder.quota_per(arguments.quota_per);
    builder = builder.seed(match arguments.empty {
        true => Seed::empty(),
        false => seed(&arguments.seed)?,
    });
    builder = builder.plan(arguments.plan);
    builder = builder.v1_audit_logs(arguments.v1_audit_logs);
    if let Some(file) = arguments.state {
        builder = builder.state_file(file);
    }
    for origin in arguments.cors {
        builder = builder.cors(origin);
    }
    if let Some(read_timeout) = read_timeout {
        builder = builder.read_timeout(read_timeout);
    }
    if arguments.no_page {
        builder = builder.without_page();
    }
    if let Some(file) = arguments.record {
        builder = builder.record(file);
    }
    if arguments.tls_self_signed {
        builder = builder.tls_self_signed();
    }
    for name in arguments.tls_name {
        builder = builder.tls_name(name);
    }
    let own = (arguments.tls_own_certificate, arguments.tls_own_key);
    let own_certificate = own.0.is_some();
    if let (Some(certificate), Some(key)) = own {
        builder = builder.tls_files(certificate, key);
    }
    let fake = builder.try_start().await?;
    if let (Some(file), Some(certificate)) = (&arguments.tls_certificate, fake.certificate()) {
        std::fs::write(file, certificate).map_err(|error| add_name(file.display(), &error))?;
    }
    let told = stop_signal()?;
    write!(
        io::stdout(),
        "{}",
        greeting(&fake, arguments.tls_certificate.as_deref(), own_certificate)
    )?;
    told.await;
    let saved = fake.try_stop().await;
    saved.map_err(|error| add_name("the state could not be saved", &error))
}

fn seed(name: &Path) -> io::Result<Seed> {
    match name.to_str() {
        Some("demo") => Ok(Seed::demo()),
        Some("empty") => Ok(Seed::empty()),
        _ => {
            let wrong = |error: &io::Error| add_name(name.display(), error);
            let text = std::fs::read_to_string(name).map_err(|error| wrong(&error))?;
            Seed::from_json(&text)
                .map_err(|error| wrong(&io::Error::new(io::ErrorKind::InvalidData, error)))
        }
    }
}

/// Where the server is, a call to try, and what clients read from the environment.
fn greeting(fake: &Fake, certificate: Option<&Path>, own_certificate: bool) -> String {
    let url = fake.base_url();
    let login = quote(&format!("{}:{}", fake.user(), fake.password()));
    let trust = match (fake.certificate(), certificate) {
        (None, _) => String::new(),
        // Whoever has a certificate knows who trusts it.
        (Some(_), _) if own_certificate => String::new(),
        (Some(_), None) => "--insecure ".to_string(),
        (Some(_), Some(file)) => format!("--cacert {} ", quote(&file.to_string_lossy())),
    };
    format!(
        "Listening on {url}. Ctrl-C stops it.\n\n\
         curl {trust}--user {login} {url}/v1/products\n\n\
         CONFIGCAT_BASE_URL={url} CONFIGCAT_API_USER={} CONFIGCAT_API_PASS={}\n",
        quote(fake.user()),
        quote(fake.password()),
    )
}

/// Listens from now on for Ctrl-C, for what a container is stopped by, and for a terminal that closes; the future is ready when one
/// of them came.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

/// The future is ready when Ctrl-C came.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Who cannot be told by Ctrl-C is stopped from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// A word as a shell takes it.
fn quote(word: &str) -> String {
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
        assert_eq!(quote("pass"), "pass");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
    }
}

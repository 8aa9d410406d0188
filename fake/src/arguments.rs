//! What the program can be told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use clap::Parser;
use clap::builder::BoolishValueParser;
use configcat_fake::{FakeBuilder, Plan, Quota, QuotaPer, V1AuditLogs};

/// ConfigCat's Public Management API as a local server, for tests.
///
/// It keeps everything in memory, and forgets it when it stops, unless `--state` says where to keep it. Point a client at the
/// address that it prints; the lines below it are a call to try and the environment variables that clients read. In a browser,
/// the address is a page that shows flags, requests and the remaining quota. Tests in any language reset it, move its clock and
/// plan faults by `/_fake/…`.
///
/// Each option can be given as an environment variable too, which `[env: …]` names; the command line comes first.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_PORT",
        default_value_t = 8080,
        value_name = "PORT"
    )]
    pub(crate) port: u16,

    /// Address or name to listen on; 0.0.0.0 for all of them, as a container needs it.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_ADDRESS",
        default_value = "127.0.0.1",
        value_name = "ADDRESS"
    )]
    pub(crate) address: String,

    /// User name of the Public API.
    #[arg(long, env = "CONFIGCAT_FAKE_USER", default_value = FakeBuilder::DEFAULT_USER, value_name = "NAME")]
    pub(crate) user: String,

    /// Password that goes with the user name.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_PASS",
        hide_env_values = true, default_value = FakeBuilder::DEFAULT_PASSWORD, value_name = "TEXT")]
    pub(crate) pass: String,

    /// Requests that are let through in a period, such as 100/1m; units are ms, s, m, h and d. Or `unlimited`.
    ///
    /// May be given more than once; then all of them hold, and the headers tell of the longest period alone.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_QUOTA",
        value_delimiter = ',',
        value_name = "REQUESTS/PERIOD",
        default_value = "10000/1m"
    )]
    pub(crate) quota: Vec<Quota>,

    /// What has a quota of its own: each credential, each operation, or each path with its ids.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_QUOTA_PER",
        value_name = "credential|operation|path",
        default_value = "credential"
    )]
    pub(crate) quota_per: QuotaPer,

    /// Adds every request to a file when it is over, one JSON object a line.
    ///
    /// A line has time, method, path, operation, status, milliseconds and body. Headers are left out: they hold secrets.
    #[arg(long, env = "CONFIGCAT_FAKE_RECORD", value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Tells every request on the standard error output when it is over, a line each, without what may be secret.
    #[arg(long, env = "CONFIGCAT_FAKE_LOG", value_parser = BoolishValueParser::new())]
    pub(crate) log: bool,

    /// Lets pages of this origin, such as https://app.example.com, send requests from a browser; `*` for all origins.
    ///
    /// May be given more than once. Pages of this machine (http://localhost:4200) are let in anyway.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_CORS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub(crate) cors: Vec<String>,

    /// How many seconds a client may take over the headers of a request, and over its body; 0 for as long as it likes.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_READ_TIMEOUT",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    read_timeout: u32,

    /// Speaks TLS, with a certificate that it makes for itself at each start; with `--state`, it is kept beside that file.
    #[arg(long, env = "CONFIGCAT_FAKE_TLS_SELF_SIGNED", value_parser = BoolishValueParser::new())]
    pub(crate) tls_self_signed: bool,

    /// Writes that certificate to a file, as PEM, for clients to trust.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_TLS_CERTIFICATE",
        value_name = "FILE",
        requires = "tls_self_signed"
    )]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// A name or an IP address that the certificate is for too, such as a container's; this machine's are in it anyway.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_TLS_NAME",
        value_delimiter = ',',
        value_name = "NAME",
        requires = "tls_self_signed"
    )]
    pub(crate) tls_name: Vec<String>,

    /// Speaks TLS with a certificate of your own, in a PEM file: the certificate, then those that vouch for it.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_TLS_OWN_CERTIFICATE",
        value_name = "FILE",
        requires = "tls_own_key",
        conflicts_with = "tls_self_signed"
    )]
    pub(crate) tls_own_certificate: Option<PathBuf>,

    /// The key of that certificate, in a PEM file.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_TLS_OWN_KEY",
        value_name = "FILE",
        requires = "tls_own_certificate"
    )]
    pub(crate) tls_own_key: Option<PathBuf>,

    /// Leaves out the page, which needs no credentials.
    #[arg(long, env = "CONFIGCAT_FAKE_NO_PAGE", value_parser = BoolishValueParser::new())]
    pub(crate) no_page: bool,

    /// Leaves out `/_fake/…`, by which tests in any language reset the server, move its clock and plan faults.
    ///
    /// It needs the credentials; `GET /_fake/openapi.json` describes it.
    #[arg(long, env = "CONFIGCAT_FAKE_NO_CONTROL", value_parser = BoolishValueParser::new())]
    pub(crate) no_control: bool,

    /// What to start with: `demo` (a product, two environments, two configs and a few flags), `empty` (one organization and
    /// nothing in it), or a file that `--state` wrote.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_SEED",
        default_value = "demo",
        value_name = "demo|empty|FILE"
    )]
    pub(crate) seed: PathBuf,

    /// Starts with one organization and nothing in it; short for `--seed empty`.
    #[arg(long, conflicts_with = "seed")]
    pub(crate) empty: bool,

    /// The subscription: how many options and texts a rule may have, how long audit logs are kept.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_PLAN",
        value_enum,
        default_value = "enterprise"
    )]
    pub(crate) plan: Plan,

    /// How the audit logs of V1 answer: with a list, a redirect to V2, or a page of V2.
    #[arg(
        long,
        env = "CONFIGCAT_FAKE_V1_AUDIT_LOGS",
        value_enum,
        default_value = "array"
    )]
    pub(crate) v1_audit_logs: V1AuditLogs,

    /// Keeps the state in a file, as JSON, and goes on with it the next time; the seed counts only if the file is missing.
    ///
    /// It is written soon after every change and at the end, never in part. It holds SDK keys and other secrets of the state.
    #[arg(long, env = "CONFIGCAT_FAKE_STATE", value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  configcat-fake
  configcat-fake --port 0 --empty
  configcat-fake --user alice --pass secret --quota 100/1m --quota 10/1s
  configcat-fake --quota 20/1s --quota 500/1m --quota-per operation
  configcat-fake --record requests.jsonl
  configcat-fake --state shop.json
  configcat-fake --seed shop.json
  configcat-fake --tls-self-signed --tls-certificate fake.pem
  configcat-fake --tls-own-certificate chain.pem --tls-own-key key.pem
  CONFIGCAT_FAKE_PASS=secret configcat-fake --address localhost --quota unlimited --log

  curl --user user:pass http://127.0.0.1:8080/v1/products
  curl --user user:pass --cacert fake.pem https://127.0.0.1:8080/v1/products
  curl --user user:pass --request POST http://127.0.0.1:8080/_fake/reset
  curl http://127.0.0.1:8080/_fake/openapi.json

Page: http://127.0.0.1:8080/
It stops on Ctrl-C.";

impl Arguments {
    /// Where to listen: an IP address, or the first that a name stands for.
    pub(crate) async fn socket_address(&self) -> io::Result<SocketAddr> {
        let name = self.address.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((name, self.port)).await;
        let mut found = found
            .map_err(|error| add_name(name, &error))?
            .collect::<Vec<_>>();
        // What is printed is what most clients reach by that name.
        found.sort_by_key(SocketAddr::is_ipv6);
        found.first().copied().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("{name}: no address has this name"),
            )
        })
    }

    /// `None` for as long as a client likes.
    pub(crate) fn read_timeout(&self) -> Option<Duration> {
        (self.read_timeout > 0).then(|| Duration::from_secs(self.read_timeout.into()))
    }
}

/// An error that says what it is about.
pub(crate) fn add_name(what: impl fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_in_order() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    /// What is missing in a container is set by its variables.
    #[test]
    fn each_option_has_a_variable_of_its_own_name() {
        use clap::CommandFactory as _;
        for argument in Arguments::command().get_arguments() {
            let name = argument.get_id().as_str();
            if !matches!(name, "help" | "version" | "empty") {
                let expected = format!("CONFIGCAT_FAKE_{}", name.to_uppercase());
                let variable = argument.get_env().and_then(|name| name.to_str());
                assert_eq!(variable, Some(&*expected), "{name}");
            }
        }
    }
}

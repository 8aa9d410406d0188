//! What is checked before there is a client: the base URL, credentials, and texts for headers. What is wrong is told as the text
//! of an [`Error::Config`](crate::Error::Config).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::{Host, ParseError, Url};

use crate::engine::error::mask::SecretFields;
use crate::engine::error::message::without_secrets;
use crate::{Result, Secret};

/// The text of an environment variable. If it cannot be read, that is the problem.
pub(crate) fn variable(name: &str, problem: &mut Option<String>) -> Option<String> {
    let text = std::env::var_os(name)?.into_string();
    if text.is_err() {
        problem.get_or_insert_with(|| format!("the environment variable {name} is not UTF-8"));
    }
    text.ok()
}

pub(crate) fn require<T>(
    setting: Option<T>,
    name: &str,
    method: &str,
    variable: &str,
) -> Result<T, String> {
    setting.ok_or_else(|| {
        format!("no {name}: pass it to `{method}`, or set {variable} and call `from_env()`")
    })
}

/// The base URL. `variables` can set it as well as `base_url`.
pub(crate) fn check_base(text: &str, plain_http: bool, variables: &str) -> Result<Url, String> {
    let wrong = |problem: &str| {
        let text = without_secrets(text);
        format!(
            "`{text}` cannot be the base URL: {problem}; set it by `base_url(url)`, {variables}"
        )
    };
    const NO_SCHEME: &str = "it begins with neither `https://` nor `http://`";
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => wrong(NO_SCHEME),
        error => wrong(&error.to_string()),
    })?;
    match url.scheme() {
        "https" => {}
        "http" if plain_http || is_loopback(&url) => {}
        "http" => {
            return Err(wrong(
                "plain http would show the credentials to everyone on the way; use https, or `allow_plain_http()`",
            ));
        }
        _ => return Err(wrong(NO_SCHEME)),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "credentials do not belong there; they have a method of their own",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    Ok(url)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        None => false,
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
    }
}

/// A credential, unless there is none, or one that no server takes, because of how it got here.
pub(crate) fn credential(
    setting: &Option<Secret>,
    name: &str,
    method: &str,
    variable: &str,
) -> Result<Secret, String> {
    let secret = require(setting.clone(), name, method, variable)?;
    let text = secret.expose();
    let problem = if text.is_empty() {
        "is empty"
    } else if text.trim() != text {
        "begins or ends with white space, such as the end of the line of a file that it was read from"
    } else if text.chars().any(char::is_control) {
        "has a control character"
    } else {
        return Ok(secret);
    };
    Err(format!(
        "the {name} {problem}; check where it comes from, such as {variable}"
    ))
}

pub(super) fn header_value(setting: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| {
        format!("`{setting}` is {text:?}, which has characters that a header cannot carry")
    })
}

/// `Authorization: Basic …`. A user name cannot hold a colon, which ends it.
/// With the part behind `Basic` once more.
pub(super) fn basic(user: &str, password: &Secret) -> Result<(HeaderValue, Secret), String> {
    if user.contains(':') {
        return Err(
            "the user name has a colon, which HTTP Basic authentication cannot carry; check `credentials(user, password)` or \
             CONFIGCAT_API_USER"
                .to_string(),
        );
    }
    let encoded = STANDARD.encode(format!("{user}:{}", password.expose()));
    let value = secret_header("credentials", &format!("Basic {encoded}"))?;
    Ok((value, encoded.into()))
}

/// A header that is not shown, of the setting of this name.
pub(crate) fn secret_header(setting: &str, text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| format!("the {setting} has characters that a header cannot carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The secrets in what is sent: parameters of integrations, headers and signing keys of webhooks, the token of Jira. A server that
/// repeats what it was sent is not to show them.
pub(super) const SECRET_FIELDS: SecretFields = SecretFields {
    within: &[
        "jiraJwtToken",
        "parameters",
        "signingKey1",
        "signingKey2",
        "webHookHeaders",
    ],
    open: &[
        "channel",
        "includeSensitiveData",
        "projectId",
        "server",
        "site",
    ],
};

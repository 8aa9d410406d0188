//! User names and passwords, as HTTP Basic authentication carries them.

use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use configcat_management::Secret;
use http::{HeaderMap, header};

/// Who is let in. It has no `Debug`, because it holds secrets.
pub(crate) struct Credentials {
    start: Vec<(String, Secret)>,
    known: RwLock<Vec<(String, Secret)>>,
}

impl Credentials {
    pub(crate) fn new(start: Vec<(String, Secret)>) -> Self {
        let known = RwLock::new(start.clone());
        Credentials { start, known }
    }

    /// The first that the server started with; every server has one.
    pub(crate) fn first(&self) -> (&str, &str) {
        let first = self.start.first();
        first.map_or(("", ""), |(user, password)| (user, password.expose()))
    }

    /// The user name of a request, if it comes with the right password.
    pub(crate) fn user(&self, headers: &HeaderMap) -> Option<String> {
        let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = given.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let given = decoded.split_once(':')?;
        let fits =
            |(user, password): &&(String, Secret)| (user.as_str(), password.expose()) == given;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(fits).map(|(user, _)| user.clone())
    }

    /// Lets another user in, or gives one that is known a new password.
    pub(crate) fn set(&self, user: String, password: Secret) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(other, _)| *other != user);
        known.push((user, password));
    }

    /// Those that the server started with, and no others.
    pub(crate) fn reset(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.clone_from(&self.start);
    }
}

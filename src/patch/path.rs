//! JSON Pointers (RFC 6901), made from names and indices.

use std::fmt;

/// A place in a document.
#[derive(Clone, Debug)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn root(name: &str) -> Self {
        Path(String::new()).key(name)
    }

    pub(super) fn key(&self, name: &str) -> Self {
        let mut path = String::with_capacity(self.0.len() + 1 + name.len());
        path += &self.0;
        path.push('/');
        for character in name.chars() {
            match character {
                '~' => path += "~0",
                '/' => path += "~1",
                plain => path.push(plain),
            }
        }
        Path(path)
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Path(format!("{}/{index}", self.0))
    }

    /// Behind the last entry of a list.
    pub(super) fn end(&self) -> Self {
        Path(format!("{}/-", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0
    }
}

/// The first name of a pointer, such as `tags` of `/tags/0`. Only names without `~` and `/` are looked for.
pub(super) fn root(path: &str) -> &str {
    let rest = path.strip_prefix('/').unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_rfc_6901_says() {
        let path = Path::root("a/b").key("m~n").index(3).end();
        assert_eq!(path.to_string(), "/a~1b/m~0n/3/-");
        assert_eq!(root("/tags/0"), "tags");
        assert_eq!(root("tags"), "");
        assert_eq!(root(""), "");
    }
}

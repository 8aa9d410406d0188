//! From method and path to an operation.

use std::collections::BTreeMap;

use configcat_management::{OPERATIONS, Operation};
use http::Method;
use matchit::Router;

/// What a path and a method stand for.
#[derive(Debug)]
pub(crate) enum Route {
    /// An operation, with the arguments of its path.
    Operation(&'static Operation, Vec<(&'static str, String)>),
    /// No operation; these methods are ones.
    WrongMethod(Vec<&'static Method>),
    /// No operation of the description.
    Unknown,
}

/// All operations by their paths.
#[derive(Debug)]
pub(crate) struct Routes(Router<Vec<&'static Operation>>);

impl Routes {
    /// ConfigCat's.
    pub(crate) fn new() -> Self {
        Self::of(&OPERATIONS)
    }

    pub(crate) fn of(operations: &[&'static Operation]) -> Self {
        let mut paths: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for operation in operations {
            paths.entry(operation.path).or_default().push(*operation);
        }
        let mut router = Router::new();
        for (path, operations) in paths {
            // Two paths of one form would be a description that no server can answer; the test below finds all.
            let _ = router.insert(path, operations);
        }
        Routes(router)
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Route {
        let Ok(found) = self.0.at(path) else {
            return Route::Unknown;
        };
        let operations = found.value;
        let Some(operation) = operations.iter().find(|one| one.method == *method) else {
            return Route::WrongMethod(operations.iter().map(|one| &one.method).collect());
        };
        let segments = operation.path.split('/');
        let names = segments.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let arguments = names.zip(found.params.iter());
        let arguments = arguments.map(|(name, (_, text))| Some((name, decode(text)?)));
        match arguments.collect() {
            Some(arguments) => Route::Operation(operation, arguments),
            None => Route::Unknown,
        }
    }
}

/// Takes percent-encoding away; `None` if it is broken, or hides something else than UTF-8.
fn decode(text: &str) -> Option<String> {
    let is_hex = |rest: &str| {
        rest.get(..2)
            .is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    if !text.split('%').skip(1).all(is_hex) {
        return None;
    }
    let text = percent_encoding::percent_decode_str(text).decode_utf8();
    Some(text.ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_path() {
        let routes = Routes::new();
        for operation in OPERATIONS {
            match routes.find(&operation.method, operation.path) {
                Route::Operation(found, _) => assert_eq!(found.path, operation.path, "{operation}"),
                other => panic!("{operation}: {other:?}"),
            }
        }
    }

    #[test]
    fn arguments_are_decoded() {
        let Route::Operation(operation, arguments) =
            Routes::new().find(&Method::GET, "/v1/settings/a%2Fb%20c/value")
        else {
            panic!("not found");
        };
        assert_eq!(operation.id, "get-setting-value-by-sdkkey");
        assert_eq!(arguments, [("settingKeyOrId", "a/b c".to_string())]);
        assert_eq!(decode("%4"), None);
        assert_eq!(decode("%zz"), None);
        assert_eq!(decode("%+1"), None);
        assert_eq!(decode("%ff"), None);
    }

    #[test]
    fn what_is_no_operation_is_told_apart() {
        let routes = Routes::new();
        let find = |method, path| routes.find(&method, path);
        assert!(matches!(find(Method::GET, "/v1/nothing"), Route::Unknown));
        assert!(matches!(find(Method::GET, "/v1/me/"), Route::Unknown));
        assert!(matches!(find(Method::PUT, "/v1/me"), Route::WrongMethod(_)));
    }
}

//! From method and path to an operation.

use configcat_management::{OPERATIONS, Operation};
use http::Method;

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

/// All operations, ready to be found.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Template>);

#[derive(Debug)]
struct Template {
    operation: &'static Operation,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Parameter(&'static str),
}

impl Routes {
    /// ConfigCat's.
    pub(crate) fn new() -> Self {
        Self::of(&OPERATIONS)
    }

    pub(crate) fn of(operations: &[&'static Operation]) -> Self {
        let template = |operation: &'static Operation| Template {
            operation,
            segments: operation
                .path
                .trim_start_matches('/')
                .split('/')
                .map(segment)
                .collect(),
        };
        Routes(operations.iter().copied().map(template).collect())
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Route {
        let Some(path) = path.strip_prefix('/') else {
            return Route::Unknown;
        };
        let given: Vec<&str> = path.split('/').collect();
        let fitting: Vec<&Template> = self.0.iter().filter(|route| route.fits(&given)).collect();
        let best = fitting
            .iter()
            .filter(|route| route.operation.method == *method)
            .max_by_key(|route| route.literals());
        match best {
            Some(route) => match route.arguments(&given) {
                Some(arguments) => Route::Operation(route.operation, arguments),
                None => Route::Unknown,
            },
            None if fitting.is_empty() => Route::Unknown,
            None => Route::WrongMethod(fitting.iter().map(|r| &r.operation.method).collect()),
        }
    }
}

impl Template {
    fn fits(&self, given: &[&str]) -> bool {
        let fits = |(segment, given): (&Segment, &&str)| match segment {
            Segment::Literal(literal) => literal == given,
            Segment::Parameter(_) => !given.is_empty(),
        };
        self.segments.len() == given.len() && self.segments.iter().zip(given).all(fits)
    }

    fn literals(&self) -> usize {
        let literal = |segment: &&Segment| matches!(segment, Segment::Literal(_));
        self.segments.iter().filter(literal).count()
    }

    fn arguments(&self, given: &[&str]) -> Option<Vec<(&'static str, String)>> {
        let mut arguments = Vec::new();
        for (segment, given) in self.segments.iter().zip(given) {
            if let Segment::Parameter(name) = segment {
                arguments.push((*name, decoded(given)?));
            }
        }
        Some(arguments)
    }
}

fn segment(text: &'static str) -> Segment {
    match text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        Some(name) => Segment::Parameter(name),
        None => Segment::Literal(text),
    }
}

/// Takes percent-encoding away; `None` where it is broken, or hides something else than UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
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
        assert_eq!(decoded("%4"), None);
        assert_eq!(decoded("%zz"), None);
        assert_eq!(decoded("%ff"), None);
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

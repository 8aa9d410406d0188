//! What is wrong with a map of parameters, and what was probably meant.

use super::{Known, Map, known_parameters};
use crate::engine::check::Violation;
use crate::likeness::{did_you_mean, nearest};
use crate::operations::CreateIntegration;
use crate::types::IntegrationType;
use crate::{Error, Operation, Result, Secret};

/// Checks a map of parameters, such as one from a configuration file, before it is sent.
///
/// ```
/// use configcat_management::{integration, types::IntegrationType};
///
/// let map = [("apiKey".to_string(), "0123abcd".into())].into();
/// let error = integration::check_map(&IntegrationType::DataDog, &map).unwrap_err();
/// assert!(error.to_string().ends_with("`body.parameters.apiKey` is no parameter of `dataDog`; did you mean `apikey`?"));
/// ```
///
/// # Errors
///
/// [`Error::Invalid`] names the parameter, and what it was probably meant to be. It holds no value.
pub fn check_map(integration_type: &IntegrationType, map: &Map) -> Result<()> {
    check_for(CreateIntegration::OPERATION, integration_type, map)
}

pub(super) fn check_for(
    operation: &'static Operation,
    integration_type: &IntegrationType,
    map: &Map,
) -> Result<()> {
    let wrong = |name: &str, problem: String| {
        let violation = Violation::new(format!("body.parameters.{name}"), problem);
        Err(Error::invalid(operation, violation))
    };
    let Known { required, optional } = known_parameters(integration_type);
    let names = || required.iter().chain(optional.iter().map(|(name, _)| name));
    let is_unknown = |name: &&String| names().all(|known| known != *name);
    for name in map.keys().filter(is_unknown) {
        // One letter in `site`, two in `apikey`.
        let question = did_you_mean(name, names().copied());
        if !question.is_empty() {
            let problem = format!("is no parameter of `{integration_type}`{question}");
            return wrong(name, problem);
        }
    }
    for name in &required {
        let problem = match map.get(*name) {
            None => "is missing",
            Some(value) if value.expose().trim().is_empty() => "is empty",
            Some(_) => continue,
        };
        let needed = required.join("`, `");
        let problem = format!("{problem}; `{integration_type}` needs `{needed}`");
        return wrong(name, problem);
    }
    for (name, allowed) in &optional {
        // Two letters in `StandardServer`, none in `Us3`: a site `Us4` may come.
        if let Some(value) = map.get(*name).map(Secret::expose)
            && !allowed.contains(&value)
            && let Some(meant) = nearest(value, allowed.iter().copied(), 6.0 / 7.0)
        {
            let allowed = allowed.join("`, `");
            let problem = format!("is none of `{allowed}`; did you mean `{meant}`?");
            return wrong(name, problem);
        }
    }
    Ok(())
}

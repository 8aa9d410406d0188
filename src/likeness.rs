//! What a misspelt name was probably meant to be.

/// The known name that is most like this one, if it is at least this much like it.
pub(crate) fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    least: f64,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (likeness(name, known), known))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}

/// A question to add to the error, if one of the known names is much like this one.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let meant = nearest(name, known, 2.0 / 3.0);
    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
}

/// How like two names are, whatever their case and punctuation: 0 to 1.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&plain(one), &plain(other))
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

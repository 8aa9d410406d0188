//! What reqwest's errors mean for a call.

/// Whether the server has provably not processed the request.
pub(super) fn is_unsent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder() || is_refused_stream(error)
}

/// HTTP/2's ways to say "not processed, send it again": RFC 9113, section 8.7.
#[cfg(feature = "http2")]
fn is_refused_stream(error: &reqwest::Error) -> bool {
    let error = chain(error).find_map(|cause| cause.downcast_ref::<h2::Error>());
    error.is_some_and(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
                || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
    })
}

#[cfg(not(feature = "http2"))]
fn is_refused_stream(_: &reqwest::Error) -> bool {
    false
}

/// Whether trying again would end the same way: what cannot be sent at all, and TLS that the two sides do not agree on.
pub(super) fn is_final(error: &reqwest::Error) -> bool {
    let hopeless = |cause: &(dyn std::error::Error + 'static)| {
        // What rustls finds wrong comes as this kind; OpenSSL and the platforms' libraries have it in their words.
        // `source` passes over an error within an error.
        let mut io = std::iter::successors(cause.downcast_ref(), inner);
        io.any(|error: &std::io::Error| error.kind() == std::io::ErrorKind::InvalidData)
            || is_final_in_words(&cause.to_string())
    };
    error.is_builder() || (error.is_connect() && (lacks_tls(error) || chain(error).any(hopeless)))
}

/// An end in the middle of a handshake is a connection that broke, although OpenSSL counts it among its own errors.
fn is_final_in_words(words: &str) -> bool {
    words.contains("certificate")
        || (words.contains("SSL routines") && !words.contains("unexpected eof"))
}

/// Whether this process has as many files and connections open as it may, which is none of the server's making.
pub(super) fn is_out_of_descriptors(error: &crate::Error) -> bool {
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    chain(error).any(|cause| {
        let error = cause.downcast_ref::<std::io::Error>();
        let code = error.and_then(std::io::Error::raw_os_error);
        cfg!(unix) && code.is_some_and(|code| code == EMFILE || code == ENFILE)
    })
}

fn inner<'a>(error: &&'a std::io::Error) -> Option<&'a std::io::Error> {
    error.get_ref()?.downcast_ref()
}

/// Whether the address is one of https, and reqwest was built without TLS.
fn lacks_tls(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| cause.to_string().contains("scheme is not http"))
}

/// An error and what caused it.
fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// The innermost cause, which says more than the layers around it ("Connection refused", not "error sending request").
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    if lacks_tls(error) {
        return NO_TLS.to_string();
    }
    let cause = chain(error).last();
    let cause = cause.map_or_else(String::new, ToString::to_string);
    // What rustls and OpenSSL say of an answer that is not TLS.
    let is_plain = ["InvalidContentType", "wrong version number"]
        .iter()
        .any(|words| cause.contains(words));
    match is_plain {
        true => format!("{cause}; does the server speak plain http?"),
        false => cause,
    }
}

/// What to do if there is no TLS.
pub(crate) const NO_TLS: &str = "https needs TLS, which this build does not have; turn on the cargo feature `rustls` or \
                                 `native-tls` of configcat-management";

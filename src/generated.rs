//! What `build.rs` made of `spec/`.

/// ConfigCat's Public Management API.
pub(crate) mod configcat {
    include!(concat!(env!("OUT_DIR"), "/configcat.rs"));
}

/// A typed extension of httpmock: `server.get_config(|when, then| …)`. Cargo feature `httpmock`.
#[cfg(feature = "httpmock")]
pub(crate) mod configcat_httpmock {
    include!(concat!(env!("OUT_DIR"), "/configcat_httpmock.rs"));
}

/// Ada's platform integrations. Cargo feature `ada`.
#[cfg(feature = "ada")]
pub(crate) mod ada {
    include!(concat!(env!("OUT_DIR"), "/ada.rs"));
}

/// The same extension for Ada's operations. Cargo features `ada` and `httpmock`.
#[cfg(all(feature = "ada", feature = "httpmock"))]
pub mod ada_httpmock {
    include!(concat!(env!("OUT_DIR"), "/ada_httpmock.rs"));
}

//! What `build.rs` made of `spec/`.

/// ConfigCat's Public Management API.
pub(crate) mod configcat {
    include!(concat!(env!("OUT_DIR"), "/configcat.rs"));
}

/// A typed extension of httpmock: `server.get_config(|when, then| …)`. Cargo feature `httpmock`.
#[cfg(feature = "httpmock")]
pub mod configcat_httpmock {
    include!(concat!(env!("OUT_DIR"), "/configcat_httpmock.rs"));
}

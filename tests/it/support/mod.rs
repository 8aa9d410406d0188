//! What tests of several files need: a server, a client of it, and assertions that show the whole text.
#![allow(dead_code, unreachable_pub)] // Each test file is a crate of its own and uses its part.

pub mod samples;
pub mod server;
pub mod shop;

use std::fmt::Display;

use configcat_management::{Client, ClientBuilder};
use tokio::net::TcpListener;

pub use server::{Act, Server, answer, json, reply};

/// The credentials that the tests' clients have.
pub const USER: &str = "user";
pub const PASSWORD: &str = "pass-word-1";

/// Answers to `get_me` and to what gives a tag.
pub const ME: &str = r#"{"email":"jane@example.com","fullName":"Jane"}"#;
pub const TAG: &str = r#"{"tagId":7,"name":"n","color":null,"product":{"productId":"00000000-0000-0000-0000-000000000000",
    "name":"p","description":null,"order":0,"reasonRequired":false,"approveRequired":false,
    "organization":{"organizationId":"00000000-0000-0000-0000-000000000000","name":"o"}}}"#;

/// A client's settings, with HTTP as it is on loopback.
pub fn builder(url: &str) -> ClientBuilder {
    let builder = Client::builder().credentials(USER, PASSWORD);
    builder.base_url(url).http(bare())
}

/// A listener on a free loopback port, and its address.
pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// Fails with the whole text if the words are not in it.
#[track_caller]
pub fn assert_contains(text: &impl Display, words: &str) {
    let text = text.to_string();
    assert!(text.contains(words), "no `{words}` in: {text}");
}

/// Fails with the whole text if it does not end with the words.
#[track_caller]
pub fn assert_ends_with(text: &impl Display, words: &str) {
    let text = text.to_string();
    assert!(text.ends_with(words), "no `{words}` at the end of: {text}");
}

/// HTTP without the certificates of the machine, which are slow to load, and not needed on loopback.
pub fn bare() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_rustls().tls_certs_only([]);
    builder
}

//! A server that says what it is told to, and keeps what it was sent.
#![allow(dead_code, unreachable_pub)] // Each test file is a crate of its own and uses its part.

pub mod faulty;
pub mod shop;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use configcat_management::{Client, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The credentials that the tests' clients have.
pub const USER: &str = "user";
pub const PASSWORD: &str = "pass-word-1";

/// What the server does with a connection.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Sends these bytes and closes.
    Raw(Vec<u8>),
    /// Closes without a word.
    Close,
    /// Reads the request and says nothing.
    Silence,
}

/// An HTTP answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!(
        "HTTP/1.1 {status} Some Reason\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    Reply::Raw(format!("{text}\r\n{body}").into_bytes())
}

/// A success with a JSON body.
pub fn json(body: &str) -> Reply {
    answer(200, &[("content-type", "application/json")], body)
}

/// A server on a free loopback port; it goes with the test's runtime.
pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives every request the same reply.
    pub async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reply.clone(), kept.clone()));
            }
        });
        Server { url, requests }
    }

    /// What was sent, heads and bodies, in the order of arrival.
    pub fn requests(&self) -> Vec<String> {
        self.requests
            .lock()
            .expect("no test panics while it holds this")
            .clone()
    }

    /// A client of this server, which tries once.
    pub fn client(&self) -> Client {
        Client::builder()
            .credentials(USER, PASSWORD)
            .base_url(&self.url)
            .http(bare())
            .timeout(Duration::from_secs(5))
            .retry(RetryPolicy::never())
            .build()
            .expect("a complete set of settings")
    }
}

async fn serve(mut stream: TcpStream, reply: Reply, requests: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => request.extend_from_slice(&buffer[..n]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    requests
        .lock()
        .expect("no test panics while it holds this")
        .push(request);
    match reply {
        Reply::Raw(bytes) => {
            // The client may have hung up; then there is nobody to tell.
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Silence => std::future::pending().await,
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok())
        .unwrap_or(0);
    body.len() >= length
}

/// HTTP without the certificates of the machine, which are slow to load, and not needed on loopback.
pub fn bare() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_rustls().tls_certs_only([]);
    builder
}

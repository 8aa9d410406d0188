//! What a call costs beside the same call written by hand with reqwest: instructions of the client's process alone.
//!
//! `cargo bench --bench call` runs both under valgrind's callgrind (Debian: `apt-get install valgrind`).

use std::hint::black_box;

use configcat_management::{Client, RetryPolicy};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = support::arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match arguments.as_slice() {
        ["ours", url, calls] => runtime.block_on(ours(url, calls.parse()?)),
        ["by-hand", url, calls] => runtime.block_on(by_hand(url, calls.parse()?)),
        _ => compare(&runtime),
    }
}

fn compare(runtime: &tokio::runtime::Runtime) -> Result<(), Box<dyn std::error::Error>> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let Ok(runtime) = runtime {
            // The listener belongs to the other runtime; only its socket moves over.
            let listener = listener.into_std().and_then(|socket| {
                let _entered = runtime.enter();
                TcpListener::from_std(socket)
            });
            runtime.block_on(serve(listener));
        }
    });
    let ours = support::instructions(&["ours", &url])?;
    let by_hand = support::instructions(&["by-hand", &url])?;
    println!(
        "instructions a call: ours {ours:.0}, by hand {by_hand:.0}, ratio {:.3}",
        ours / by_hand
    );
    Ok(())
}

#[derive(Deserialize)]
struct Me {
    email: String,
    #[serde(rename = "fullName")]
    full_name: String,
}

async fn by_hand(url: &str, calls: u64) -> Result<(), Box<dyn std::error::Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().user_agent("by-hand/1").build()?;
    for _ in 0..calls {
        let response = client
            .get(format!("{url}/v1/me"))
            .basic_auth("user", Some("password"))
            .header("accept", "application/json")
            .send()
            .await?
            .error_for_status()?;
        let me: Me = serde_json::from_slice(&response.bytes().await?)?;
        black_box((me.email, me.full_name));
    }
    Ok(())
}

async fn ours(url: &str, calls: u64) -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder()
        .credentials("user", "password")
        .base_url(url)
        .retry(RetryPolicy::default())
        .build()?;
    for _ in 0..calls {
        let me = client.get_me().send().await?.into_inner();
        black_box((me.email, me.full_name));
    }
    Ok(())
}

/// Answers every request on kept connections, with the headers of the real service.
async fn serve(listener: std::io::Result<TcpListener>) {
    let Ok(listener) = listener else { return };
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let body = r#"{"email":"ada@example.com","fullName":"Ada Example"}"#;
            let reset = "2099-01-01T00:00:00.0000000Z";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sun, 22 Nov 2026 10:00:00 GMT\r\n\
                 x-rate-limit-remaining: 100000\r\nx-rate-limit-reset: {reset}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let mut buffer = [0; 4096];
            let mut seen = Vec::new();
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                seen.extend_from_slice(&buffer[..read]);
                while let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
                    seen.drain(..end + 4);
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

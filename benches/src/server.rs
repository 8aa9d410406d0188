//! A server that costs little: bodies that are there already, with the headers of the real service.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Result, block_on};

/// What is answered: the first body whose word occurs in the line of the request.
pub type Answers = Vec<(&'static str, String)>;

/// Those of the calls.
pub fn answers() -> Answers {
    let me = r#"{"email":"ada@example.com","fullName":"Ada Example"}"#;
    let setting = crate::body("settings", 1)[0].to_string();
    vec![("PATCH", setting), ("", me.to_owned())]
}

/// Starts a server on a thread of its own, and returns its URL.
///
/// # Errors
///
/// There is no free port.
pub fn start(answers: Answers) -> Result<String> {
    let (listener, url) = listen()?;
    std::thread::spawn(move || block_on(accept(listener, answers)));
    Ok(url)
}

/// Prints the URL, and serves until the process ends.
///
/// # Errors
///
/// There is no free port.
pub fn serve(answers: Answers) -> Result {
    let (listener, url) = listen()?;
    println!("{url}");
    block_on(accept(listener, answers))
}

fn listen() -> Result<(std::net::TcpListener, String)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

async fn accept(listener: std::net::TcpListener, answers: Answers) -> Result {
    let listener = TcpListener::from_std(listener)?;
    let whole = |(word, body): (_, String)| (word, with_head(&body));
    let answers: Arc<Answers> = Arc::new(answers.into_iter().map(whole).collect());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, Arc::clone(&answers)));
    }
}

/// Answers every request on a kept connection.
async fn answer(mut stream: TcpStream, answers: Arc<Answers>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4096];
    let mut seen = Vec::new();
    while let read @ 1.. = stream.read(&mut buffer).await? {
        seen.extend_from_slice(&buffer[..read]);
        while let Some((line, end)) = whole(&seen) {
            let fits = |answer: &&(&str, String)| line.contains(answer.0);
            let answer = answers
                .iter()
                .find(fits)
                .map_or("", |(_, answer)| answer.as_str());
            seen.drain(..end);
            stream.write_all(answer.as_bytes()).await?;
        }
    }
    Ok(())
}

/// The line of the first request and where the request ends, once all of it is there.
fn whole(seen: &[u8]) -> Option<(&str, usize)> {
    let head = seen.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&seen[..head]).ok()?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let end = head + length.map_or(Some(0), |length| length.parse().ok())?;
    (seen.len() >= end).then_some((text.lines().next()?, end))
}

fn with_head(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sun, 22 Nov 2026 10:00:00 GMT\r\n\
         x-rate-limit-remaining: 100000\r\nx-rate-limit-reset: 2099-01-01T00:00:00.0000000Z\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

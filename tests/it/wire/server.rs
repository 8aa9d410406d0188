//! A loopback server that keeps each request as it came, and answers all of them alike until it is told otherwise.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came: nothing is decoded.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they stand in the request line.
    pub(crate) target: String,
    /// Names in lower case, values as they came, in order of arrival.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct State {
    answer: Vec<u8>,
    requests: Vec<Request>,
}

/// The server; it goes with the test's runtime.
pub(crate) struct Server {
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                // An error is the client hanging up, which ends the connection.
                tokio::spawn(async move { serve(stream, &shared).await.ok() });
            }
        });
        Server { address, state }
    }

    /// What every request is answered with from now on.
    pub(crate) fn answers(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let mut answer = format!("HTTP/1.1 {status} Reason\r\n");
        // A 204 must not tell a length.
        if status != 204 {
            answer += &format!("content-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            answer += &format!("{name}: {value}\r\n");
        }
        self.locked(|state| state.answer = format!("{answer}\r\n{body}").into_bytes());
    }

    /// The requests since this was asked last.
    pub(crate) fn taken(&self) -> Vec<Request> {
        self.locked(|state| std::mem::take(&mut state.requests))
    }

    fn locked<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().expect("nothing panics under the lock"))
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut read = Vec::new();
    loop {
        let end = loop {
            match read.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(end) => break end,
                None => more(&mut stream, &mut read).await?,
            }
        };
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().splitn(3, ' ');
        let mut request = Request {
            method: first.next().unwrap_or_default().to_string(),
            target: first.next().unwrap_or_default().to_string(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_string()))
                .collect(),
            body: Vec::new(),
        };
        let length = request.headers.iter().find(|(n, _)| n == "content-length");
        let length = length.map_or(0, |(_, length)| length.parse().unwrap_or(0));
        let start = end + 4;
        while read.len() < start + length {
            more(&mut stream, &mut read).await?;
        }
        request.body = read[start..start + length].to_vec();
        read.drain(..start + length);
        let answer = {
            let mut state = state.lock().expect("nothing panics under the lock");
            state.requests.push(request);
            state.answer.clone()
        };
        stream.write_all(&answer).await?;
    }
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> std::io::Result<()> {
    match stream.read_buf(read).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

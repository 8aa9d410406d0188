//! A raw TCP server that says what it is told to, breaks its word in every way, and keeps what it was sent.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use configcat_management::{Client, RetryPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::builder;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Waits until some of the request is there, and resets the connection without reading it.
    ResetUnread,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and closes the connection in order.
    Close,
    /// Reads the request, sends these bytes and resets the connection.
    ThenReset(Vec<u8>),
    /// Reads the request, sends these bytes and closes the connection in order.
    ThenClose(Vec<u8>),
    /// Reads the request, sends these bytes and nothing more for as long as the client likes.
    ThenStall(Vec<u8>),
    /// Reads the request, sends these bytes and waits for the next request.
    Then(Vec<u8>),
    /// Reads the request, sends these bytes and then, again and again, those, with a pause before each.
    ThenTrickle(Vec<u8>, Vec<u8>, Duration),
}

impl From<Act> for Vec<Act> {
    fn from(act: Act) -> Self {
        vec![act]
    }
}

/// An HTTP answer, after which the connection is closed.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Act {
    let headers = [headers, &[("connection", "close")]].concat();
    Act::ThenClose(reply(status, &headers, body))
}

/// A success with a JSON body.
pub fn json(body: &str) -> Act {
    answer(200, &[("content-type", "application/json")], body)
}

/// An HTTP answer on a connection that stays open.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Some Reason\r\n");
    if status != 204 {
        text += &format!("content-length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub head: String,
    pub body: Vec<u8>,
}

impl Got {
    /// Such as `GET /v1/me`.
    pub fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }

    pub fn method(&self) -> &str {
        self.line().split(' ').next().unwrap_or_default()
    }

    /// Path and query, as they stand in the request line.
    pub fn target(&self) -> &str {
        self.line().split(' ').nth(1).unwrap_or_default()
    }

    /// Names in lower case, values as they came, in order of arrival.
    pub fn headers(&self) -> Vec<(String, &str)> {
        let lines = self.head.lines().skip(1);
        lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect()
    }
}

/// A server on a loopback port that plays a script: one act for each request, and the last one from then on.
pub struct Server {
    pub url: String,
    script: Arc<Script>,
    /// Bound, but not listening yet.
    socket: Mutex<Option<TcpSocket>>,
}

struct Script {
    acts: Mutex<Vec<Act>>,
    next: AtomicUsize,
    connections: AtomicUsize,
    got: Mutex<Vec<Got>>,
}

impl Server {
    /// A server that listens.
    pub fn start(acts: impl Into<Vec<Act>>) -> Self {
        let server = Self::closed(acts.into());
        server.listen();
        server
    }

    /// A server whose port is closed until it is told to [`listen`](Self::listen).
    pub fn closed(acts: Vec<Act>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind("127.0.0.1:0".parse().expect("an address"))
            .expect("a free port");
        let url = format!("http://{}", socket.local_addr().expect("an address"));
        let script = Script {
            acts: Mutex::new(acts),
            next: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            got: Mutex::new(Vec::new()),
        };
        Server {
            url,
            script: Arc::new(script),
            socket: Mutex::new(Some(socket)),
        }
    }

    /// Opens the port; it does nothing where that is done.
    pub fn listen(&self) {
        let Some(socket) = self.socket.lock().expect("nobody panics here").take() else {
            return;
        };
        let listener: TcpListener = socket.listen(1024).expect("it is bound");
        let script = self.script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                script.connections.fetch_add(1, Ordering::SeqCst);
                let script = script.clone();
                tokio::spawn(async move { drop(serve(stream, &script).await) });
            }
        });
    }

    /// What every request is answered with from now on.
    pub fn answers(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let answer = Act::Then(reply(status, headers, body));
        *self.script.acts.lock().expect("nobody panics here") = vec![answer];
    }

    /// The requests that were read to their end.
    pub fn got(&self) -> Vec<Got> {
        self.script.got.lock().expect("nobody panics here").clone()
    }

    /// The same since this was called last.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut self.script.got.lock().expect("nobody panics here"))
    }

    /// The same as texts, heads and bodies.
    pub fn requests(&self) -> Vec<String> {
        let text = |got: Got| format!("{}\r\n\r\n{}", got.head, String::from_utf8_lossy(&got.body));
        self.got().into_iter().map(text).collect()
    }

    /// A client of this server, which tries once.
    pub fn client(&self) -> Client {
        let builder = builder(&self.url).timeout(Duration::from_secs(5));
        let client = builder.retry(RetryPolicy::never()).build();
        client.expect("a complete set of settings")
    }

    /// How many requests came, be it with their first byte alone.
    pub fn begun(&self) -> usize {
        self.script.next.load(Ordering::SeqCst)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.script.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, script: &Script) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        if buffer.is_empty() && stream.peek(&mut [0]).await? == 0 {
            return Ok(());
        }
        let index = script.next.fetch_add(1, Ordering::SeqCst);
        let act = {
            let acts = script.acts.lock().expect("nobody panics here");
            acts[index.min(acts.len() - 1)].clone()
        };
        if let Act::ResetUnread = act {
            return stream.set_zero_linger();
        }
        let Some(got) = read(&mut stream, &mut buffer).await? else {
            return Ok(());
        };
        script.got.lock().expect("nobody panics here").push(got);
        match act {
            Act::ResetUnread | Act::Close => return Ok(()),
            Act::Reset => return stream.set_zero_linger(),
            Act::ThenReset(bytes) => {
                stream.write_all(&bytes).await?;
                // A reset overtakes what the client has not read.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return stream.set_zero_linger();
            }
            Act::ThenClose(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Act::ThenStall(bytes) => {
                stream.write_all(&bytes).await?;
                while stream.read(&mut [0; 64]).await? > 0 {}
                return Ok(());
            }
            Act::Then(bytes) => stream.write_all(&bytes).await?,
            Act::ThenTrickle(bytes, again, pause) => {
                stream.write_all(&bytes).await?;
                loop {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&again).await?;
                }
            }
        }
    }
}

/// Reads one request; `None` where the connection ends before the request does. What comes after it stays in the buffer.
pub async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Got>> {
    let mut end = None;
    loop {
        if end.is_none() {
            end = buffer
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
                .map(|head| {
                    let text = String::from_utf8_lossy(&buffer[..head]);
                    let length = text
                        .lines()
                        .filter_map(|line| line.split_once(':'))
                        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                        .map_or(0, |(_, length)| length.trim().parse().expect("a length"));
                    (head, head + 4 + length)
                });
        }
        if let Some((head, end)) = end
            && buffer.len() >= end
        {
            let got = Got {
                head: String::from_utf8_lossy(&buffer[..head]).into_owned(),
                body: buffer[head + 4..end].to_vec(),
            };
            buffer.drain(..end);
            return Ok(Some(got));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

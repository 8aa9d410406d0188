//! Connections that can be cut.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
#[cfg(feature = "tls")]
use tokio::task::JoinSet;

use crate::http::Site;

/// Accepts connections, until the server stops.
pub(crate) struct Listener {
    pub(crate) tcp: TcpListener,
    pub(crate) stopped: Arc<AtomicBool>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

/// Speaks TLS with new connections, all at the same time.
#[cfg(feature = "tls")]
pub(crate) struct Tls {
    acceptor: tokio_rustls::TlsAcceptor,
    handshakes: JoinSet<io::Result<(Box<dyn Stream>, SocketAddr)>>,
}

#[cfg(feature = "tls")]
impl Tls {
    /// Who has not shaken hands by then is sent away.
    const PATIENCE: Duration = Duration::from_secs(10);

    pub(crate) fn new(acceptor: tokio_rustls::TlsAcceptor) -> Self {
        Tls {
            acceptor,
            handshakes: JoinSet::new(),
        }
    }

    fn begin(&mut self, tcp: tokio::net::TcpStream, address: SocketAddr) {
        let handshake = self.acceptor.accept(tcp);
        self.handshakes.spawn(async move {
            let stream = tokio::time::timeout(Tls::PATIENCE, handshake).await??;
            Ok((Box::new(stream) as Box<dyn Stream>, address))
        });
    }

    /// The next connection that shook hands; failures are passed over.
    async fn next(&mut self) -> (Box<dyn Stream>, SocketAddr) {
        loop {
            match self.handshakes.join_next().await {
                Some(Ok(Ok(connection))) => return connection,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }
}

/// TCP, or TLS over it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Listener {
    /// The next connection; errors pass, and so do they who have gone already.
    async fn tcp(tcp: &TcpListener) -> (tokio::net::TcpStream, SocketAddr) {
        loop {
            match tcp.accept().await {
                Ok((tcp, address)) => {
                    // Small answers go out at once; without it they are late, not wrong.
                    let _ = tcp.set_nodelay(true);
                    return (tcp, address);
                }
                // The client has gone already, or there are too many open files; both pass.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    #[cfg(feature = "tls")]
    async fn next(&mut self) -> (Box<dyn Stream>, SocketAddr) {
        loop {
            let Some(tls) = &mut self.tls else {
                let (tcp, address) = Self::tcp(&self.tcp).await;
                return (Box::new(tcp), address);
            };
            tokio::select! {
                (tcp, address) = Self::tcp(&self.tcp) => tls.begin(tcp, address),
                connection = tls.next() => return connection,
            }
        }
    }

    #[cfg(not(feature = "tls"))]
    async fn next(&mut self) -> (Box<dyn Stream>, SocketAddr) {
        let (tcp, address) = Self::tcp(&self.tcp).await;
        (Box::new(tcp), address)
    }
}

/// Serves connections until `stopping`, then lets those that are in the middle of something end.
pub(crate) async fn serve(
    mut listener: Listener,
    site: Arc<Site>,
    patience: Option<Duration>,
    stopping: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    if let Some(patience) = patience {
        http.timer(TokioTimer::new()).header_read_timeout(patience);
    }
    let graceful = GracefulShutdown::new();
    let mut stopping = pin!(stopping);
    loop {
        let stream = tokio::select! {
            (stream, _) = listener.next() => stream,
            () = &mut stopping => break,
        };
        let cut = Cut {
            connection: Arc::default(),
            server: listener.stopped.clone(),
        };
        let site = site.clone();
        let serve = {
            let cut = cut.clone();
            move |request: http::Request<Incoming>| {
                let (site, cut) = (site.clone(), cut.clone());
                async move { Ok::<_, Infallible>(site.answer(request.map(Body::new), cut).await) }
            }
        };
        let io = TokioIo::new(Connection { stream, cut });
        let connection = graceful.watch(http.serve_connection(io, service_fn(serve)));
        tokio::spawn(async {
            // Whatever ends a connection early is its client's affair, and was told there.
            let _ = connection.await;
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Whether anything may still be written to a connection.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    connection: Arc<AtomicBool>,
    server: Arc<AtomicBool>,
}

impl Cut {
    /// Nothing goes out any more: the next answer closes the connection in place of being sent.
    pub(crate) fn cut(&self) {
        self.connection.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        let cut = self.connection.load(Ordering::Acquire) || self.server.load(Ordering::Acquire);
        match cut {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}

/// A connection that refuses to write once it is cut.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    cut: Cut,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

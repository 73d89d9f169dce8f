//! Listening, and stopping gracefully.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use platform::Platform;
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What runs when the process is told to stop may take so long to finish.
const GRACE: Duration = Duration::from_secs(10);

/// A client that takes longer to send its headers, or to send another request, is cut off. Longer than the 60 seconds
/// for which proxies keep a connection to us open, so that they never write into one that we are closing.
const HEADERS_WITHIN: Duration = Duration::from_secs(75);

/// Serves the API until `stop`, then lets the requests that run finish; streams end at once, and their
/// clients come back elsewhere.
pub async fn serve(platform: Platform, stop: CancellationToken) -> std::io::Result<()> {
    let addr = platform.config.http.bind;
    let live = platform.live.clone();
    let mut serving = std::pin::pin!(run("API", addr, crate::app(platform), stop.clone()));
    tokio::select! {
        served = serving.as_mut() => return served,
        // Streams would never finish by themselves.
        () = stop.cancelled() => live.close(),
    }
    serving.await
}

pub(crate) async fn run(
    what: &str,
    addr: SocketAddr,
    app: BoxEndpoint<'static>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let listener = TcpListener::bind(addr).await.map_err(|error| {
        std::io::Error::new(
            error.kind(),
            format!("{what}: cannot listen on {addr}: {error}"),
        )
    })?;
    let addr = listener.local_addr()?;
    tracing::info!(%addr, "{what} at http://{addr}");
    let app = Arc::new(app);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(app.clone(), stream, addr, peer, stop.clone()));
                }
                // Out of descriptors, mostly: others have to close first.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    finish(what, connections).await;
    Ok(())
}

async fn finish(what: &str, mut connections: JoinSet<()>) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!("{what}: requests were cut off after {GRACE:?}");
    }
    tracing::info!("{what} stopped");
}

fn connection(
    app: Arc<BoxEndpoint<'static>>,
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    stop: CancellationToken,
) -> impl Future<Output = ()> {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let app = app.clone();
        async move {
            let (local, peer) = (LocalAddr(Addr::from(local)), RemoteAddr(Addr::from(peer)));
            let response = app
                .get_response((request, local, peer, Scheme::HTTP).into())
                .await;
            Ok::<_, Infallible>(hyper::Response::from(response))
        }
    });
    async move {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN);
        builder.http2().timer(TokioTimer::new());
        let serving = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            _ = serving.as_mut() => return,
            () = stop.cancelled() => serving.as_mut().graceful_shutdown(),
        }
        let _ = serving.await;
    }
}

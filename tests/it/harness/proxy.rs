//! A proxy between a process and a server, whose connections fail as real ones do: cut, or silent without being cut.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How it treats what is sent over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Both sides go on acknowledging what they get, and nothing arrives at the other: half-open connections.
    HalfOpen,
    /// Questions arrive, answers are lost.
    AnswersLost,
}

pub struct Proxy {
    pub port: u16,
    server: watch::Sender<String>,
    fault: watch::Sender<Fault>,
    cut: watch::Sender<CancellationToken>,
}

impl Proxy {
    /// To the server of `url`; answers the proxy and the URL that leads over it.
    pub async fn to(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (format!("{user}@"), address),
            None => (String::new(), authority),
        };
        let proxy = Self::open(address.to_owned()).await;
        let url = format!("{scheme}://{user}127.0.0.1:{}/{path}", proxy.port);
        (proxy, url)
    }

    async fn open(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (fault, seen) = watch::channel(Fault::None);
        let (cut, cuts) = watch::channel(CancellationToken::new());
        let (server, servers) = watch::channel(server);
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            let connections = TaskTracker::new();
            while let Ok((client, _)) = listener.accept().await {
                let (server, cut) = (servers.borrow().clone(), cuts.borrow().clone());
                let seen = seen.clone();
                connections.spawn(async move {
                    cut.run_until_cancelled(carry(client, &server, seen)).await;
                });
            }
        });
        Self {
            port,
            server,
            fault,
            cut,
        }
    }

    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// New connections go to the server of `url`; those there are stay with theirs.
    pub fn fail_over(&self, url: &str) {
        let address = url.rsplit(['/', '@']).find(|part| part.contains(':'));
        self.server.send_replace(address.unwrap().to_owned());
    }

    /// Closes every connection there is.
    pub fn cut(&self) {
        self.cut.send_replace(CancellationToken::new()).cancel();
    }

    /// Loses the answers of whatever is asked for so long, and cuts the connections.
    pub async fn lose_answers(&self, span: Duration) {
        self.set(Fault::AnswersLost);
        tokio::time::sleep(span).await;
        self.cut();
        self.set(Fault::None);
    }
}

async fn carry(client: TcpStream, server: &str, fault: watch::Receiver<Fault>) {
    // A connection that is opened in silence is accepted and hears nothing.
    if *fault.borrow() == Fault::HalfOpen {
        swallow(client).await;
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let questions = pass(from_client, to_server, fault.clone(), |fault| {
        fault != Fault::HalfOpen
    });
    let answers = pass(from_server, to_client, fault, |fault| fault == Fault::None);
    tokio::select! {
        () = questions => {}
        () = answers => {}
    }
}

/// Until the other side hangs up; what comes while nothing passes is gone.
async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    fault: watch::Receiver<Fault>,
    passes: impl Fn(Fault) -> bool,
) {
    let mut buffer = vec![0; 64 * 1024];
    let mut broken = false;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        broken |= !passes(*fault.borrow());
        if !broken && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
    // A silent line does not say that its other end has hung up.
    if broken {
        std::future::pending::<()>().await;
    }
}

async fn swallow(mut client: TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(1..) = client.read(&mut buffer).await {}
}

//! Redis: a shared connection that reconnects by itself, connections of one's own for blocking reads, and the prefix
//! that keeps two installations (or two tests) on one server apart.

mod shared;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, RedisResult};

pub use redis::RedisError;
pub use shared::Shared;

/// The answer, where it comes within `patience`: a line that was cut without a word never answers.
pub async fn within<T>(
    patience: Duration,
    asking: impl Future<Output = RedisResult<T>>,
) -> RedisResult<T> {
    match tokio::time::timeout(patience, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

const CONNECT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Redis {
    client: Client,
    shared: Shared,
    prefix: Arc<str>,
}

impl Redis {
    /// Does not wait for the server: commands fail until it is there.
    pub fn new(url: &str, prefix: &str) -> RedisResult<Self> {
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(10))
            .with_interval(Duration::from_secs(3))
            .with_retries(3);
        let settings = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let settings = settings.set_user_timeout(Duration::from_secs(15));
        let client = Client::open(url.into_connection_info()?.set_tcp_settings(settings))?;
        Ok(Self {
            shared: Shared::new(client.clone())?,
            client,
            prefix: prefix.into(),
        })
    }

    pub fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// A connection for commands that wait: no response timeout.
    pub async fn blocking(&self) -> RedisResult<MultiplexedConnection> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(None);
        self.client
            .get_multiplexed_async_connection_with_config(&settings)
            .await
    }

    /// A connection that listens to one channel.
    pub async fn subscribe(&self, channel: &str) -> RedisResult<redis::aio::PubSub> {
        let subscribing = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(channel).await?;
            Ok(subscription)
        };
        within(CONNECT, subscribing).await
    }

    /// A connection that listens to nothing yet.
    pub async fn pubsub(&self) -> RedisResult<redis::aio::PubSub> {
        self.client.get_async_pubsub().await
    }

    pub fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// Deletes every key under the prefix. For tests and benchmarks.
    pub async fn wipe(&self) -> RedisResult<()> {
        let mut connection = self.shared();
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg(self.key("*"))
            .query_async(&mut connection)
            .await?;
        match keys.is_empty() {
            true => Ok(()),
            false => {
                redis::cmd("DEL")
                    .arg(keys)
                    .query_async(&mut connection)
                    .await
            }
        }
    }

    pub async fn ping(&self) -> RedisResult<()> {
        redis::cmd("PING").query_async(&mut self.shared()).await
    }
}

//! The connection that everybody shares.
//!
//! It is rebuilt when it does no more good: a server that became a replica answers every write with READONLY, and a line that
//! went half-open answers nothing. The client library takes neither for a reason to connect anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, ServerErrorKind, Value,
};

/// Commands in a row without an answer after which the line counts as half-open.
const SILENT: u32 = 2;
/// Whoever gives up sooner had no patience, which says nothing about the line.
const PATIENCE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub struct Shared {
    state: Arc<Mutex<State>>,
    client: Client,
}

struct State {
    manager: ConnectionManager,
    /// Counts rebuilds: what an earlier connection says of itself does not count against this one.
    generation: u64,
    unanswered: u32,
}

impl Shared {
    pub(super) fn new(client: Client) -> RedisResult<Self> {
        let state = State {
            manager: connect(&client)?,
            generation: 0,
            unanswered: 0,
        };
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
            client,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> (ConnectionManager, Watch) {
        let state = self.lock();
        let watch = Watch {
            shared: self.clone(),
            generation: state.generation,
            since: Instant::now(),
            open: true,
        };
        (state.manager.clone(), watch)
    }

    fn judge(&self, generation: u64, heard: Heard) {
        let mut state = self.lock();
        if state.generation != generation {
            return;
        }
        let why = match heard {
            Heard::Answer => {
                state.unanswered = 0;
                return;
            }
            Heard::Nothing => {
                state.unanswered += 1;
                if state.unanswered < SILENT {
                    return;
                }
                "it does not answer"
            }
            Heard::Refusal => "it takes no writes",
        };
        match connect(&self.client) {
            Ok(manager) => {
                tracing::warn!("connecting to Redis anew: {why}");
                metrics::counter!("commons_redis_reconnects_total").increment(1);
                *state = State {
                    manager,
                    generation: generation + 1,
                    unanswered: 0,
                };
            }
            Err(error) => tracing::warn!(%error, "no new connection to Redis"),
        }
    }
}

#[derive(Clone, Copy)]
enum Heard {
    Answer,
    Nothing,
    Refusal,
}

impl Heard {
    /// A server's error may come as a value, which becomes an error only where it is read.
    fn of(answer: Result<&[Value], &RedisError>) -> Self {
        let refused = match answer {
            Ok(values) => values.iter().find_map(|value| match value {
                Value::ServerError(error) => error.kind(),
                _ => None,
            }),
            Err(error) if error.is_timeout() => return Self::Nothing,
            Err(error) => match error.kind() {
                ErrorKind::Server(kind) => Some(kind),
                _ => None,
            },
        };
        match refused {
            Some(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown) => Self::Refusal,
            _ => Self::Answer,
        }
    }
}

/// Follows one command. Dropped before its end, somebody waited in vain.
struct Watch {
    shared: Shared,
    generation: u64,
    since: Instant,
    open: bool,
}

impl Watch {
    fn heard(mut self, heard: Heard) {
        self.open = false;
        self.shared.judge(self.generation, heard);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.open && self.since.elapsed() > PATIENCE {
            self.shared.judge(self.generation, Heard::Nothing);
        }
    }
}

impl ConnectionLike for Shared {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let (mut manager, watch) = self.current();
            let answer = manager.req_packed_command(command).await;
            watch.heard(Heard::of(answer.as_ref().map(std::slice::from_ref)));
            answer
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            let (mut manager, watch) = self.current();
            let answer = manager.req_packed_commands(pipeline, offset, count).await;
            watch.heard(Heard::of(answer.as_deref()));
            answer
        })
    }

    fn get_db(&self) -> i64 {
        self.lock().manager.get_db()
    }
}

fn connect(client: &Client) -> RedisResult<ConnectionManager> {
    let settings = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(2)))
        .set_response_timeout(Some(Duration::from_secs(2)))
        .set_max_delay(Duration::from_millis(500))
        .set_number_of_retries(1);
    ConnectionManager::new_lazy_with_config(client.clone(), settings)
}

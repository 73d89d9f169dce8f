//! Taking tickets of one pool as they arrive.

use std::pin::pin;
use std::time::Duration;

use redis::RedisResult;
use redis::aio::MultiplexedConnection;

use super::lanes::expand;
use super::tickets::{Tickets, list};
use super::{Class, Pool, Ticket};
use crate::redis::{Redis, within};

/// A line on which Redis answers so much later than it should is dead.
const SILENCE: Duration = Duration::from_secs(5);
/// How long the answer to a question that does not wait may take.
const LIMIT: Duration = Duration::from_secs(2);
/// An interrupt that overtook its take is repeated.
const AGAIN: Duration = Duration::from_millis(20);

/// Which lists are looked at, the first of them first.
#[derive(Clone, Debug)]
pub struct Offer {
    pub classes: Vec<Class>,
    /// No more tickets than this.
    pub most: usize,
}

/// Tickets of one class.
#[derive(Clone, Debug)]
pub struct Taken {
    pub class: Class,
    pub tickets: Vec<Ticket>,
}

pub struct Taker {
    redis: Redis,
    pool: Pool,
    connection: MultiplexedConnection,
    /// Redis' number for this connection.
    client: i64,
}

impl Tickets {
    pub async fn taker(&self, pool: Pool) -> RedisResult<Taker> {
        let mut connection = self.redis().blocking().await?;
        let mut number = redis::cmd("CLIENT");
        number.arg("ID");
        let client = within(LIMIT, number.query_async(&mut connection)).await?;
        Ok(Taker {
            redis: self.redis().clone(),
            pool,
            connection,
            client,
        })
    }
}

impl Taker {
    /// Tickets of the first offered list that has some; none when none came within `patience` or before `interrupt`.
    ///
    /// Nothing is lost by an interrupt: Redis is asked to end the wait, and what it had handed out by then is the answer.
    pub async fn take(
        &mut self,
        offer: &Offer,
        patience: Duration,
        interrupt: impl Future<Output = ()>,
    ) -> RedisResult<Option<Taken>> {
        let lists: Vec<String> = offer
            .classes
            .iter()
            .map(|class| list(&self.redis, self.pool, *class))
            .collect();
        let mut command = redis::cmd("BLMPOP");
        command.arg(patience.as_secs_f64()).arg(lists.len());
        command.arg(&lists[..]);
        command.arg("LEFT").arg("COUNT").arg(offer.most);
        let mut taking = pin!(within(
            patience + SILENCE,
            command.query_async(&mut self.connection)
        ));
        let answer: Option<(String, Vec<String>)> = tokio::select! {
            answer = &mut taking => answer?,
            () = interrupt => loop {
                end_wait(&self.redis, self.client).await;
                tokio::select! {
                    answer = &mut taking => break answer?,
                    () = tokio::time::sleep(AGAIN) => {}
                }
            },
        };
        let Some((from, entries)) = answer else {
            return Ok(None);
        };
        let place = lists.iter().position(|list| *list == from);
        let Some(class) = place.and_then(|place| offer.classes.get(place).copied()) else {
            return Ok(None);
        };
        let tickets = expand(&self.redis, (self.pool, class), entries, offer.most).await;
        Ok((!tickets.is_empty()).then_some(Taken { class, tickets }))
    }
}

async fn end_wait(redis: &Redis, client: i64) {
    let mut command = redis::cmd("CLIENT");
    command.arg("UNBLOCK").arg(client);
    let ended: RedisResult<i64> = within(LIMIT, command.query_async(&mut redis.shared())).await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a take goes on until its patience ends");
    }
}

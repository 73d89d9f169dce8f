//! A transaction: rows and jobs, all or nothing. The tickets of its jobs, and words to connected people, leave for Redis
//! once it has committed.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ambient::Home;
use super::warm::Open;
use crate::Clock;
use crate::cache::Cache;
use crate::jobs::{Crowds, Ticket, Tickets};
use crate::live::{Live, Message, Word};
use crate::scope::Scope;

pub struct Tx {
    inner: Open,
    now: DateTime<Utc>,
    clock: Clock,
    outlet: Tickets,
    tickets: Vec<Ticket>,
    cache: Cache,
    live: Live,
    words: Vec<Word>,
    scope: Scope,
    home: Option<Home>,
}

impl Tx {
    pub(super) fn new(
        inner: Open,
        clock: Clock,
        outlet: Tickets,
        cache: Cache,
        live: Live,
        scope: Scope,
    ) -> Self {
        Self {
            inner,
            now: clock.now(),
            clock,
            outlet,
            tickets: Vec::new(),
            cache,
            live,
            words: Vec::new(),
            scope,
            home: None,
        }
    }

    /// The time of the whole transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Seconds to add to Postgres' clock where it decides whether something is due: 0 outside of tests.
    pub fn clock_offset(&self) -> f64 {
        self.clock.offset()
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Copies of what this transaction changes have to be closed before it commits.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        self.inner.connection()
    }

    pub(crate) fn crowds(&self) -> &Crowds {
        self.outlet.crowds()
    }

    pub(crate) fn tell_after_commit(&mut self, tickets: impl IntoIterator<Item = Ticket>) {
        self.tickets.extend(tickets);
    }

    /// Tells the open connections of a person, once this transaction has committed.
    pub fn tell_live(&mut self, person: Uuid, message: Message) {
        self.words.push(Word { person, message });
    }

    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if let Some(home) = self.home.take() {
            return home.receive(self);
        }
        let outlet = self.outlet.clone();
        outlet.tell(self.commit_keeping_tickets().await?);
        Ok(())
    }

    /// Commits and hands the tickets to the caller: for a process that ends before they would have left by themselves.
    pub async fn commit_keeping_tickets(mut self) -> Result<Vec<Ticket>, sqlx::Error> {
        let tickets = std::mem::take(&mut self.tickets);
        self.inner.commit().await?;
        self.live.tell(self.words);
        Ok(tickets)
    }

    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.inner.rollback().await
    }

    pub(super) fn belong_to(&mut self, home: Home) {
        self.home = Some(home);
    }
}

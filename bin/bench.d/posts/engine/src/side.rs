//! One side under measurement: ours with workers, ours without, or the peer.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bench::{Ask, Asking, Client, Figures, Load, Pace, Server, at_pace, at_the_most};
use serde_json::json;
use uuid::Uuid;

use crate::People;
use crate::database::Database;
use crate::deeds::{Posting, commenting, id_of, liking, liking_one};

const AT_ONCE: usize = 32;
const AT_MOST: Duration = Duration::from_secs(60);
const SPAN: Duration = Duration::from_secs(10);

/// Requests that warm up what answers: one of so many that count.
const WARM_UP: usize = 20;

/// Of a measure.
const PARTS: usize = 3;

/// How much of each deed is measured, in three parts: first a little that does not count, then at a pace, then as much as goes.
#[derive(Clone, Copy)]
pub struct Measure {
    requests: usize,
    pub rate: usize,
}

/// One kind of deed.
pub struct Deed {
    pub name: &'static str,
    pub at_pace: Figures,
    pub at_the_most: Figures,
    /// All of them, the first ones included.
    pub asked: usize,
    pub succeeded: usize,
}

pub struct Side {
    pub who: &'static str,
    pub is_peer: bool,
    pub create: Deed,
    pub like: Deed,
    pub hot: Deed,
    pub comment: Deed,
    /// Posts that were made, then liked and commented on.
    pub made: Vec<Uuid>,
    /// Posts that everybody liked.
    pub liked_by_all: Vec<Uuid>,
    pub peak_mib: f64,
    /// How long the workers still had to do afterwards.
    pub rest: Duration,
}

impl Measure {
    pub fn new(requests: usize, rate: usize) -> Self {
        Self { requests, rate }
    }

    /// Everybody likes the same post once: it takes as many people as likes.
    pub fn people(self) -> usize {
        self.first().max(self.pace().requests()).max(self.requests)
    }

    pub fn most(self) -> Load {
        Load {
            requests: self.requests,
            at_once: AT_ONCE,
            at_most: AT_MOST,
        }
    }

    fn pace(self) -> Pace {
        Pace {
            per_second: self.rate,
            span: SPAN,
        }
    }

    fn first(self) -> usize {
        (self.requests / WARM_UP).max(AT_ONCE)
    }

    /// `asking` by how often it was done before. Where there are workers, they have nothing left to do of the kind before.
    async fn of<A: Asking>(
        self,
        client: &Client,
        workers: &mut Option<&mut Database>,
        name: &'static str,
        mut asking: impl FnMut(usize) -> Arc<A>,
    ) -> Result<Deed> {
        let warm_up = Load {
            requests: self.first(),
            ..self.most()
        };
        let first = at_the_most(client, asking(0), warm_up).await;
        if let Some(database) = workers {
            database.settled().await?;
        }
        let before = self.first();
        let paced = at_pace(client, asking(before), self.pace()).await?;
        let before = before + self.pace().requests();
        let most = at_the_most(client, asking(before), self.most()).await;
        let all = [&first, &paced, &most];
        let asked = all.iter().map(|figures| figures.requests()).sum();
        let failed: usize = all.iter().map(|figures| figures.failed).sum();
        Ok(Deed {
            name,
            asked,
            succeeded: asked - failed,
            at_pace: paced,
            at_the_most: most,
        })
    }
}

impl Side {
    pub async fn measure(
        who: &'static str,
        server: &Server,
        people: &People,
        measure: Measure,
        mut workers: Option<&mut Database>,
    ) -> Result<Self> {
        let workers = &mut workers;
        let client = &server.client;
        let mut posting = Vec::new();
        eprintln!("{who}: create …");
        let create = measure.of(client, workers, "create", |from| {
            let asking = Arc::new(Posting::new(people, from));
            posting.push(asking.clone());
            asking
        });
        let create = create.await?;
        let mut made = Vec::new();
        for asked in posting {
            made.extend(asked.made()?);
        }
        eprintln!("{who}: like …");
        let like = |from| Arc::new(liking(people, &made, from));
        let like = measure.of(client, workers, "like", like).await?;
        eprintln!("{who}: all like the same …");
        let mut liked_by_all = Vec::new();
        for _ in 0..PARTS {
            liked_by_all.push(for_all_to_like(client, people).await?);
        }
        let mut next = liked_by_all.iter().copied();
        let hot = |_| Arc::new(liking_one(people, next.next().unwrap_or_default()));
        let hot = measure
            .of(client, workers, "all like the same", hot)
            .await?;
        eprintln!("{who}: comment …");
        let comment = |from| Arc::new(commenting(people, &made, from));
        let comment = measure.of(client, workers, "comment", comment).await?;
        Ok(Self {
            who,
            is_peer: false,
            create,
            like,
            hot,
            comment,
            made,
            liked_by_all,
            peak_mib: server.peak_mib()?,
            rest: Duration::ZERO,
        })
    }

    pub fn deeds(&self) -> [&Deed; 4] {
        [&self.create, &self.like, &self.hot, &self.comment]
    }
}

async fn for_all_to_like(client: &Client, people: &People) -> Result<Uuid> {
    let body = json!({ "caption": "everybody likes this" });
    id_of(
        &client
            .told(&Ask::post(&people[0], "/posts").with(body))
            .await?,
    )
}

//! Workers that are killed while they write, and a Redis that forgets what was written.

use domain::SessionId;
use domain::feed::{self, Span};
use domain::people::{Actor, Role};

use super::*;
use crate::harness::eventually;
use crate::harness::fleet::{Member, Servers};

/// A Commons on servers of its own, with an author whose many followers all have a timeline.
struct World {
    _servers: Servers,
    app: TestApp,
    author: Somebody,
    /// The latest first, as they are written to.
    followers: Vec<UserId>,
}

impl World {
    async fn new(name: &str, followers: i64) -> Self {
        let servers = Servers::start(name).await;
        let settings = [("JOBS_SILENCE", "2s"), ("FEED_FANOUT_MOST", "1000000")];
        let app = TestApp::on_servers(&servers.database_url, &servers.redis_url, &settings).await;
        let [author] = app.given(["author"]).await;
        let followers = followed(&app, author.id, followers).await;
        have_timelines(&app, &followers).await;
        Self {
            _servers: servers,
            app,
            author,
            followers,
        }
    }

    /// Publishes, and holds the worker that writes between its first slice and its second.
    async fn held_midway(&self) -> (Uuid, Member, platform::Tx) {
        let pool = &self.app.platform.db;
        let mut reading = pool.begin().await.unwrap();
        sqlx::raw_sql("lock table follows in access exclusive mode")
            .execute(reading.connection())
            .await
            .unwrap();
        let worker = Member::labour("feed:4", &self.app.settings);
        let id = post_past_the_lock(self).await;
        eventually("a worker has it", Duration::from_secs(30), async || {
            self.running().await == 1
        })
        .await;
        let mut saving = pool.begin().await.unwrap();
        sqlx::raw_sql("lock table jobs in share mode")
            .execute(saving.connection())
            .await
            .unwrap();
        reading.rollback().await.unwrap();
        eventually("a slice is written", Duration::from_secs(30), async || {
            let held = timeline(&self.app, self.followers[0]).await;
            held.is_some_and(|held| held.contains(&id))
        })
        .await;
        (id, worker, saving)
    }

    async fn running(&self) -> i64 {
        self.app
            .count("select count(*) from jobs where state = 'running' and name = 'feed.fan_out'")
            .await
    }

    async fn is_done(&self) {
        eventually("another has done it", Duration::from_secs(60), async || {
            let left = "select count(*) from jobs where name = 'feed.fan_out'";
            self.app.count(left).await == 0
        })
        .await;
    }

    /// How many timelines hold a post; none holds it twice.
    async fn holding(&self, id: Uuid) -> usize {
        let mut holding = 0;
        for slice in self.followers.chunks(5_000) {
            let mut asking = redis::pipe();
            for one in slice {
                asking.zrange(key(&self.app, *one), 0, -1);
            }
            let mut redis = self.app.platform.redis.shared();
            let held: Vec<Vec<Vec<u8>>> = asking.query_async(&mut redis).await.unwrap();
            for members in held {
                let times = members.iter().filter(|one| one.ends_with(id.as_bytes()));
                let times = times.count();
                assert!(times <= 1, "it stands there twice");
                holding += times;
            }
        }
        holding
    }
}

/// So many follow somebody. Nobody looks at their accounts, so there are none.
async fn followed(app: &TestApp, author: UserId, followers: i64) -> Vec<UserId> {
    let mut tx = app.platform.db.begin().await.unwrap();
    sqlx::raw_sql("set local session_replication_role = replica")
        .execute(tx.connection())
        .await
        .unwrap();
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "with made as (insert into follows (follower_id, following_id, id, created_at)
             select id, $1, id, now()
             from (select ('0193' || lpad(n::text, 28, '0'))::uuid as id from generate_series(1, $2) as n) as many
             returning id),
         counted as (update user_counts set follower_count = $2 where user_id = $1)
         select id from made order by id desc",
    )
    .bind(author.0)
    .bind(followers)
    .fetch_all(tx.connection())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    ids.into_iter().map(UserId).collect()
}

/// One is made, and the others are as it is.
async fn have_timelines(app: &TestApp, people: &[UserId]) {
    let (first, others) = people.split_first().unwrap();
    let (timelines, now) = (&app.platform.timelines, app.clock.now());
    timelines.begin(first.0, now).await.unwrap();
    feed::warm(&app.platform, *first).await.unwrap();
    for slice in others.chunks(5_000) {
        let mut copying = redis::pipe();
        for one in slice {
            copying
                .cmd("COPY")
                .arg(key(app, *first))
                .arg(key(app, *one));
        }
        let mut redis = app.platform.redis.shared();
        let copied: Vec<bool> = copying.query_async(&mut redis).await.unwrap();
        assert!(copied.into_iter().all(|copied| copied));
    }
}

fn key(app: &TestApp, who: UserId) -> String {
    let name = format!("timeline:{}", who.0.simple());
    app.platform.redis.key(&name)
}

/// Publishing looks at no follows.
async fn post_past_the_lock(world: &World) -> Uuid {
    let mut tx = world.app.platform.db.begin().await.unwrap();
    let (id, now) = (PostId::at(tx.now()), tx.now());
    sqlx::query(
        "with made as (insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
                       values ($1, $2, 'text', 'to all', 'published', $3, $1, $3, $3) returning id)
         insert into post_counts (post_id, created_at) select id, $3 from made",
    )
    .bind(id.0)
    .bind(world.author.id.0)
    .bind(now)
    .execute(tx.connection())
    .await
    .unwrap();
    feed::published(&mut tx, id, world.author.id).await.unwrap();
    tx.commit().await.unwrap();
    id.0
}

#[tokio::test]
async fn a_worker_killed_while_it_writes_leaves_the_post_in_each_of_100_000_timelines_once() {
    let world = World::new("fanout", 100_000).await;
    let (id, mut worker, saving) = world.held_midway().await;
    worker.signal("-KILL");
    worker.end().await;
    saving.rollback().await.unwrap();
    let holding = world.holding(id).await;
    assert!(
        (1..100_000).contains(&holding),
        "not in mid work: {holding}"
    );
    let _worker = Member::labour("feed:4", &world.app.settings);
    let _scheduler = Member::start("scheduler", &world.app.settings);
    world.is_done().await;
    assert_eq!(world.holding(id).await, 100_000);
}

#[tokio::test]
async fn a_redis_that_is_wiped_while_somebody_writes_costs_no_feed_the_post() {
    let world = World::new("flushed", 3_000).await;
    let (id, _worker, saving) = world.held_midway().await;
    let mut redis = world.app.platform.redis.shared();
    let wiped: redis::RedisResult<()> = redis::cmd("FLUSHALL").query_async(&mut redis).await;
    wiped.unwrap();
    saving.rollback().await.unwrap();
    let _scheduler = Member::start("scheduler", &world.app.settings);
    let sample = &world.followers[..20];
    for _ in 0..2 {
        for one in sample {
            let actor = Actor {
                user: *one,
                session: SessionId(one.0),
                role: Role::Member,
            };
            let span = Span {
                after: None,
                offset: 0,
                limit: 20,
            };
            let home = feed::home(&world.app.platform, &actor, &span)
                .await
                .unwrap();
            let ids: Vec<Uuid> = home.posts.iter().map(|post| post.id.0).collect();
            assert_eq!(ids, [id]);
        }
        eventually("all has run", Duration::from_secs(40), async || {
            world
                .app
                .count("select count(*) from jobs where name like 'feed.%' and told_at is not null")
                .await
                == 0
        })
        .await;
    }
    assert_eq!(
        world.holding(id).await,
        sample.len(),
        "who reads has a timeline again"
    );
}

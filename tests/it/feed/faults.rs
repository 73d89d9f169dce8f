//! Workers that are killed while they write, and a Redis that forgets what was written.

use domain::SessionId;
use domain::feed::{self, Span};
use domain::people::{Actor, Role};

use super::*;
use crate::harness::eventually;
use crate::harness::fleet::{Member, Servers};

const FOLLOWERS: usize = 3_000;

/// A Commons on servers of its own, with an author whose many followers all have a timeline.
struct World {
    _servers: Servers,
    app: TestApp,
    author: Somebody,
    followers: Vec<UserId>,
}

impl World {
    async fn new(name: &str) -> Self {
        let servers = Servers::start(name).await;
        let settings = [("JOBS_SILENCE", "2s")];
        let app = TestApp::on_servers(&servers.database_url, &servers.redis_url, &settings).await;
        let [author] = app.given(["author"]).await;
        app.run(
            "insert into users (id, username, email, created_at, updated_at)
                 select gen_random_uuid(), 'many' || n, 'many' || n || '@example.com', now(), now()
                 from generate_series(1, 3000) as n;
             insert into user_counts (user_id, created_at) select id, now() from users where username like 'many%';
             insert into follows (follower_id, following_id, id, created_at)
                 select m.id, a.id, ('0193' || lpad(substr(m.username, 5), 28, '0'))::uuid, now() from users a, users m
                 where a.username = 'author' and m.username like 'many%';
             update user_counts set follower_count = 3000
                 where user_id = (select id from users where username = 'author')",
        )
        .await;
        let ids: Vec<Uuid> = sqlx::query_scalar("select id from users where username like 'many%'")
            .fetch_all(app.platform.db.pool())
            .await
            .unwrap();
        let followers: Vec<UserId> = ids.into_iter().map(UserId).collect();
        assert_eq!(followers.len(), FOLLOWERS);
        for one in &followers {
            let timelines = &app.platform.timelines;
            timelines.begin(one.0, app.clock.now()).await.unwrap();
            feed::warm(&app.platform, *one).await.unwrap();
        }
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
            self.holding(id).await > 0
        })
        .await;
        (id, worker, saving)
    }

    async fn running(&self) -> i64 {
        self.app
            .count("select count(*) from jobs where state = 'running' and name = 'feed.fan_out'")
            .await
    }

    /// How many timelines hold a post; none holds it twice.
    async fn holding(&self, id: Uuid) -> usize {
        let mut holding = 0;
        for one in &self.followers {
            let held = timeline(&self.app, *one).await.unwrap_or_default();
            let times = held.iter().filter(|held| **held == id).count();
            assert!(times <= 1, "it stands there twice");
            holding += times;
        }
        holding
    }
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
async fn a_worker_killed_while_it_writes_leaves_the_post_in_each_timeline_once() {
    let world = World::new("fanout").await;
    let (id, mut worker, saving) = world.held_midway().await;
    worker.signal("-KILL");
    worker.end().await;
    saving.rollback().await.unwrap();
    let holding = world.holding(id).await;
    assert!(holding < FOLLOWERS, "it was killed in mid work: {holding}");
    let _worker = Member::labour("feed:4", &world.app.settings);
    let _scheduler = Member::start("scheduler", &world.app.settings);
    eventually("another has done it", Duration::from_secs(40), async || {
        world
            .app
            .count("select count(*) from jobs where name = 'feed.fan_out'")
            .await
            == 0
    })
    .await;
    assert_eq!(world.holding(id).await, FOLLOWERS);
}

#[tokio::test]
async fn a_redis_that_is_wiped_while_somebody_writes_costs_no_feed_the_post() {
    let world = World::new("flushed").await;
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

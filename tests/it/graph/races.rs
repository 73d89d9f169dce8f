//! Two at once: whatever the order, the counters are right and no follow crosses a block.

use std::time::Duration;

use futures::future::join_all;

use super::*;
use crate::harness::eventually;
use crate::harness::laws::blocks_part;

#[tokio::test]
async fn fifty_who_follow_one_person_at_once_are_all_counted() {
    let app = TestApp::start().await;
    let [star] = app.given(["star"]).await;
    let crowd = app.crowd(50).await;
    let followed = join_all(crowd.iter().map(|one| act(one, "follow", &star))).await;
    let mut counts: Vec<i64> = followed
        .iter()
        .map(|reply| reply.data(200)["follower_count"].as_i64().unwrap())
        .collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        (1..=50).collect::<Vec<i64>>(),
        "each was told their own"
    );
    counts_are_exact(&app).await;

    let mixed = crowd.iter().enumerate().map(async |(number, one)| {
        let reply = match number % 5 {
            0 => act(one, "follow", &star).await,
            1 => act(&star, "follow", one).await,
            _ => undo(one, "follow", &star).await,
        };
        reply.data(200);
    });
    join_all(mixed).await;
    counts_are_exact(&app).await;
    assert_eq!(app.count("select count(*) from follows").await, 20 + 10);
}

#[tokio::test]
async fn two_who_follow_each_other_at_once_do_not_stand_in_each_others_way() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..20 {
        let (one, other) = tokio::join!(act(&alice, "follow", &bob), act(&bob, "follow", &alice));
        assert_eq!(told(&one), state(true, false, 1));
        assert_eq!(told(&other), state(true, false, 1));
        counts_are_exact(&app).await;
        let (one, other) = tokio::join!(undo(&alice, "follow", &bob), undo(&bob, "follow", &alice));
        assert_eq!(told(&one), state(false, false, 0));
        assert_eq!(told(&other), state(false, false, 0));
        counts_are_exact(&app).await;
    }
}

#[tokio::test]
async fn three_who_follow_each_other_round_at_once_all_do() {
    let app = TestApp::start().await;
    let crowd = app.crowd(3).await;
    for _ in 0..10 {
        let pairs = [(0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)];
        let follow = |(one, other): (usize, usize)| act(&crowd[one], "follow", &crowd[other]);
        for reply in join_all(pairs.map(follow)).await {
            reply.data(200);
        }
        counts_are_exact(&app).await;
        let unfollow = |(one, other): (usize, usize)| undo(&crowd[one], "follow", &crowd[other]);
        for reply in join_all(pairs.map(unfollow)).await {
            reply.data(200);
        }
        assert_eq!(app.count("select count(*) from follows").await, 0);
        counts_are_exact(&app).await;
    }
}

/// While one counter is held, whoever waits for it holds none that comes after it: so there is no waiting in a circle.
#[tokio::test]
async fn counters_are_taken_in_the_order_of_their_ids_whoever_follows_whom() {
    let app = TestApp::start().await;
    let [first, last] = app.given(["first", "last"]).await;
    assert!(first.id < last.id);
    for (who, whom) in [(&first, &last), (&last, &first)] {
        let mut held = app.platform.db.begin().await.unwrap();
        sqlx::query("select from user_counts where user_id = $1 for update")
            .bind(first.id.0)
            .execute(held.connection())
            .await
            .unwrap();
        let look = async {
            eventually("the follow waits", Duration::from_secs(10), async || {
                let waiting = "select count(*) from pg_stat_activity
                               where datname = current_database() and wait_event_type = 'Lock'";
                app.count(waiting).await == 1
            })
            .await;
            let free =
                "select count(*) from (select from user_counts for update skip locked) as free";
            assert_eq!(app.count(free).await, 1, "the last is free");
            held.commit().await.unwrap();
        };
        let (followed, ()) = tokio::join!(act(who, "follow", whom), look);
        followed.data(200);
    }
    counts_are_exact(&app).await;
}

#[tokio::test]
async fn the_same_follow_twice_at_once_counts_once() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..10 {
        let both = tokio::join!(act(&alice, "follow", &bob), act(&alice, "follow", &bob));
        assert_eq!(told(&both.0), state(true, false, 1));
        assert_eq!(told(&both.1), state(true, false, 1));
        counts_are_exact(&app).await;
        let both = tokio::join!(undo(&alice, "follow", &bob), undo(&alice, "follow", &bob));
        assert_eq!(told(&both.0), state(false, false, 0));
        assert_eq!(told(&both.1), state(false, false, 0));
        counts_are_exact(&app).await;
    }
}

#[tokio::test]
async fn of_a_follow_and_an_unfollow_at_once_one_is_last() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..20 {
        let both = tokio::join!(act(&alice, "follow", &bob), undo(&alice, "follow", &bob));
        both.0.data(200);
        both.1.data(200);
        counts_are_exact(&app).await;
    }
}

#[tokio::test]
async fn no_follow_survives_a_block_that_comes_at_once() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for round in 0..40 {
        let follow = act(&alice, "follow", &bob);
        let back = act(&bob, "follow", &alice);
        // Neither always comes first.
        let block = async {
            tokio::time::sleep(Duration::from_micros(round * 150)).await;
            act(&bob, "block", &alice).await
        };
        let (followed, back, blocked) = tokio::join!(follow, back, block);
        blocked.data(200);
        assert!([200, 404].contains(&followed.status.as_u16()));
        assert!([200, 404].contains(&back.status.as_u16()));
        blocks_part(&app).await;
        counts_are_exact(&app).await;
        assert_eq!(app.count("select count(*) from follows").await, 0);
        undo(&bob, "block", &alice).await.data(200);
    }
}

#[tokio::test]
async fn no_request_and_no_acceptance_survives_a_block_that_comes_at_once() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    make_private(&app, &bob).await;
    for round in 0..30 {
        if round % 2 == 0 {
            act(&alice, "follow", &bob).await.data(200);
        }
        let (_, _, blocked) = tokio::join!(
            act(&alice, "follow", &bob),
            answer(&bob, "accept", &alice),
            act(&bob, "block", &alice),
        );
        blocked.data(200);
        blocks_part(&app).await;
        counts_are_exact(&app).await;
        undo(&bob, "block", &alice).await.data(200);
    }
}

#[tokio::test]
async fn blocks_both_ways_at_once_both_stand_and_both_can_be_lifted() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..10 {
        act(&alice, "follow", &bob).await.data(200);
        let (one, other) = tokio::join!(act(&alice, "block", &bob), act(&bob, "block", &alice));
        assert!(
            [one.status, other.status]
                .iter()
                .any(|status| *status == 200)
        );
        blocks_part(&app).await;
        counts_are_exact(&app).await;
        for (who, whom, blocked) in [(&alice, &bob, one), (&bob, &alice, other)] {
            if blocked.status == 200 {
                undo(who, "block", whom).await.data(200);
            }
        }
        assert_eq!(app.count("select count(*) from blocks").await, 0);
    }
}

#[tokio::test]
async fn a_request_that_is_accepted_twice_at_once_is_accepted_once() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    make_private(&app, &bob).await;
    for _ in 0..10 {
        act(&alice, "follow", &bob).await.data(200);
        let (one, other) = tokio::join!(
            answer(&bob, "accept", &alice),
            answer(&bob, "accept", &alice)
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        counts_are_exact(&app).await;
        undo(&alice, "follow", &bob).await.data(200);
    }
}

#[tokio::test]
async fn a_request_that_is_accepted_and_withdrawn_at_once_is_gone_or_a_follow_that_ended() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    make_private(&app, &bob).await;
    for _ in 0..20 {
        act(&alice, "follow", &bob).await.data(200);
        let (accepted, withdrawn, rejected) = tokio::join!(
            answer(&bob, "accept", &alice),
            undo(&alice, "follow", &bob),
            answer(&bob, "reject", &alice),
        );
        assert_eq!(told(&withdrawn)["is_following"], false);
        let answered = [accepted.status, rejected.status];
        assert!(answered.iter().any(|status| *status == 404));
        counts_are_exact(&app).await;
        assert_eq!(app.count("select count(*) from follow_requests").await, 0);
        assert_eq!(app.count("select count(*) from follows").await, 0);
    }
}

#[tokio::test]
async fn a_follow_while_the_account_goes_public_or_private_is_a_follow_or_a_request() {
    let app = TestApp::start().await;
    let [star] = app.given(["star"]).await;
    let crowd = app.crowd(8).await;
    for round in 0..12 {
        make_private(&app, &star).await;
        act(&crowd[0], "follow", &star).await.data(200);
        let follows = join_all(crowd.iter().map(|one| act(one, "follow", &star)));
        let turn = async {
            tokio::time::sleep(Duration::from_micros(round * 700)).await;
            make_public(&app, star.id).await;
        };
        let (followed, ()) = tokio::join!(follows, turn);
        for reply in followed {
            let said = reply.data(200);
            assert!(said["is_following"] == true || said["is_requested"] == true);
        }
        app.drain().await;
        assert_eq!(app.count("select count(*) from follows").await, 8);
        assert_eq!(
            app.count("select count(*) from follow_requests").await,
            0,
            "nobody waits at a public account"
        );
        counts_are_exact(&app).await;

        join_all(crowd.iter().map(|one| undo(one, "follow", &star))).await;
        let follows = join_all(crowd.iter().map(|one| act(one, "follow", &star)));
        let (followed, ()) = tokio::join!(follows, make_private(&app, &star));
        for reply in followed {
            reply.data(200);
        }
        let bonds =
            "select (select count(*) from follows) + (select count(*) from follow_requests)";
        assert_eq!(app.count(bonds).await, 8);
        counts_are_exact(&app).await;
        join_all(crowd.iter().map(|one| undo(one, "follow", &star))).await;
    }
}

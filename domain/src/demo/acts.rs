//! Everything that happened in the demo, in the order it did.

use chrono::TimeDelta;

use super::people::{RESIDENTS, Resident};
use super::scenes::{Remark, SCENES, Scene};

/// The first of them came so long ago: long enough to count in trends.
pub(super) const BEGAN: TimeDelta = TimeDelta::days(8);

/// The last that happened.
const ENDED: TimeDelta = TimeDelta::minutes(12);

/// What follows from a post follows within so long.
const LONGEST: TimeDelta = TimeDelta::hours(4);

pub(super) struct Event {
    /// Before the world is made.
    pub ago: TimeDelta,
    pub act: Act,
}

/// Scenes and remarks by their numbers.
#[derive(Clone, Copy)]
pub(super) enum Act {
    Join(&'static Resident),
    Follow(&'static str, &'static str),
    Consent(&'static str, &'static str),
    Show(usize),
    Like(usize, &'static str),
    Remark(usize, usize),
    LikeRemark(usize, usize, &'static str),
    Save(usize, &'static str),
    Share(usize, &'static str, &'static str),
}

pub(super) fn all() -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = BEGAN;
    let mut then = |act, minutes| {
        events.push(Event { ago: at, act });
        at -= TimeDelta::minutes(minutes);
    };
    for resident in &RESIDENTS {
        then(Act::Join(resident), 45);
    }
    for resident in &RESIDENTS {
        for followed in resident.follows {
            then(Act::Follow(resident.username, followed), 23);
        }
    }
    for resident in &RESIDENTS {
        for follower in resident.consents.unwrap_or_default() {
            then(Act::Consent(resident.username, follower), 11);
        }
    }
    for (number, scene) in SCENES.iter().enumerate() {
        let began = TimeDelta::minutes(scene.ago);
        events.push(Event {
            ago: began,
            act: Act::Show(number),
        });
        events.extend(spread(began, following(number, scene)));
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.ago));
    events
}

/// What follows from a post: likes and words by turns.
fn following(number: usize, scene: &Scene) -> Vec<Act> {
    let likes = scene.likes.iter().map(|by| Act::Like(number, by));
    let remarks = scene.remarks.iter().enumerate();
    let mut remarks = remarks.flat_map(|(place, remark)| said(number, place, remark));
    let mut acts = Vec::new();
    for like in likes {
        acts.push(like);
        acts.extend(remarks.next());
    }
    acts.extend(remarks);
    acts.extend(scene.saves.iter().map(|by| Act::Save(number, by)));
    let shares = scene.shares.iter();
    acts.extend(shares.map(|(by, words)| Act::Share(number, by, words)));
    acts
}

fn said(scene: usize, place: usize, remark: &'static Remark) -> impl Iterator<Item = Act> {
    let likes = remark.likes.iter();
    let likes = likes.map(move |by| Act::LikeRemark(scene, place, by));
    std::iter::once(Act::Remark(scene, place)).chain(likes)
}

fn spread(began: TimeDelta, acts: Vec<Act>) -> impl Iterator<Item = Event> {
    let count = i32::try_from(acts.len()).unwrap_or(i32::MAX);
    let step = LONGEST.min(began - ENDED) / count.max(1);
    (1_i32..).zip(acts).map(move |(turn, act)| Event {
        ago: began - step * turn,
        act,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_is_named_lives_here_and_follows_several() {
        let known = |name: &str| RESIDENTS.iter().any(|one| one.username == name);
        for resident in &RESIDENTS {
            assert!(resident.follows.len() >= 3, "{}", resident.username);
            let named = resident
                .follows
                .iter()
                .chain(resident.consents.unwrap_or_default());
            assert!(
                named
                    .clone()
                    .all(|name| known(name) && *name != resident.username)
            );
        }
        for scene in &SCENES {
            let remarks = scene.remarks.iter();
            let named = remarks.flat_map(|remark| remark.likes.iter().chain([&remark.author]));
            let shares = scene.shares.iter().map(|(by, _)| by);
            let mut named = named.chain(scene.likes).chain(scene.saves).chain(shares);
            assert!(known(scene.author) && named.all(|name| known(name)));
        }
    }

    #[test]
    fn everything_happens_after_what_it_needs_and_before_now() {
        let events = all();
        assert!(events.is_sorted_by_key(|event| std::cmp::Reverse(event.ago)));
        assert!(events.iter().all(|event| event.ago >= ENDED));
        let place = |wanted: fn(&Act) -> Option<usize>, number| {
            events
                .iter()
                .position(|event| wanted(&event.act) == Some(number))
        };
        let shown = |act: &Act| match act {
            Act::Show(scene) => Some(*scene),
            _ => None,
        };
        for (at, event) in events.iter().enumerate() {
            if let Act::Like(scene, _) | Act::Remark(scene, _) | Act::Share(scene, _, _) = event.act
            {
                assert!(place(shown, scene).is_some_and(|shown| shown < at));
            }
        }
        let last_follow = events
            .iter()
            .rposition(|event| matches!(event.act, Act::Consent(..)));
        assert!(last_follow < place(shown, 0));
    }
}

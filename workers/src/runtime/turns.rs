//! Whose turn it is: classes share a pool by weight, counted in tickets.

use platform::jobs::Class;

/// Tickets of each class while all of them wait.
const WEIGHTS: [f64; 3] = [16.0, 4.0, 1.0];

/// A weighted round robin. It is charged with what came and not with what was asked for, so a share holds however large the
/// takes are.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Tickets taken, each divided by the weight of its class.
    spent: [f64; 3],
    /// The class of a take that came back full: there is more of it.
    backlog: Option<Class>,
}

impl Turns {
    /// All classes, the one that has had the least of its share first.
    pub(super) fn order(&self) -> [Class; 3] {
        let mut order = Class::ALL;
        order.sort_by(|one, other| {
            self.spent[*one as usize].total_cmp(&self.spent[*other as usize])
        });
        order
    }

    pub(super) fn backlog(&self) -> Option<Class> {
        self.backlog
    }

    pub(super) fn charge(&mut self, class: Class, tickets: usize, full: bool) {
        let level = self.spent[class as usize];
        // Whoever was before it in the order had nothing waiting, or no room. That is no claim on more later.
        for spent in &mut self.spent {
            *spent = spent.max(level) - level;
        }
        self.spent[class as usize] = tickets as f64 / WEIGHTS[class as usize];
        self.backlog = full.then_some(class);
    }

    pub(super) fn nothing_came(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_while_all_wait_whatever_the_size_of_the_takes() {
        for size in [1, 7, 500] {
            let (mut turns, mut taken) = (Turns::default(), [0; 3]);
            for _ in 0..2_100 {
                let class = turns.order()[0];
                taken[class as usize] += size;
                turns.charge(class, size, true);
            }
            let all: usize = taken.iter().sum();
            let share = taken.map(|one| one as f64 * 21.0 / all as f64);
            for (share, weight) in share.into_iter().zip(WEIGHTS) {
                assert!((share - weight).abs() < 0.1 * weight, "{size}: {taken:?}");
            }
        }
    }

    #[test]
    fn a_class_that_was_idle_has_saved_nothing_up() {
        let mut turns = Turns::default();
        for _ in 0..1_000 {
            turns.charge(Class::Normal, 10, true);
        }
        let mut urgent_first = 0;
        while turns.order()[0] == Class::Urgent {
            turns.charge(Class::Urgent, 10, true);
            urgent_first += 1;
        }
        assert!(urgent_first <= 5, "{urgent_first}");
    }
}

//! A name for every request: the client's where it is well formed, else one of ours. It is in the answer, in every log
//! line, in a problem, and in the jobs the request enqueued.

use platform::Clock;
use poem::Request;

pub(super) const HEADER: &str = "x-request-id";
const LONGEST: usize = 64;

pub(super) fn of(request: &Request, clock: &Clock) -> String {
    let given = request.header(HEADER).filter(|id| is_well_formed(id));
    given.map_or_else(|| platform::new_id(clock).to_string(), str::to_owned)
}

fn is_well_formed(id: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn an_id_is_short_and_plain() {
        assert!(is_well_formed("a.B_9-"));
        assert!(!is_well_formed(""));
        assert!(!is_well_formed(&"x".repeat(65)));
        assert!(!is_well_formed("a b"));
        assert!(!is_well_formed("a\nb"));
    }
}

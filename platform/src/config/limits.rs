use std::num::NonZeroU32;
use std::time::Duration;

use super::reader::Reader;
use crate::rate::Limit;

/// How much is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    pub body_bytes: usize,
    pub request_timeout: Duration,
    pub requests: Limit,
    pub auth: Limit,
    pub guesses: Guesses,
    pub contacts_lookup: Limit,
    pub contacts_match: Limit,
}

/// How many wrong passwords or codes are free, and how long those after them have to wait at the most.
#[derive(Clone, Copy, Debug)]
pub struct Guesses {
    pub per_account: NonZeroU32,
    pub per_address: NonZeroU32,
    pub longest_wait: Duration,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Limits");
        let body_bytes = reader.or("BODY_LIMIT", "1048576", "Largest JSON body in bytes.");
        let request_timeout = reader.span(
            "REQUEST_TIMEOUT",
            "30s",
            "A request that takes longer is answered 503.",
        );
        let requests = reader.or(
            "RATE_LIMIT",
            "100/60s",
            "Requests an address (or, signed in, a person) may make.",
        );
        let auth = reader.or(
            "AUTH_RATE_LIMIT",
            "20/60s",
            "The same for register, login, refresh and verification, counted apart.",
        );
        let per_account = reader.or(
            "GUESSES_PER_ACCOUNT",
            "5",
            "Wrong passwords or codes for one account, from wherever, until the next try waits: 1 s, then 2 s, 4 s, ….",
        );
        let per_address = reader.or(
            "GUESSES_PER_ADDRESS",
            "100",
            "The same from one address, at whatever accounts: a whole campus may share it.",
        );
        let longest_wait = reader.span("GUESSES_LONGEST_WAIT", "15m", "The wait grows no longer.");
        let contacts_lookup = reader.or(
            "CONTACTS_LOOKUP_LIMIT",
            "100/86400s",
            "People whom one person may look up by number or address.",
        );
        let contacts_match = reader.or(
            "CONTACTS_MATCH_LIMIT",
            "5000/86400s",
            "Numbers of an address book that one person may have compared.",
        );
        Some(Self {
            body_bytes: body_bytes?,
            request_timeout: request_timeout?,
            requests: requests?,
            auth: auth?,
            guesses: Guesses {
                per_account: per_account?,
                per_address: per_address?,
                longest_wait: longest_wait?,
            },
            contacts_lookup: contacts_lookup?,
            contacts_match: contacts_match?,
        })
    }
}

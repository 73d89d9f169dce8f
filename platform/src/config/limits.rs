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
    pub login: Limit,
    pub contacts_lookup: Limit,
    pub contacts_match: Limit,
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
        let login = reader.or(
            "LOGIN_RATE_LIMIT",
            "25/3600s",
            "Tries to sign in to one account, from whatever address.",
        );
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
            login: login?,
            contacts_lookup: contacts_lookup?,
            contacts_match: contacts_match?,
        })
    }
}

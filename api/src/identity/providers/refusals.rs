//! What the ways to a provider and back may refuse with. Where an application waits, it is told the code alone.

use crate::identity::{LAST_WAY_IN, SUSPENDED};
use crate::problem::{Refusals, Told};

pub(super) struct Departing;
pub(in crate::identity) struct ComingBack;
pub(super) struct Trading;
pub(in crate::identity) struct Linking;
pub(in crate::identity) struct Unlinking;

const UNKNOWN: Told = Told::new(404, "not_found", "There is no such provider.");
const EMAIL_TAKEN: Told = Told::new(
    409,
    "email_taken",
    "This e-mail address has an account. Sign in to it, then link this one.",
);
const IDENTITY_TAKEN: Told = Told::new(
    409,
    "identity_taken",
    "This account elsewhere is linked to another person.",
);
const INVALID: Told = Told::new(
    400,
    "validation_failed",
    "Some fields are wrong; `errors` lists them all.",
);

impl Refusals for Departing {
    const LIST: &'static [Told] = &[INVALID, UNKNOWN];
}

impl Refusals for ComingBack {
    const LIST: &'static [Told] = &[
        INVALID,
        Told::new(
            401,
            "provider_refused",
            "The provider did not say who you are, or not in a way that can be believed.",
        ),
        Told::new(
            401,
            "credentials_wrong",
            "No account fits these credentials.",
        ),
        Told::new(
            403,
            "access_denied",
            "The sign-in was called off at the provider.",
        ),
        SUSPENDED,
        UNKNOWN,
        EMAIL_TAKEN,
        IDENTITY_TAKEN,
    ];
}

impl Refusals for Trading {
    const LIST: &'static [Told] = &[
        Told::new(
            401,
            "credentials_wrong",
            "No account fits these credentials.",
        ),
        SUSPENDED,
    ];
}

impl Refusals for Linking {
    const LIST: &'static [Told] = &[
        Told::new(
            403,
            "reauthentication_required",
            "Send your password, or sign in anew: this takes a sign-in of the last five minutes.",
        ),
        UNKNOWN,
        Told::new(409, "email_unverified", "Prove your e-mail address first."),
    ];
}

impl Refusals for Unlinking {
    const LIST: &'static [Told] = &[
        Told::new(404, "not_found", "There is no such linked account."),
        LAST_WAY_IN,
    ];
}

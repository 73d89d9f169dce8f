//! The question for the second factor, and its answer.

use chrono::{DateTime, TimeDelta, Utc};
use platform::Tx;
use platform::config::Auth;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{Checked, MOST_WRONG, Notice, RecoveryCode, Shown, TotpCode, show, sql, tell};
use crate::identity::entry::{self, Challenge, Entry, Way};
use crate::identity::sessions::Device;
use crate::identity::signed::Purpose;
use crate::wire::{Fault, WireText, wire_text};
use crate::{ChallengeId, Error, Result, UserId};

/// A few minutes: who signs in has the authenticator at hand.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(5);

const PURPOSE: Purpose = Purpose(b"commons.second-factor.1");

/// The question in the hands of whoever is asked: its id, signed.
#[derive(Clone, Debug)]
pub struct ChallengeToken(String);

wire_text!(ChallengeToken);

/// The second step in.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SecondStep {
    /// What the first step was answered.
    pub challenge: ChallengeToken,
    /// What the authenticator shows.
    pub code: Option<TotpCode>,
    /// Or one of the recovery codes.
    pub recovery_code: Option<RecoveryCode>,
}

/// Somebody's second factor was right. Made here alone.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    user: UserId,
}

impl Passed {
    pub(in crate::identity) fn is_of(self, user: UserId) -> bool {
        self.user == user
    }
}

/// What a person has to answer before they come in. None: they have no second factor.
pub(in crate::identity) async fn challenge(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    way: &str,
) -> Result<Option<Challenge>> {
    let (id, now) = (ChallengeId::at(tx.now()), tx.now());
    if !sql::ask(tx.connection(), id, user, way, now, now + GOOD_FOR).await? {
        return Ok(None);
    }
    let token = PURPOSE.sign(id.0, &auth.keys);
    Ok(Some(Challenge {
        two_factor_required: true,
        challenge: token.ok_or_else(|| Error::Internal("there is no key".to_owned()))?,
        expires_in: GOOD_FOR.num_seconds(),
    }))
}

/// Lets in whoever answers the challenge with what is good. It is good once, and for a few wrong answers.
pub async fn answer(
    tx: &mut Tx,
    auth: &Auth,
    step: SecondStep,
    device: &Device,
) -> Result<Checked<Entry>> {
    let now = tx.now();
    let shown = Shown::one_of(step.code, step.recovery_code)?;
    let id = PURPOSE.read(&step.challenge.0, &auth.keys);
    let id = ChallengeId(id.ok_or_else(over)?);
    let user = sql::lock_asked(tx.connection(), id, MOST_WRONG, now).await?;
    let user = user.ok_or_else(over)?;
    if !show(tx, auth, user, &shown, over).await? {
        sql::count_wrong_answer(tx.connection(), id).await?;
        return Ok(Checked::Wrong);
    }
    // Whoever was asked twice by one challenge is let in once: the other's code is given back with its transaction.
    if !sql::answer(tx.connection(), id, MOST_WRONG, now).await? {
        return Err(over());
    }
    let way = Way::SecondFactor(Passed { user });
    let entry = entry::enter(tx, auth, user, way, device).await?;
    if let Shown::Recovery(_) = shown {
        tell(tx, user, Notice::RecoveryCodeUsed).await?;
    }
    Ok(Checked::Right(entry))
}

/// Unknown, used, expired, or answered wrong too often: whoever asks begins again.
fn over() -> Error {
    Error::Unauthenticated("challenge_over")
}

/// What was shown before counts no more: whoever ends all sessions of a person ends these beginnings too.
pub(in crate::identity) async fn void(tx: &mut Tx, user: UserId) -> Result<()> {
    Ok(sql::void(tx.connection(), user).await?)
}

pub(in crate::identity) async fn purge_expired(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    Ok(sql::delete_expired(connection, now, limit).await?)
}

const EXAMPLE: &str = "AZMsXm2Aexqfvyochk5db3D1k0xq8mWJv2cR7tYb4nLsU9aPzQ6hEoGdKi3fVjNw";

impl WireText for ChallengeToken {
    const NAME: &'static str = "ChallengeToken";

    /// Anything short may be one; whether it is one of ours, its signature says.
    fn read(text: &str) -> Result<Self, Fault> {
        match text.len() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=512 => Ok(Self(text.to_owned())),
            _ => Err(Fault::new("too_long", "is no challenge")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(512),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for ChallengeToken {
    fn example() -> Self {
        Self(EXAMPLE.to_owned())
    }
}

impl Example for SecondStep {
    fn example() -> Self {
        Self {
            challenge: ChallengeToken::example(),
            code: Some(TotpCode::example()),
            recovery_code: None,
        }
    }
}

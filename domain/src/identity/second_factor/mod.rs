//! A second thing to show: a code of an authenticator, or one of a sheet of recovery codes.
//!
//! A person [starts](start) and [confirms](confirm) with a code; from then on every way in ends in a
//! [challenge](challenge), which only a code [answers](answer). A code is good once, wrong ones are few: they are
//! counted in the row they are checked against, and whoever checks locks it.

mod base32;
mod challenge;
mod letter;
mod recovery;
mod seals;
mod sql;
mod totp;

use chrono::{DateTime, TimeDelta, Utc};
use platform::Tx;
use platform::config::{Auth, Config};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

pub use challenge::{ChallengeToken, Passed, SecondStep, answer};
pub(super) use challenge::{challenge, purge_expired, void};
pub use letter::{Notice, second_factor_letter};
pub use recovery::{RecoveryCode, RecoveryCodes};
pub use seals::reseal;
pub use totp::TotpCode;

use super::jobs::SendSecondFactorMail;
use crate::{Error, Result, UserId};
use totp::TotpSecret;

/// So many wrong codes, and no more are looked at until the first of them is so old.
const MOST_WRONG: i16 = 5;
const WITHIN: TimeDelta = TimeDelta::minutes(5);

/// A person is told of guesses, but not of each.
const TELL_EVERY: TimeDelta = TimeDelta::days(1);

/// Whether somebody is asked for a second factor.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct TwoFactor {
    pub enabled: bool,
    pub enabled_at: Option<DateTime<Utc>>,
    pub recovery_codes_left: i64,
}

/// What an authenticator has to know. Shown this once.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Started {
    /// To be typed: base32.
    pub secret: String,
    /// To be shown as a QR code.
    pub otpauth_url: String,
}

/// What somebody shows for a second factor: one of the two.
#[derive(Clone, Debug)]
pub enum Shown {
    Code(TotpCode),
    Recovery(RecoveryCode),
}

/// What came of showing it. Commit either: a wrong code has to stay counted.
#[must_use]
pub enum Checked<T> {
    Right(T),
    Wrong,
}

impl Shown {
    pub fn one_of(code: Option<TotpCode>, recovery_code: Option<RecoveryCode>) -> Result<Self> {
        match (code, recovery_code) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(code)) => Ok(Self::Recovery(code)),
            (given, _) => {
                let fault = if given.is_some() {
                    "ambiguous"
                } else {
                    "required"
                };
                Err(Error::invalid(
                    "code",
                    fault,
                    "give one of `code` and `recovery_code`",
                ))
            }
        }
    }
}

pub async fn two_factor(connection: &mut PgConnection, user: UserId) -> Result<TwoFactor> {
    Ok(sql::standing(connection, user).await?)
}

/// A new secret, in the place of one that was never confirmed. It asks nobody for anything yet.
pub async fn start(tx: &mut Tx, config: &Config, user: UserId) -> Result<Started> {
    let (secret, now) = (TotpSecret::random()?, tx.now());
    let sealed = seals::of(&user).close(&config.auth.keys, secret.bytes())?;
    let username = sql::start(tx.connection(), user, &sealed, now).await?;
    let username = username.ok_or_else(is_on)?;
    Ok(Started {
        secret: secret.base32(),
        otpauth_url: secret.url(issuer(config), username.as_str()),
    })
}

/// The name that stands beside the code in an authenticator: what mails are signed with, else the issuer of tokens.
fn issuer(config: &Config) -> &str {
    let (name, _) = config.mail.from.split_once('<').unwrap_or_default();
    match name.trim_matches([' ', '"']) {
        "" => &config.auth.issuer,
        name => name,
    }
}

/// Turns it on: the first code shows that the authenticator works. Other sessions stay; a mail tells.
pub async fn confirm(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    code: TotpCode,
) -> Result<Checked<RecoveryCodes>> {
    let now = tx.now();
    let factor = sql::lock(tx.connection(), user).await?;
    let factor = factor.ok_or_else(is_off)?;
    if factor.confirmed_at.is_some() {
        return Err(is_on());
    }
    if !check(tx, auth, user, &factor, &Shown::Code(code)).await? {
        return Ok(Checked::Wrong);
    }
    sql::confirm(tx.connection(), user, now).await?;
    let sheet = new_sheet(tx, user).await?;
    tell(tx, user, Notice::On).await?;
    Ok(Checked::Right(sheet))
}

/// Another sheet of recovery codes; the one before is void.
pub async fn renew_recovery_codes(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    code: TotpCode,
) -> Result<Checked<RecoveryCodes>> {
    if !show(tx, auth, user, &Shown::Code(code), is_off).await? {
        return Ok(Checked::Wrong);
    }
    let sheet = new_sheet(tx, user).await?;
    tell(tx, user, Notice::RecoveryCodesRenewed).await?;
    Ok(Checked::Right(sheet))
}

/// Nobody is asked any more.
pub async fn turn_off(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    shown: &Shown,
) -> Result<Checked<()>> {
    if !show(tx, auth, user, shown, is_off).await? {
        return Ok(Checked::Wrong);
    }
    sql::delete(tx.connection(), user).await?;
    tell(tx, user, Notice::Off).await?;
    Ok(Checked::Right(()))
}

/// Whether what is shown is good, where there is a factor that asks for it. It is used up, or counted as wrong.
async fn show(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    shown: &Shown,
    off: fn() -> Error,
) -> Result<bool> {
    let factor = sql::lock(tx.connection(), user).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some());
    check(tx, auth, user, &factor.ok_or_else(off)?, shown).await
}

async fn check(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    factor: &sql::Factor,
    shown: &Shown,
) -> Result<bool> {
    let now = tx.now();
    if let Some(since) = factor.wrong_since
        && factor.wrong_tries >= MOST_WRONG
        && let Ok(retry_after) = (since + WITHIN - now).to_std()
        && !retry_after.is_zero()
    {
        return Err(Error::RateLimited { retry_after });
    }
    let right = match shown {
        Shown::Code(code) => {
            let secret = seals::of(&user).open(&auth.keys, &factor.secret)?;
            match TotpSecret::of(secret).step(code, now, factor.last_step) {
                Some(step) => sql::take_step(tx.connection(), user, step).await?,
                None => false,
            }
        }
        Shown::Recovery(code) => {
            sql::use_recovery_code(tx.connection(), user, &code.hash(user), now).await?
        }
    };
    if !right {
        count_wrong(tx, user).await?;
    }
    Ok(right)
}

/// Whoever gets so far knows the password, or has found an open session: their owner should hear of it.
async fn count_wrong(tx: &mut Tx, user: UserId) -> Result<()> {
    let (since, told, now) = (tx.now() - WITHIN, tx.now() - TELL_EVERY, tx.now());
    let connection = tx.connection();
    if sql::count_wrong(connection, user, MOST_WRONG, since, told, now).await? {
        tell(tx, user, Notice::Guessed).await?;
    }
    Ok(())
}

async fn new_sheet(tx: &mut Tx, user: UserId) -> Result<RecoveryCodes> {
    let (sheet, now) = (RecoveryCodes::random()?, tx.now());
    sql::replace_recovery_codes(tx.connection(), user, &sheet.hashes(user), now).await?;
    Ok(sheet)
}

async fn tell(tx: &mut Tx, user: UserId, notice: Notice) -> Result<()> {
    let at = tx.now();
    tx.enqueue(SendSecondFactorMail {
        user_id: user,
        notice,
        at,
    })
    .await?;
    Ok(())
}

fn is_on() -> Error {
    Error::conflict("two_factor_on", "Two-factor sign-in is on.")
}

fn is_off() -> Error {
    Error::conflict("two_factor_off", "Two-factor sign-in is off.")
}

impl Example for TwoFactor {
    fn example() -> Self {
        Self {
            enabled: true,
            enabled_at: DateTime::from_timestamp(1_731_672_600, 0),
            recovery_codes_left: 9,
        }
    }
}

impl Example for Started {
    fn example() -> Self {
        Self {
            secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned(),
            otpauth_url: "otpauth://totp/Commons:john_doe?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
                          &issuer=Commons&algorithm=SHA1&digits=6&period=30"
                .to_owned(),
        }
    }
}

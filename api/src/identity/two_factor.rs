//! The second factor: turning it on and off, and showing it.

use std::sync::Arc;

use domain::Error;
use domain::identity::{
    self, Checked, PasswordAttempt, RecoveryCode, RecoveryCodes, SecondStep, Shown, Started,
    TotpCode, TwoFactor,
};
use domain::people::Actor;
use platform::Platform;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::entrance::Entrance;
use super::{REAUTHENTICATION_REQUIRED, SUSPENDED, tries};
use crate::answer::{Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::{FromDevice, Signed};
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct TwoFactorApi {
    platform: Arc<Platform>,
}

/// A new authenticator.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct StartRequest {
    /// Where the account has one.
    password: Option<PasswordAttempt>,
}

/// What the authenticator shows.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct CodeRequest {
    code: TotpCode,
}

/// What it takes to do without: one of the codes, and the password.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct TurnOffRequest {
    code: Option<TotpCode>,
    recovery_code: Option<RecoveryCode>,
    /// Where the account has one.
    password: Option<PasswordAttempt>,
}

struct Starting;
struct Changing;
struct Answering;

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl TwoFactorApi {
    /// My second factor
    ///
    /// Whether signing in takes a code of an authenticator, and how many recovery codes are left.
    #[oai(path = "/two-factor", method = "get", operation_id = "getTwoFactor")]
    async fn show(&self, Signed(actor): Signed) -> Answer<Ok200<TwoFactor>> {
        let mut connection = self.platform.db.acquire().await?;
        let shown = identity::two_factor(&mut connection, actor.user).await?;
        Ok(Ok200::of(shown))
    }

    /// Set up an authenticator
    ///
    /// Answers a secret for an authenticator (TOTP: SHA-1, six digits, 30 seconds). Nothing changes until a code of it
    /// confirms that it works; starting again makes another secret.
    #[oai(path = "/two-factor", method = "post", operation_id = "startTwoFactor")]
    async fn start(
        &self,
        Signed(actor): Signed,
        body: Body<StartRequest>,
    ) -> Answer<Ok200<Started>, Starting> {
        self.prove(actor, body.0.password).await?;
        let mut tx = self.platform.db.begin().await?;
        let started = identity::start(&mut tx, &self.platform.config, actor.user).await?;
        tx.commit().await?;
        Ok(Ok200::of(started))
    }

    /// Turn two-factor sign-in on
    ///
    /// With the first code of the authenticator. Answers ten recovery codes, which are shown this once. Other sessions
    /// stay; a mail tells of it.
    #[oai(
        path = "/two-factor/confirm",
        method = "post",
        operation_id = "confirmTwoFactor"
    )]
    async fn confirm(
        &self,
        Signed(actor): Signed,
        body: Body<CodeRequest>,
    ) -> Answer<Ok200<RecoveryCodes>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        let checked = identity::confirm(&mut tx, self.auth(), actor.user, body.0.code).await?;
        tx.commit().await?;
        Ok(Ok200::of(right(checked)?))
    }

    /// Show the second factor
    ///
    /// With the challenge that a sign-in was answered: a code of the authenticator, or one of the recovery codes, each
    /// good once. A challenge is good for five minutes, for one sign-in and for five wrong codes; five wrong codes within
    /// five minutes are also the most for one person.
    #[oai(
        path = "/two-factor/verify",
        method = "post",
        operation_id = "verifyTwoFactor"
    )]
    async fn verify(
        &self,
        from: FromDevice,
        body: Body<SecondStep>,
    ) -> Answer<Entrance, Answering> {
        let mut tx = self.platform.db.begin().await?;
        let checked = identity::answer(&mut tx, self.auth(), body.0, &from.0).await?;
        tx.commit().await?;
        match checked {
            Checked::Right(entry) => Ok(Entrance::of(entry)),
            Checked::Wrong => Err(Error::Unauthenticated("second_factor_wrong").into()),
        }
    }

    /// Get new recovery codes
    ///
    /// Ten new ones, for a code of the authenticator. Those of before are void.
    #[oai(
        path = "/two-factor/recovery-codes",
        method = "post",
        operation_id = "renewRecoveryCodes"
    )]
    async fn renew(
        &self,
        Signed(actor): Signed,
        body: Body<CodeRequest>,
    ) -> Answer<Ok200<RecoveryCodes>, Changing> {
        let (mut tx, user) = (self.platform.db.begin().await?, actor.user);
        let checked =
            identity::renew_recovery_codes(&mut tx, self.auth(), user, body.0.code).await?;
        tx.commit().await?;
        Ok(Ok200::of(right(checked)?))
    }

    /// Turn two-factor sign-in off
    ///
    /// With a code of the authenticator or a recovery code, and the password where the account has one.
    #[oai(
        path = "/two-factor",
        method = "delete",
        operation_id = "turnOffTwoFactor"
    )]
    async fn turn_off(
        &self,
        Signed(actor): Signed,
        body: Body<TurnOffRequest>,
    ) -> Answer<Ok200<Nothing>, Changing> {
        let said = body.0;
        let shown = Shown::one_of(said.code, said.recovery_code)?;
        self.prove(actor, said.password).await?;
        let mut tx = self.platform.db.begin().await?;
        let checked = identity::turn_off(&mut tx, self.auth(), actor.user, &shown).await?;
        tx.commit().await?;
        right(checked)?;
        Ok(Ok200::of(Nothing {}))
    }
}

impl TwoFactorApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    fn auth(&self) -> &platform::config::Auth {
        &self.platform.config.auth
    }

    async fn prove(&self, actor: Actor, attempt: Option<PasswordAttempt>) -> domain::Result<()> {
        let showing = identity::reauthenticate(&self.platform.db, actor, attempt);
        tries::guess_again(&self.platform, actor, showing).await?;
        Ok(())
    }
}

/// Of somebody who is signed in a wrong code is a wrong field: their session is not in question.
fn right<T>(checked: Checked<T>) -> domain::Result<T> {
    match checked {
        Checked::Right(made) => Ok(made),
        Checked::Wrong => Err(Error::invalid(
            "code",
            "second_factor_wrong",
            "is wrong, or was used before",
        )),
    }
}

const ON: Told = Told::new(409, "two_factor_on", "Two-factor sign-in is on.");
const OFF: Told = Told::new(409, "two_factor_off", "Two-factor sign-in is off.");

impl Refusals for Starting {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED, ON];
}

impl Refusals for Changing {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED, ON, OFF];
}

impl Refusals for Answering {
    const LIST: &'static [Told] = &[
        Told::new(
            401,
            "challenge_over",
            "This challenge was answered, has expired, or was answered wrong too often. Sign in again.",
        ),
        Told::new(
            401,
            "second_factor_wrong",
            "The code is wrong, or was used before.",
        ),
        Told::new(
            401,
            "credentials_wrong",
            "No account fits these credentials.",
        ),
        SUSPENDED,
    ];
}

impl Example for StartRequest {
    fn example() -> Self {
        Self {
            password: Some(PasswordAttempt::example()),
        }
    }
}

impl Example for CodeRequest {
    fn example() -> Self {
        Self {
            code: TotpCode::example(),
        }
    }
}

impl Example for TurnOffRequest {
    fn example() -> Self {
        Self {
            code: Some(TotpCode::example()),
            recovery_code: None,
            password: Some(PasswordAttempt::example()),
        }
    }
}

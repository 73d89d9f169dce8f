//! Signing in by phone, and the number of an account.

use std::sync::Arc;

use domain::identity::codes::{self, CodeAttempt, Newcomer, SentCode};
use domain::identity::{self, Account, PasswordAttempt};
use domain::people::Phone;
use platform::Platform;
use platform::backoff::Guess;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::entrance::Entrance;
use super::{LAST_WAY_IN, REAUTHENTICATION_REQUIRED, SUSPENDED, tries};
use crate::answer::{Accepted202, Ok200};
use crate::apis::Tag;
use crate::auth::{FromDevice, FromLine, Signed};
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told};

/// What wrong codes are counted as, whatever they are for.
pub(super) const CODE: &str = "code";

pub(crate) struct CodesApi {
    platform: Arc<Platform>,
}

/// A number to send a code to.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct SendCodeRequest {
    phone: Phone,
}

/// A number and the code that was sent to it.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct SetPhoneRequest {
    phone: Phone,
    code: CodeAttempt,
}

/// The password of the account, once more.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
struct RemovePhoneRequest {
    /// Absent only where the account has none.
    password: Option<PasswordAttempt>,
}

struct ByCode;
struct SettingPhone;
struct RemovingPhone;

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl CodesApi {
    /// Send a code
    ///
    /// Six digits in a text message, in place of any code before. The answer is the same whether or not the number has
    /// an account. A number is sent one code a minute; how many a number, an address and a range of numbers are sent a
    /// day is limited as well: 429, and `Retry-After` says when.
    #[oai(path = "/otp/send", method = "post", operation_id = "sendCode")]
    async fn send_code(
        &self,
        line: FromLine,
        body: Body<SendCodeRequest>,
    ) -> Answer<Accepted202<SentCode>> {
        let mut tx = self.platform.db.begin().await?;
        let sent = codes::send(&mut tx, &self.platform.config, &body.0.phone, &line.0).await?;
        tx.commit().await?;
        Ok(Accepted202::of(sent))
    }

    /// Sign in or register by a code
    ///
    /// Signs in to the account of the number, or makes one: then `username`, `full_name` and `role` count, else they are
    /// passed over. Who has a second factor is asked for it: 202, and no session yet. The answer to a code that is
    /// wrong, expired, used or was never sent is the same. A code is good once, and for five tries.
    #[oai(path = "/otp/verify", method = "post", operation_id = "verifyCode")]
    async fn verify_code(
        &self,
        from: FromDevice,
        line: FromLine,
        body: Body<Newcomer>,
    ) -> Answer<Entrance, ByCode> {
        let said = body.0;
        let entry = tries::guess(&self.platform, guess(&said.phone, &line), async {
            let mut tx = self.platform.db.begin().await?;
            let tried = codes::verify(&mut tx, &self.platform.config, &said, &from.0).await?;
            tx.commit().await?;
            tried.or_refused()
        });
        Ok(Entrance::of(entry.await?))
    }

    /// Set my phone
    ///
    /// Gives the account of whoever is signed in a number, in place of any before. A code that was sent to it proves
    /// that it is theirs.
    #[oai(path = "/phone", method = "put", operation_id = "setPhone")]
    async fn set_phone(
        &self,
        Signed(actor): Signed,
        line: FromLine,
        body: Body<SetPhoneRequest>,
    ) -> Answer<Ok200<Account>, SettingPhone> {
        let SetPhoneRequest { phone, code } = body.0;
        let account = tries::guess(&self.platform, guess(&phone, &line), async {
            let (mut tx, config) = (self.platform.db.begin().await?, &self.platform.config);
            let tried = codes::set_phone(&mut tx, config, actor.user, &phone, &code).await?;
            tx.commit().await?;
            tried.or_refused()
        });
        Ok(Ok200::of(account.await?))
    }

    /// Remove my phone
    ///
    /// From the account of whoever is signed in, where they can also come in by e-mail and password. Saying it twice is
    /// no error.
    #[oai(path = "/phone", method = "delete", operation_id = "removePhone")]
    async fn remove_phone(
        &self,
        Signed(actor): Signed,
        body: Body<RemovePhoneRequest>,
    ) -> Answer<Ok200<Account>, RemovingPhone> {
        let db = &self.platform.db;
        let showing = identity::reauthenticate(db, actor, body.0.password);
        let owner = tries::guess_again(&self.platform, actor, showing).await?;
        let mut tx = db.begin().await?;
        let account = codes::remove_phone(&mut tx, &owner).await?;
        tx.commit().await?;
        Ok(Ok200::of(account))
    }
}

impl CodesApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

fn guess<'a>(phone: &'a Phone, line: &'a FromLine) -> Guess<'a> {
    Guess {
        at: CODE,
        account: phone.as_str(),
        line: &line.0,
    }
}

const CODE_WRONG: Told = Told::new(
    401,
    "code_wrong",
    "This code is not good for this number: it is wrong, used or has expired.",
);
const PHONE_TAKEN: Told = Told::new(409, "phone_taken", "This number has an account.");

impl Refusals for ByCode {
    const LIST: &'static [Told] = &[
        CODE_WRONG,
        SUSPENDED,
        Told::new(409, "username_taken", "This username is taken."),
        PHONE_TAKEN,
    ];
}

impl Refusals for SettingPhone {
    const LIST: &'static [Told] = &[CODE_WRONG, PHONE_TAKEN];
}

impl Refusals for RemovingPhone {
    const LIST: &'static [Told] = &[REAUTHENTICATION_REQUIRED, LAST_WAY_IN];
}

impl Example for SendCodeRequest {
    fn example() -> Self {
        Self {
            phone: Phone::example(),
        }
    }
}

impl Example for SetPhoneRequest {
    fn example() -> Self {
        Self {
            phone: Phone::example(),
            code: CodeAttempt::example(),
        }
    }
}

impl Example for RemovePhoneRequest {
    fn example() -> Self {
        Self {
            password: Some(PasswordAttempt::example()),
        }
    }
}

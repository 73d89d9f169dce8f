//! Whose account elsewhere it is, and what comes of it.

use platform::Tx;
use platform::config::Auth;
use platform::oauth::Identity;
use platform::secret::Secret;

use super::attempt::Attempt;
use super::{LinkedIdentity, codes, linked, sql};
use crate::identity::accounts::{self, NewUser};
use crate::identity::sessions::Device;
use crate::identity::{Entry, Way, entry, handle};
use crate::people::{Email, PersonName};
use crate::wire::WireText;
use crate::{Error, Result, UserId};

/// What came of coming back.
pub enum Arrival {
    Entered(Entry),
    Linked(LinkedIdentity),
    /// The application trades this for one of the two.
    Coded(Secret),
}

/// Names that a provider sends beside its word for who somebody is. Nobody vouches for them, nothing is decided by them.
#[derive(Clone, Debug, Default)]
pub struct NamesTold {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

/// Lets somebody in, or links their account elsewhere; where an application waits, hands out a code for it.
pub async fn arrive(
    tx: &mut Tx,
    auth: &Auth,
    attempt: &Attempt,
    identity: &Identity,
    device: &Device,
) -> Result<Arrival> {
    let provider = attempt.provider.as_str();
    match (attempt.linking, &attempt.way_back) {
        (Some(user), None) => {
            let linked = linked::link(tx, user, provider, identity).await?;
            Ok(Arrival::Linked(linked))
        }
        (Some(user), Some(way_back)) => {
            let link = Some((provider, identity));
            let code = codes::hand_out(tx, user, &way_back.code_challenge, link).await?;
            Ok(Arrival::Coded(code))
        }
        (None, way_back) => {
            let user = whose(tx, provider, identity).await?;
            let Some(way_back) = way_back else {
                let entry = entry::enter(tx, auth, user, Way::Provider, device).await?;
                return Ok(Arrival::Entered(entry));
            };
            let code = codes::hand_out(tx, user, &way_back.code_challenge, None).await?;
            Ok(Arrival::Coded(code))
        }
    }
}

/// The person behind an account elsewhere: as linked, else by the address where both sides have proved it, else new.
///
/// An address that either side has not proved links nothing. Whoever registered somebody else's address would else wait
/// for them in an account of their own; and a provider that takes any address would open anybody's.
async fn whose(tx: &mut Tx, provider: &str, identity: &Identity) -> Result<UserId> {
    let now = tx.now();
    let email = identity
        .email
        .as_deref()
        .and_then(|text| Email::read(text).ok());
    let address = email.as_ref().map(Email::as_str);
    let subject = identity.subject.as_str();
    let known = sql::use_identity(tx.connection(), provider, subject, address, now).await?;
    if let Some(user) = known {
        return Ok(user);
    }
    let holder = match address {
        Some(address) => sql::lock_holder(tx.connection(), address).await?,
        None => None,
    };
    match holder {
        Some(holder) if holder.email_verified && identity.email_verified => {
            linked::link(tx, holder.id, provider, identity).await?;
            Ok(holder.id)
        }
        Some(_) => Err(email_taken()),
        None => {
            let email = email.filter(|_| identity.email_verified);
            let new = NewUser::from_elsewhere(identity, email)?;
            let user = accounts::create_user(tx, &new).await?.id;
            linked::begin_with(tx, user, provider, identity).await?;
            Ok(user)
        }
    }
}

fn email_taken() -> Error {
    Error::taken(
        "email_taken",
        "email",
        "This e-mail address has an account. Sign in to it, then link this one.",
    )
}

impl NewUser {
    /// `email`: proved. An address that is not is left out, so that nobody takes another's place.
    fn from_elsewhere(identity: &Identity, email: Option<Email>) -> Result<Self> {
        let name = |text: &Option<String>| {
            let text = text.as_deref();
            text.and_then(|text| PersonName::read(text).ok())
        };
        let (full, first) = (name(&identity.full_name), name(&identity.first_name));
        let last = name(&identity.last_name);
        let named = [&full, &first, &last].into_iter().flatten();
        let username = handle::from_names(named.map(PersonName::as_str))?;
        let picture = identity.picture_url.as_ref();
        Ok(Self {
            email_is_verified: email.is_some(),
            email,
            full_name: full,
            first_name: first,
            last_name: last,
            picture_url: picture.filter(|url| is_picture(url)).cloned(),
            ..Self::named(username)
        })
    }
}

/// It will be shown to others.
fn is_picture(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= 1000 && url.bytes().all(|c| c.is_ascii_graphic())
}

impl NamesTold {
    /// Where the provider's own word holds no name.
    pub fn complete(self, identity: &mut Identity) {
        identity.first_name = identity.first_name.take().or(self.first_name);
        identity.last_name = identity.last_name.take().or(self.last_name);
    }
}

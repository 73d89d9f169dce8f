//! Passwords: which are good enough, and how they are kept.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use platform::secret::Secret;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use tokio::sync::Semaphore;

use super::Username;
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result};

/// Passwords that everybody tries first, one a line, in lower case.
static COMMON: LazyLock<std::collections::HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A new password that keeps the rules. Shown nowhere: in its place stands the published example.
#[derive(Clone, Debug)]
pub struct Password(Secret);

/// What somebody claims to be a password.
#[derive(Clone, Debug)]
pub struct PasswordAttempt(Secret);

wire_text!(Password);
wire_text!(PasswordAttempt);

const EXAMPLE: &str = "securePassword123";

impl WireText for Password {
    const NAME: &'static str = "Password";

    fn read(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length < 8 {
            return Err(Fault::new("too_short", "needs at least 8 characters"));
        }
        if length > 128 {
            return Err(Fault::new("too_long", "can have at most 128 characters"));
        }
        if length < 16 && kinds(text) < 3 {
            return Err(Fault::new(
                "too_weak",
                "needs three of: lower case, upper case, digits, other characters; or 16 characters and more",
            ));
        }
        if is_common(text) {
            return Err(Fault::new(
                "too_common",
                "is among the passwords that are tried first",
            ));
        }
        Ok(Self(Secret::new(text)))
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(8),
            max_length: Some(128),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new_with_format("string", "password")
        }
    }
}

impl WireText for PasswordAttempt {
    const NAME: &'static str = "PasswordAttempt";

    fn read(text: &str) -> Result<Self, Fault> {
        match text.chars().count() {
            0 => Err(Fault::new("too_short", "is empty")),
            1..=1024 => Ok(Self(Secret::new(text))),
            _ => Err(Fault::new("too_long", "can have at most 1024 characters")),
        }
    }

    fn show(&self) -> String {
        EXAMPLE.to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(1024),
            example: Some(EXAMPLE.into()),
            ..MetaSchema::new_with_format("string", "password")
        }
    }
}

impl Example for Password {
    fn example() -> Self {
        Self(Secret::new(EXAMPLE))
    }
}

impl Example for PasswordAttempt {
    fn example() -> Self {
        Self(Secret::new(EXAMPLE))
    }
}

impl Password {
    /// A password that holds the name it protects is the first guess.
    pub fn suits(&self, username: &Username) -> Result<()> {
        let (password, name) = (
            self.0.expose().to_lowercase(),
            username.as_str().to_lowercase(),
        );
        if password.contains(&name) {
            return Err(Error::invalid(
                "password",
                "contains_username",
                "must not contain the username",
            ));
        }
        Ok(())
    }
}

/// How many of lower case, upper case, digits and the rest a text mixes.
fn kinds(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 4] = [
        char::is_lowercase,
        char::is_uppercase,
        char::is_numeric,
        |c| !c.is_lowercase() && !c.is_uppercase() && !c.is_numeric(),
    ];
    kinds.iter().filter(|kind| text.chars().any(**kind)).count()
}

/// Also with digits and signs added at either end, which is how a rule about kinds is usually met.
fn is_common(text: &str) -> bool {
    let text = text.to_lowercase();
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(text.as_str()) || COMMON.contains(core)
}

/// A password as it is kept: argon2id, in PHC form.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

/// A hash of no account's password, of the same cost as any: checked where there is no account, so that the answer
/// takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$3H5x/Y4xFYMkeCX5DOCgdA$9NmB11sfkbXqb5fS+D8cfaNgshlwHSTvx/V7rx0y1lA";

/// OWASP's parameters: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a new password.
pub(super) async fn hash(password: Password) -> Result<PasswordHash> {
    on_a_thread_of_its_own(move || {
        argon2()
            .hash_password(password.0.expose().as_bytes())
            .map(|hash| PasswordHash(hash.to_string()))
            .map_err(|error| Error::Internal(format!("a password was not hashed: {error}")))
    })
    .await?
}

/// Whether `attempt` is the password behind `hash`; as slow where there is no hash.
pub(super) async fn verify(attempt: PasswordAttempt, hash: Option<String>) -> Result<bool> {
    on_a_thread_of_its_own(move || {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(hash) = Phc::new(&hash) else {
            return false;
        };
        let fits = argon2().verify_password(attempt.0.expose().as_bytes(), &hash);
        fits.is_ok() && exists
    })
    .await
}

/// Hashing takes a core for tens of milliseconds and 19 MiB: one at a time on each core, off the threads that serve
/// requests. Those that would wait too long are turned away instead.
async fn on_a_thread_of_its_own<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    /// Some two seconds' worth.
    const WAITING_PER_CORE: usize = 64;
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(*CORES)));
    static PLACES: LazyLock<Semaphore> =
        LazyLock::new(|| Semaphore::new(*CORES * WAITING_PER_CORE));
    let _place = PLACES
        .try_acquire()
        .map_err(|_| Error::Unavailable("password hashing"))?;
    let turn = Arc::clone(&TURNS)
        .acquire_owned()
        .await
        .map_err(|_| Error::Unavailable("password hashing"))?;
    // The turn goes with the work: a request that is given up does not free the core that still computes for it.
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await
    .map_err(|error| Error::Internal(format!("hashing a password ended early: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        Password::read(text)
            .err()
            .map_or("fine", |fault| fault.code)
    }

    #[test]
    fn a_password_mixes_kinds_or_is_long() {
        assert_eq!(code("securePassword123"), "fine");
        assert_eq!(code("Ab1!xyz"), "too_short");
        assert_eq!(code("alllowercase"), "too_weak");
        assert_eq!(code("four words are long enough"), "fine");
        assert_eq!(code(&"aB3".repeat(43)), "too_long");
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_it_is_decorated() {
        assert_eq!(code("Password123"), "too_common");
        assert_eq!(code("Sunshine2024!"), "too_common");
        assert_eq!(code("passwordpassword"), "too_common");
    }

    #[test]
    fn a_password_does_not_hold_its_username() {
        let name = Username::read("John.Doe").unwrap();
        let refused = Password::read("xx-john.doe-9Z").unwrap().suits(&name);
        assert!(matches!(refused, Err(Error::Invalid(_))));
        assert!(
            Password::read("xx-jane.roe-9Z")
                .unwrap()
                .suits(&name)
                .is_ok()
        );
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let password = Password::read("xx-jane.roe-9Z").unwrap();
        assert!(!format!("{password:?}{}", password.show()).contains("jane"));
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_nobody_has_one() {
        let password = || Password::read("xx-jane.roe-9Z").unwrap();
        let attempt = |text| PasswordAttempt::read(text).unwrap();
        let hash = hash(password()).await.unwrap().0;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            verify(attempt("xx-jane.roe-9Z"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!verify(attempt("xx-jane.roe-9z"), Some(hash)).await.unwrap());
        assert!(!verify(attempt("xx-jane.roe-9Z"), None).await.unwrap());
        let nobody = Phc::new(NOBODY).unwrap();
        assert_eq!(Params::try_from(&nobody).unwrap().m_cost(), 19 * 1024);
    }
}

//! How passwords are kept: argon2id, off the threads that serve requests, in memory that is used again. Those that came
//! from elsewhere as bcrypt still fit, until their owner signs in.

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use super::password::{Password, PasswordAttempt};
use crate::{Error, Result};

/// A password as it is kept, in PHC form.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

/// The hash of no account's password, of the same cost as any: checked where there is no account, so that the answer
/// takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$3H5x/Y4xFYMkeCX5DOCgdA$9NmB11sfkbXqb5fS+D8cfaNgshlwHSTvx/V7rx0y1lA";

/// Costs of bcrypt that are taken: less is too easily guessed, more holds up everybody else.
const BCRYPT_COSTS: RangeInclusive<u32> = 10..=12;

/// Hashes a new password, at the cost that OWASP asks for: 19 MiB, two passes, one lane.
pub(super) async fn hash(password: Password) -> Result<PasswordHash> {
    in_turn(move |memory| make(password.0.expose(), memory)).await?
}

/// Hashes a password that fits an account's old hash. It may be older than a rule.
pub(super) async fn rehash(attempt: PasswordAttempt) -> Result<PasswordHash> {
    in_turn(move |memory| make(attempt.0.expose(), memory)).await?
}

/// Whether a hash is kept in a way that has gone out of use.
pub(super) fn is_outdated(hash: &str) -> bool {
    bcrypt_cost(hash).is_some()
}

fn make(password: &str, memory: &mut Vec<Block>) -> Result<PasswordHash> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(unhashed)?;
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(unhashed)?;
    let hash = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(unhashed)?,
        salt: Some(Salt::new(&salt).map_err(unhashed)?),
        hash: Some(digest(params, password.as_bytes(), &salt, memory)?),
    };
    Ok(PasswordHash(hash.to_string()))
}

/// The hash of a new password, as it is kept: for accounts that are made many at a time.
pub async fn hash_password(password: Password) -> Result<String> {
    Ok(hash(password).await?.0)
}

/// Whether `attempt` is the password behind `hash`; as slow where there is no hash.
pub(super) async fn verify(attempt: PasswordAttempt, hash: Option<String>) -> Result<bool> {
    in_turn(move |memory| {
        let fits = fits(&attempt, hash.as_deref().unwrap_or(NOBODY), memory)?;
        Ok(fits && hash.is_some())
    })
    .await?
}

fn fits(attempt: &PasswordAttempt, hash: &str, memory: &mut Vec<Block>) -> Result<bool> {
    match bcrypt_cost(hash) {
        // Cut to 72 bytes, as those who made it did. Nothing fits a hash that cannot be read.
        Some(cost) if BCRYPT_COSTS.contains(&cost) => {
            return Ok(bcrypt::verify(attempt.0.expose(), hash).unwrap_or(false));
        }
        Some(_) => return fits(attempt, NOBODY, memory).map(|_| false),
        None => {}
    }
    let kept = Phc::new(hash).map_err(unhashed)?;
    let params = Params::try_from(&kept).map_err(unhashed)?;
    let (Some(salt), Some(expected)) = (&kept.salt, &kept.hash) else {
        return Ok(false);
    };
    if kept.algorithm != Algorithm::Argon2id.ident() {
        return Ok(false);
    }
    // Outputs are compared in constant time.
    Ok(digest(params, attempt.0.expose().as_bytes(), salt, memory)? == *expected)
}

/// `$2b$12$…`
fn bcrypt_cost(hash: &str) -> Option<u32> {
    let rest = ["$2a$", "$2b$", "$2y$"]
        .into_iter()
        .find_map(|kind| hash.strip_prefix(kind))?;
    rest.split('$').next()?.parse().ok()
}

fn digest(params: Params, secret: &[u8], salt: &[u8], memory: &mut Vec<Block>) -> Result<Output> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(secret, salt, &mut output, &mut memory[..blocks])
        .map_err(unhashed)?;
    Output::new(&output).map_err(unhashed)
}

fn unhashed(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a password was not hashed: {why}"))
}

/// Hashing takes a core for tens of milliseconds and 19 MiB: one at a time on each core, off the threads that serve
/// requests. Those that would wait too long are turned away instead.
///
/// The memory is kept for the next: given back each time, it would stay in as many of the allocator's arenas as there
/// were threads, and grow to hundreds of megabytes.
async fn in_turn<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Vec<Block>) -> T + Send + 'static,
{
    /// Some two seconds' worth.
    const WAITING_PER_CORE: usize = 64;
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(*CORES)));
    static PLACES: LazyLock<Semaphore> =
        LazyLock::new(|| Semaphore::new(*CORES * WAITING_PER_CORE));
    static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());
    let memory = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let busy = |_| Error::Unavailable("password hashing");
    let _place = PLACES
        .try_acquire()
        .map_err(|_| Error::Unavailable("password hashing"))?;
    let turn = Arc::clone(&TURNS).acquire_owned().await.map_err(busy)?;
    // The turn goes with the work: a request that is given up does not free the core that still computes for it.
    let hashing = tokio::task::spawn_blocking(move || {
        let mut mine = memory().pop().unwrap_or_default();
        let done = work(&mut mine);
        memory().push(mine);
        drop(turn);
        done
    });
    hashing.await.map_err(unhashed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::WireText;

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_nobody_has_one() {
        let password = Password::read("xx-jane.roe-9Z").unwrap();
        let attempt = |text| PasswordAttempt::read(text).unwrap();
        let hash = hash(password).await.unwrap().0;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let fits = verify(attempt("xx-jane.roe-9Z"), Some(hash.clone()));
        assert!(fits.await.unwrap());
        let misses = verify(attempt("xx-jane.roe-9z"), Some(hash));
        assert!(!misses.await.unwrap());
        assert!(!verify(attempt("xx-jane.roe-9Z"), None).await.unwrap());
    }

    #[test]
    fn a_hash_made_elsewhere_fits_too() {
        use argon2::password_hash::PasswordHasher;
        let elsewhere = Argon2::default()
            .hash_password_with_salt(b"xx-jane.roe-9Z", b"0123456789abcdef")
            .unwrap();
        let attempt = PasswordAttempt::read("xx-jane.roe-9Z").unwrap();
        assert!(fits(&attempt, &elsewhere.to_string(), &mut Vec::new()).unwrap());
    }

    #[test]
    fn a_bcrypt_hash_fits_its_password_at_a_cost_that_is_taken() {
        let attempt = PasswordAttempt::read("xx-jane.roe-9Z").unwrap();
        let mut memory = Vec::new();
        for (cost, taken) in [(10, true), (9, false)] {
            let parts = bcrypt::hash_with_salt("xx-jane.roe-9Z", cost, [7; 16]).unwrap();
            for kind in [
                bcrypt::Version::TwoA,
                bcrypt::Version::TwoB,
                bcrypt::Version::TwoY,
            ] {
                let hash = parts.format_for_version(kind);
                assert_eq!(fits(&attempt, &hash, &mut memory).unwrap(), taken, "{hash}");
                assert!(is_outdated(&hash));
            }
        }
        let other = PasswordAttempt::read("xx-jane.roe-9z").unwrap();
        let hash = bcrypt::hash_with_salt("xx-jane.roe-9Z", 10, [7; 16]).unwrap();
        assert!(!fits(&other, &hash.to_string(), &mut memory).unwrap());
        for bad in [
            "$2b$31$abcdefghijklmnopqrstuuIhCoPVlXa9Jlk2eeHTbLyyiwtRAAZHm",
            "$2b$10$short",
        ] {
            assert!(!fits(&attempt, bad, &mut memory).unwrap(), "{bad}");
        }
        assert!(!is_outdated(NOBODY));
    }

    #[test]
    fn nobody_costs_what_anybody_costs() {
        let nobody = Phc::new(NOBODY).unwrap();
        assert_eq!(Params::try_from(&nobody).unwrap().m_cost(), 19 * 1024);
    }
}

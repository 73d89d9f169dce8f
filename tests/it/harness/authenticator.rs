//! An authenticator in somebody's hand: RFC 6238 as their app has it, not as we do.

use platform::Clock;
use ring::hmac;

#[derive(Clone)]
pub struct Authenticator {
    secret: Vec<u8>,
    clock: Clock,
}

impl Authenticator {
    /// As typed by hand.
    pub fn with(secret: &str, clock: &Clock) -> Self {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = secret
            .chars()
            .map(|letter| format!("{:05b}", letters.find(letter).unwrap()))
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8);
        let bytes = bytes.map(|byte| std::str::from_utf8(byte).unwrap());
        Self {
            secret: bytes
                .map(|byte| u8::from_str_radix(byte, 2).unwrap())
                .collect(),
            clock: clock.clone(),
        }
    }

    pub fn code(&self) -> String {
        let step = u64::try_from(self.clock.now().timestamp() / 30).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let hash = tag.as_ref();
        let offset = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap());
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }

    /// The secret as a table would show it.
    pub fn hex(&self) -> String {
        let bytes = self.secret.iter();
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Six digits that are not the code of now, nor of the minutes around.
    pub fn wrong(&self) -> String {
        let near: Vec<String> = (0..3)
            .map(|steps| {
                let clock = Clock::frozen_at(
                    self.clock.now() + chrono::TimeDelta::seconds(30 * (steps - 1)),
                );
                Self {
                    secret: self.secret.clone(),
                    clock,
                }
                .code()
            })
            .collect();
        let mut all = (0..4).map(|digit| format!("{digit}").repeat(6));
        all.find(|code| !near.contains(code)).unwrap()
    }
}

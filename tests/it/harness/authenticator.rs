//! An authenticator in somebody's hand: RFC 6238 as their app has it, not as we do.

use std::time::Duration;

use platform::Clock;
use ring::hmac;
use serde_json::{Value, json};

use super::{Client, PASSWORD, Reply, TestApp};

const STEP: Duration = Duration::from_secs(30);

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

/// Somebody who has turned it on.
pub struct Owner {
    pub name: String,
    pub client: Client,
    pub authenticator: Authenticator,
    pub sheet: Vec<String>,
}

pub async fn start(client: &Client) -> Value {
    let body = json!({"password": PASSWORD});
    client.post("/auth/two-factor", body).await.data(200)
}

pub fn sheet(data: &Value) -> Vec<String> {
    serde_json::from_value(data["recovery_codes"].clone()).unwrap()
}

pub async fn owner(app: &TestApp, name: &str) -> Owner {
    let client = app.person(name).await;
    let started = start(&client).await;
    let authenticator = Authenticator::with(started["secret"].as_str().unwrap(), &app.clock);
    let body = json!({"code": authenticator.code()});
    let confirmed = client.post("/auth/two-factor/confirm", body).await;
    let sheet = sheet(&confirmed.data(200));
    app.clock.advance(STEP);
    let name = name.to_owned();
    Owner {
        name,
        client,
        authenticator,
        sheet,
    }
}

impl Owner {
    pub async fn sign_in(&self, app: &TestApp) -> Reply {
        let body = json!({"username": self.name, "password": PASSWORD});
        app.anonymous().post("/auth/login", body).await
    }

    pub async fn challenge(&self, app: &TestApp) -> String {
        let asked = self.sign_in(app).await.data(202);
        assert_eq!(asked["two_factor_required"], true);
        assert!(asked["token"].is_null() && asked["refresh_token"].is_null());
        asked["challenge"].as_str().unwrap().to_owned()
    }

    pub async fn left(&self) -> i64 {
        let shown = self.client.get("/auth/two-factor").await.data(200);
        shown["recovery_codes_left"].as_i64().unwrap()
    }
}

pub async fn verify(app: &TestApp, challenge: &str, field: &str, code: &str) -> Reply {
    let body = json!({"challenge": challenge, field: code});
    app.anonymous().post("/auth/two-factor/verify", body).await
}

impl TestApp {
    /// All addresses there are now.
    pub async fn prove_addresses(&self) {
        sqlx::query("update users set email_verified_at = created_at")
            .execute(self.platform.db.pool())
            .await
            .unwrap();
    }
}

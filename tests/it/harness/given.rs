//! People who are there already: no password, no mail, signed in.

use std::ops::Deref;

use domain::UserId;
use domain::identity::{Device, Entry, Way, enter};
use domain::people;

use super::{Client, TestApp};

/// Somebody who is signed in.
pub struct Somebody {
    pub id: UserId,
    pub name: String,
    client: Client,
}

impl Deref for Somebody {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    pub async fn given<const N: usize>(&self, names: [&str; N]) -> [Somebody; N] {
        let names = names.map(str::to_owned);
        let people = self.given_all(names.to_vec()).await;
        people.try_into().unwrap_or_else(|_| unreachable!())
    }

    /// So many people: `crowd1`, `crowd2`, …
    pub async fn crowd(&self, size: usize) -> Vec<Somebody> {
        let names = (1..=size).map(|number| format!("crowd{number}"));
        self.given_all(names.collect()).await
    }

    async fn given_all(&self, names: Vec<String>) -> Vec<Somebody> {
        let mut people = Vec::new();
        for name in names {
            let mut tx = self.platform.db.begin().await.unwrap();
            let (id, now) = (UserId::at(tx.now()), tx.now());
            sqlx::query(
                "with made as (insert into users (id, username, email, created_at, updated_at)
                               values ($1, $2, $2 || '@example.com', $3, $3) returning id)
                 insert into user_counts (user_id, created_at) select id, $3 from made",
            )
            .bind(id.0)
            .bind(&name)
            .bind(now)
            .execute(tx.connection())
            .await
            .unwrap();
            people::index_names(&mut tx, id).await.unwrap();
            tx.commit().await.unwrap();
            let client = self.entering(id).await;
            people.push(Somebody { id, name, client });
        }
        people
    }

    /// The same person on another device.
    pub async fn again(&self, person: &Somebody) -> Client {
        self.entering(person.id).await
    }

    async fn entering(&self, id: UserId) -> Client {
        let mut tx = self.platform.db.begin().await.unwrap();
        let auth = &self.platform.config.auth;
        let entry = enter(&mut tx, auth, id, Way::Provider, &Device::default()).await;
        let Ok(Entry::SignedIn(signed_in)) = entry else {
            panic!("{id} is not let in");
        };
        tx.commit().await.unwrap();
        self.anonymous()
            .bearer(signed_in.tokens.token.as_deref().unwrap())
    }

    /// Runs a statement about one person, whose id is `$1`.
    pub async fn about(&self, person: &Somebody, statement: &'static str) {
        sqlx::query(statement)
            .bind(person.id.0)
            .execute(self.platform.db.pool())
            .await
            .unwrap();
    }
}

//! Mails as their readers see them.

use super::{Reply, TestApp};

impl TestApp {
    /// Mails to an address that hold `word`, the oldest first.
    pub fn letters(&self, to: &str, word: &str) -> Vec<String> {
        let readable = |mail: &String| mail.replace("=\r\n", "").replace("=3D", "=");
        let all = self.mails();
        let all = all.iter().map(readable);
        all.filter(|mail| mail.contains(&format!("To: {to}\r\n")) && mail.contains(word))
            .collect()
    }
}

/// The token of the link in a mail.
pub fn token(mail: &str) -> String {
    let (_, rest) = mail.split_once("token=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

impl Reply {
    /// Field and code of the first wrong field.
    pub fn fault(&self) -> (String, String) {
        assert_eq!(self.problem(400), "validation_failed");
        let first = &self.json()["errors"][0];
        let text = |field: &str| first[field].as_str().unwrap().to_owned();
        (text("field"), text("code"))
    }
}

/// What [`Reply::fault`] should be.
pub fn wrong(field: &str, code: &str) -> (String, String) {
    (field.to_owned(), code.to_owned())
}

//! What a folder keeps where it cannot be sent.

use std::iter::repeat;

use platform::Platform;
use serde_json::Value;

use super::{KeptKind, KeptMail, KeptMails};
use crate::{Error, Result};

const SHOWN: usize = 50;

/// Mails, texts and pushes that are kept where no mail server, or no provider, is configured, the newest first.
pub async fn kept_mails(platform: &Platform) -> Result<KeptMails> {
    let unread = |error| Error::Internal(format!("the folder of mails: {error}"));
    let (mails, texts, pushes) = tokio::try_join!(
        platform.mailer.kept(SHOWN),
        platform.texter.kept(SHOWN),
        platform.pusher.kept(SHOWN),
    )
    .map_err(unread)?;
    let mails = mails.into_iter().zip(repeat(KeptKind::Mail));
    let texts = texts.into_iter().zip(repeat(KeptKind::Text));
    let pushes = pushes.into_iter().zip(repeat(KeptKind::Push));
    let all = mails.chain(texts).chain(pushes);
    let mut mails: Vec<KeptMail> = all
        .map(|((name, source), kind)| one(name, kind, source))
        .collect();
    mails.sort_unstable_by(|one, other| other.name.cmp(&one.name));
    mails.truncate(SHOWN);
    Ok(KeptMails { mails })
}

fn one(name: String, kind: KeptKind, source: String) -> KeptMail {
    let source = match kind {
        KeptKind::Mail | KeptKind::Text => source,
        KeptKind::Push => without_token(&source),
    };
    KeptMail { name, kind, source }
}

/// Whoever has a token and our key writes to that telephone: its end tells devices apart.
fn without_token(push: &str) -> String {
    let Ok(mut push) = serde_json::from_str::<Value>(push) else {
        return String::new();
    };
    if let Some(token) = push.pointer_mut("/message/token") {
        let whole: Vec<char> = token.as_str().unwrap_or_default().chars().collect();
        let end: String = whole[whole.len() - whole.len().min(6) / 2..]
            .iter()
            .collect();
        *token = Value::String(format!("…{end}"));
    }
    format!("{push:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_shown_without_the_token_of_its_device() {
        let push = r#"{"message": {"token": "abcdefghijkl", "notification": {"title": "Ann"}}}"#;
        let shown = without_token(push);
        assert!(
            shown.contains(r#""token": "…jkl""#) && shown.contains("Ann"),
            "{shown}"
        );
        assert!(without_token(r#"{"message": {"token": "ab"}}"#).contains("…b"));
        assert_eq!(without_token("ab"), "");
    }
}

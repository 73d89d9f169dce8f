//! Taking one's data along, and leaving.

mod export;
mod leaving;
mod purge;
mod tables;
mod world;

/// The link to a file in a mail, as the test's client takes it.
fn file_link(mail: &str) -> Option<String> {
    let readable = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = readable.split_once("/files/")?;
    let token = rest.split_whitespace().next()?;
    Some(format!("//files/{token}"))
}

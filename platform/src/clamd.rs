//! A virus scanner: clamd, asked over TCP with INSTREAM.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const CONNECTED_WITHIN: Duration = Duration::from_secs(5);

/// It looks into archives, and takes its time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(600);

const CHUNK: usize = 64 * 1024;

/// No answer is longer.
const LONGEST: u64 = 4_096;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// What it found.
    Found(String),
    /// Larger than it is set up to look at.
    TooLarge,
}

#[derive(Debug, thiserror::Error)]
pub enum ClamdError {
    #[error("clamd: {0}")]
    Io(#[from] std::io::Error),
    #[error("clamd did not answer in time")]
    Late,
    #[error("clamd said {0:?}")]
    Said(String),
}

/// Has a file scanned as it is read.
pub async fn scan(
    address: &str,
    content: impl AsyncRead + Send + Unpin,
) -> Result<Verdict, ClamdError> {
    let connecting = timeout(CONNECTED_WITHIN, TcpStream::connect(address));
    let stream = connecting.await.map_err(|_| ClamdError::Late)??;
    let asking = timeout(ANSWERED_WITHIN, ask(stream, content));
    let said = asking.await.map_err(|_| ClamdError::Late)??;
    let said = said.trim_end_matches(['\0', '\n']);
    let verdict = said.strip_prefix("stream: ").unwrap_or(said);
    match verdict.strip_suffix(" FOUND") {
        Some(what) => Ok(Verdict::Found(what.to_owned())),
        None if verdict == "OK" => Ok(Verdict::Clean),
        None if verdict.contains("size limit exceeded") => Ok(Verdict::TooLarge),
        None => Err(ClamdError::Said(said.to_owned())),
    }
}

async fn ask(
    mut stream: TcpStream,
    mut content: impl AsyncRead + Send + Unpin,
) -> Result<String, ClamdError> {
    stream.write_all(b"zINSTREAM\0").await?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = content.read(&mut chunk).await?;
        let length = u32::try_from(read).unwrap_or_default().to_be_bytes();
        let sent = async {
            stream.write_all(&length).await?;
            stream.write_all(&chunk[..read]).await
        };
        // It hangs up on what is too large, and has said so. A chunk of nothing ends the file.
        if sent.await.is_err() || read == 0 {
            break;
        }
    }
    let mut said = Vec::new();
    stream.take(LONGEST).read_to_end(&mut said).await?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

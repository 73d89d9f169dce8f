//! What is read is counted and hashed on the way, and ends where it has to.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::Error;

/// Why there was no reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    TooLarge,
    TooSlow,
    /// The connection broke off, or what came is no file of a form.
    CutOff,
}

/// A reader of at most `most` bytes, which never waits longer than `idle` for the next ones.
pub(super) struct Measured<R> {
    inner: R,
    most: u64,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    is_waiting: bool,
    size: u64,
    hash: Sha256,
    broken: Option<Broken>,
}

impl<R: AsyncRead + Unpin> Measured<R> {
    pub(super) fn new(inner: R, most: u64, idle: Duration) -> Self {
        Self {
            inner,
            most,
            idle,
            timer: Box::pin(sleep(idle)),
            is_waiting: false,
            size: 0,
            hash: Sha256::new(),
            broken: None,
        }
    }

    /// From here on it may be only so large.
    pub(super) fn limit(&mut self, most: u64) {
        self.most = most;
        if self.size > most {
            self.broken = Some(Broken::TooLarge);
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn sha256(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Whether what is read from broke off, or stopped.
    pub(super) fn is_broken_off(&self) -> bool {
        matches!(self.broken, Some(Broken::CutOff | Broken::TooSlow))
    }

    /// What is wrong with what was read, where that is why the reading ended.
    pub(super) fn fault(&self) -> Result<(), Error> {
        let (code, detail) = match self.broken {
            None => return Ok(()),
            Some(Broken::TooLarge) => return Err(Error::TooLarge { most: self.most }),
            Some(Broken::TooSlow) => ("too_slow", "came too slowly and was given up"),
            Some(Broken::CutOff) => ("incomplete", "did not arrive whole"),
        };
        Err(Error::invalid("file", code, detail))
    }

    fn stop(&mut self, why: Broken) -> Poll<io::Result<()>> {
        self.broken = Some(why);
        Poll::Ready(Err(io::Error::other(format!("{why:?}"))))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Measured<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if let Some(why) = this.broken {
            return this.stop(why);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.inner).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => return this.stop(Broken::CutOff),
            Poll::Pending => {
                // Only the client's time counts, not that of whoever writes away what was read.
                if !this.is_waiting {
                    this.is_waiting = true;
                    this.timer.as_mut().reset(Instant::now() + this.idle);
                }
                return match this.timer.as_mut().poll(cx) {
                    Poll::Ready(()) => this.stop(Broken::TooSlow),
                    Poll::Pending => Poll::Pending,
                };
            }
        }
        let read = &buffer.filled()[before..];
        this.size += read.len() as u64;
        this.hash.update(read);
        this.is_waiting = false;
        match this.size > this.most {
            true => this.stop(Broken::TooLarge),
            false => Poll::Ready(Ok(())),
        }
    }
}

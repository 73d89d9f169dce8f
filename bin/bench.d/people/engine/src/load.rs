//! Requests, eight at once, and how long they took.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use reqwest::Method;
use tokio::task::JoinSet;

use crate::client::{Client, Reader};

pub const AT_ONCE: usize = 8;

/// How much is asked: so many requests, unless the time is up before.
#[derive(Clone, Copy)]
pub struct Load {
    pub requests: usize,
    pub at_most: Duration,
}

/// Requests that warm up what answers, as a share of those that count.
const WARM_UP: usize = 20;

/// How long each request took, in milliseconds, from the shortest to the longest.
#[derive(Default)]
pub struct Figures {
    samples: Vec<f64>,
    seconds: f64,
    pub failed: usize,
}

impl Figures {
    pub fn of(mut samples: Vec<f64>, seconds: f64, failed: usize) -> Self {
        samples.sort_by(f64::total_cmp);
        Self {
            samples,
            seconds,
            failed,
        }
    }

    /// The time that so large a share of the requests stayed below.
    pub fn at(&self, share: f64) -> f64 {
        let place = (share * self.samples.len() as f64).ceil() as usize;
        let sample = self.samples.get(place.saturating_sub(1));
        sample.copied().unwrap_or(f64::NAN)
    }

    pub fn requests(&self) -> usize {
        self.samples.len()
    }

    pub fn per_second(&self) -> f64 {
        self.samples.len() as f64 / self.seconds
    }
}

pub fn millis_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// Asks for `paths` in turn, by eight readers who each wait for their own answer.
pub async fn ask(
    client: &Client,
    readers: &[Reader],
    paths: &[String],
    load: Load,
) -> Result<Figures> {
    let warm_up = Load {
        requests: (load.requests / WARM_UP).max(AT_ONCE),
        at_most: load.at_most / 4,
    };
    run(client, readers, paths, warm_up).await?;
    run(client, readers, paths, load).await
}

async fn run(client: &Client, readers: &[Reader], paths: &[String], load: Load) -> Result<Figures> {
    let (paths, next): (Arc<[String]>, _) = (paths.into(), Arc::new(AtomicUsize::new(0)));
    let started = Instant::now();
    let mut lanes = JoinSet::new();
    for reader in readers.iter().cycle().take(AT_ONCE) {
        let (client, token, paths) = (client.clone(), reader.token.clone(), paths.clone());
        let next = next.clone();
        lanes.spawn(async move {
            let (mut samples, mut failed) = (Vec::new(), 0);
            while started.elapsed() < load.at_most {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= load.requests {
                    break;
                }
                let begun = Instant::now();
                let path = &paths[number % paths.len()];
                let (status, body) = client.ask(Method::GET, path, &token).await?;
                samples.push(millis_since(begun));
                if !status.is_success() {
                    failed += 1;
                    eprintln!("{path}: {status} {}", String::from_utf8_lossy(&body));
                }
            }
            anyhow::Ok((samples, failed))
        });
    }
    let (mut samples, mut failed) = (Vec::new(), 0);
    for lane in lanes.join_all().await {
        let (some, wrong) = lane?;
        samples.extend(some);
        failed += wrong;
    }
    Ok(Figures::of(
        samples,
        started.elapsed().as_secs_f64(),
        failed,
    ))
}

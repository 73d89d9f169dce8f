//! Requests, and how long their answers took: by so many who each wait for their own, or at a pace that waits for nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use reqwest::Method;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{Client, Figures, Reader, millis_since};

/// One request.
#[derive(Clone)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub token: Option<Arc<str>>,
}

impl Ask {
    pub fn get(reader: &Reader, path: impl Into<String>) -> Self {
        Self::of(Method::GET, reader, path)
    }

    pub fn post(reader: &Reader, path: impl Into<String>) -> Self {
        Self::of(Method::POST, reader, path)
    }

    pub fn delete(reader: &Reader, path: impl Into<String>) -> Self {
        Self::of(Method::DELETE, reader, path)
    }

    pub fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn of(method: Method, reader: &Reader, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            token: Some(reader.token.clone()),
        }
    }
}

/// Who says what is asked next, and hears what was answered.
pub trait Asking: Send + Sync + 'static {
    /// `number` counts from zero; no two are told the same.
    fn ask(&self, number: usize) -> Ask;

    /// The body of an answer that is a success.
    fn hear(&self, _body: &[u8]) {}
}

impl<F: Fn(usize) -> Ask + Send + Sync + 'static> Asking for F {
    fn ask(&self, number: usize) -> Ask {
        self(number)
    }
}

/// So many requests, by so many who each wait for their own answer, unless the time is up before.
#[derive(Clone, Copy)]
pub struct Load {
    pub requests: usize,
    pub at_once: usize,
    /// After this nothing more is asked; what is under way is waited for.
    pub at_most: Duration,
}

/// So many requests a second, whether the last one has been answered or not.
#[derive(Clone, Copy)]
pub struct Pace {
    pub per_second: usize,
    pub span: Duration,
}

/// Requests that warm up what answers: one of so many that count.
const WARM_UP: usize = 20;

/// How long answers are waited for once nothing more is asked at a pace.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long one answer took, and why it was no success.
#[derive(Clone)]
struct Sample {
    millis: f64,
    fault: Option<String>,
}

/// Faults that are told of each measure.
const TOLD: usize = 3;

/// Warms up what answers, then counts. A warm-up that takes half of all the time is what counts: whoever is so slow does
/// not get faster by it.
pub async fn warmed_up(client: &Client, asking: Arc<impl Asking>, load: Load) -> Figures {
    let warm_up = Load {
        requests: (load.requests / WARM_UP).max(load.at_once),
        at_most: load.at_most / 4,
        ..load
    };
    let first = at_the_most(client, asking.clone(), warm_up).await;
    match first.seconds() > load.at_most.as_secs_f64() / 2.0 {
        true => first,
        false => at_the_most(client, asking, load).await,
    }
}

pub async fn at_the_most(client: &Client, asking: Arc<impl Asking>, load: Load) -> Figures {
    let (started, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let mut lanes = JoinSet::new();
    for _ in 0..load.at_once {
        let (client, asking, next) = (client.clone(), asking.clone(), next.clone());
        lanes.spawn(async move {
            let mut samples = Vec::new();
            while started.elapsed() < load.at_most {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= load.requests {
                    break;
                }
                samples.push(one(&client, &*asking, number).await);
            }
            samples
        });
    }
    let samples = lanes.join_all().await.concat();
    figures(samples, started)
}

/// What is not answered a minute after the last was asked has failed.
pub async fn at_pace(client: &Client, asking: Arc<impl Asking>, pace: Pace) -> Result<Figures> {
    let (started, mut under_way) = (Instant::now(), JoinSet::new());
    let mut beat = tokio::time::interval(pace.span / u32::try_from(pace.requests())?);
    for number in 0..pace.requests() {
        beat.tick().await;
        let (client, asking) = (client.clone(), asking.clone());
        under_way.spawn(async move { one(&client, &*asking, number).await });
    }
    let (mut samples, deadline) = (Vec::new(), tokio::time::Instant::now() + PATIENCE);
    while let Ok(Some(sample)) = tokio::time::timeout_at(deadline, under_way.join_next()).await {
        samples.push(sample?);
    }
    let given_up = Sample {
        millis: PATIENCE.as_secs_f64() * 1e3,
        fault: Some("was given up".to_owned()),
    };
    samples.extend(std::iter::repeat_n(given_up, under_way.len()));
    Ok(figures(samples, started))
}

impl Pace {
    pub fn requests(&self) -> usize {
        (self.per_second as f64 * self.span.as_secs_f64()) as usize
    }
}

async fn one(client: &Client, asking: &impl Asking, number: usize) -> Sample {
    let asked = asking.ask(number);
    let begun = Instant::now();
    let answer = client.ask(&asked).await;
    let millis = millis_since(begun);
    let fault = match answer {
        Ok((status, body)) if status.is_success() => {
            asking.hear(&body);
            None
        }
        Ok((status, body)) => Some(format!("{status} {}", String::from_utf8_lossy(&body))),
        Err(error) => Some(format!("{error:#}")),
    };
    let fault = fault.map(|fault| format!("{}: {fault}", asked.path));
    Sample { millis, fault }
}

fn figures(samples: Vec<Sample>, started: Instant) -> Figures {
    let seconds = started.elapsed().as_secs_f64();
    let faults = || samples.iter().filter_map(|sample| sample.fault.as_ref());
    for fault in faults().take(TOLD) {
        eprintln!("{fault}");
    }
    let failed = faults().count();
    let millis = samples.iter().map(|sample| sample.millis).collect();
    Figures::of(millis, seconds, failed)
}

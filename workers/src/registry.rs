//! The labour: every job Commons knows how to do, on one page.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use platform::jobs::{Class, Job, Pool, versioned};

use crate::runtime::meters::JobMeters;
use crate::{Cx, Failure, Outcome};
use crate::{
    delivery, feed, graph, hashtags, housekeeping, idempotency, identity, lifecycle, media,
    notifications, office, people, posts, trends,
};

/// All handlers.
pub fn registry() -> Registry {
    house_jobs(telling_jobs(posts_jobs(people_jobs(Registry::default()))))
}

fn people_jobs(registry: Registry) -> Registry {
    registry
        .with(graph::accept_requests)
        .with(graph::purge_mutes)
        .with(graph::refresh_popular)
        .with(identity::purge_expired_tokens)
        .with(identity::reseal_secrets)
        .with(identity::send_access_changed_mail)
        .with(identity::send_address_change_notice)
        .with(identity::send_address_known_mail)
        .with(identity::send_code_text)
        .with(identity::send_reset_mail)
        .with(identity::send_second_factor_mail)
        .with(identity::send_verification_mail)
        .with(lifecycle::export)
        .with(lifecycle::purge)
        .with(lifecycle::purge_due)
        .with(lifecycle::purge_exports)
        .with(lifecycle::send_closing_mail)
        .with(lifecycle::send_export_mail)
        .with(lifecycle::send_kept_mail)
        .with(office::lift_suspension)
        .with(office::lift_overdue)
        .with(people::forget_copies)
}

fn posts_jobs(registry: Registry) -> Registry {
    registry
        .with(feed::fan_out)
        .with(feed::rank_explore)
        .with(feed::warm)
        .with(hashtags::count_uses)
        .with(media::process)
        .with(media::purge_media)
        .with(media::scan_media)
        .with(media::sweep_media)
        .with(media::take_over_upload)
        .with(posts::publish)
        .with(posts::publish_overdue)
        .with(posts::purge)
        .with(trends::recompute)
}

fn telling_jobs(registry: Registry) -> Registry {
    registry
        .with(delivery::deliver)
        .with(delivery::find_digests)
        .with(delivery::purge_digests)
        .with(delivery::send_digest)
        .with(delivery::send_notification_mail)
        .with(delivery::send_notification_text)
        .with(delivery::send_push)
        .with(notifications::gather)
        .with(notifications::purge)
}

fn house_jobs(registry: Registry) -> Registry {
    registry
        .with(housekeeping::keep_job_tables)
        .with(housekeeping::purge_dead_jobs)
        .with(idempotency::purge_keys)
}

type Run = Box<dyn Fn(String, Cx) -> BoxFuture<'static, Result<Outcome, Failure>> + Send + Sync>;

/// Handlers by job name.
#[derive(Default)]
pub struct Registry {
    entries: HashMap<String, Arc<Entry>>,
}

pub(crate) struct Entry {
    pub(crate) pool: Pool,
    pub(crate) class: Class,
    pub(crate) timeout: Duration,
    pub(crate) meters: JobMeters,
    pub(crate) run: Run,
}

impl Registry {
    /// Adds the handler of one job. A payload that does not decode is given up at once, with its reason.
    #[must_use]
    pub fn with<J, H, F>(mut self, handler: H) -> Self
    where
        J: Job,
        H: Fn(J, Cx) -> F + Send + Sync + Copy + 'static,
        F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        let run: Run = Box::new(move |payload, cx| match serde_json::from_str(&payload) {
            Ok(job) => handler(job, cx).boxed(),
            Err(error) => {
                let failure = Failure::Dead(format!("the payload does not decode: {error}"));
                std::future::ready(Err(failure)).boxed()
            }
        });
        let entry = Arc::new(Entry {
            pool: J::POOL,
            class: J::CLASS,
            timeout: J::TIMEOUT,
            meters: JobMeters::new(J::POOL, J::NAME),
            run,
        });
        self.add(J::NAME, J::VERSION, entry);
        self
    }

    /// A handler reads what earlier versions of its job wrote.
    fn add(&mut self, name: &'static str, version: u16, entry: Arc<Entry>) {
        for version in 1..=version {
            let name = versioned(name, version).into_owned();
            let earlier = self.entries.insert(name, entry.clone());
            debug_assert!(earlier.is_none(), "two handlers for one job");
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name).map(Arc::as_ref)
    }

    /// The names of a pool's jobs.
    pub(crate) fn names_of(&self, pool: Pool) -> Vec<String> {
        let entries = self.entries.iter();
        let of_pool = entries.filter(|(_, entry)| entry.pool == pool);
        of_pool.map(|(name, _)| name.clone()).collect()
    }

    /// Of which classes a pool has jobs.
    pub(crate) fn classes(&self, pool: Pool) -> [bool; 3] {
        let entries = self.entries.values();
        Class::ALL.map(|class| {
            entries
                .clone()
                .any(|entry| entry.pool == pool && entry.class == class)
        })
    }

    /// The names of all jobs, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.entries.keys().cloned().collect();
        names.sort();
        names
    }
}

//! The jobs, for administrators: the same verbs as `commons admin jobs`.

use std::sync::Arc;

use domain::audit::{self, Act, Operator};
use domain::operations::{
    self, Explanation, JobDetail, JobFilter, JobState, JobSummary, KeptMails, PauseRequest,
    PausesView, PoolsView, RetriedJobs,
};
use domain::people::{Actor, Right};
use platform::Platform;
use platform::jobs::Ended;
use platform::jobs::operate::Scope;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use uuid::Uuid;

use crate::answer::{List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told, catalog};

/// A list is counted exactly up to here.
const MOST_COUNTED: i64 = 10_000;

pub(crate) struct OperationsApi {
    platform: Arc<Platform>,
}

const NO_JOB: Told = Told::new(
    404,
    "job_not_found",
    "There is no such job, or it was purged.",
);
const NO_POOL: Told = Told::new(404, "not_found", "There is no such pool.");
const RUNNING: Told = Told::new(
    409,
    "job_running",
    "The job is running; wait until it has ended.",
);
const NOT_RUNNING: Told = Told::new(409, "job_not_running", "The job does not run.");
const BUSY: Told = Told::new(
    409,
    "job_busy",
    "The job is just being finished or changed; look again.",
);
const FINISHED: Told = Told::new(409, "job_finished", "The job has finished.");

/// What only administrators may see.
pub(crate) struct Looking;

impl Refusals for Looking {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN];
}

pub(crate) struct LookingAtOne;

impl Refusals for LookingAtOne {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_JOB];
}

pub(crate) struct Acting;

impl Refusals for Acting {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_JOB, RUNNING, FINISHED];
}

pub(crate) struct Ending;

impl Refusals for Ending {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_JOB, FINISHED, NOT_RUNNING, BUSY];
}

pub(crate) struct Holding;

impl Refusals for Holding {
    const LIST: &'static [Told] = &[catalog::FORBIDDEN, NO_POOL];
}

#[OpenApi(prefix_path = "/admin", tag = "Tag::Operations")]
impl OperationsApi {
    /// Pools at a glance
    ///
    /// What waits in each pool and for how long, what runs, how fast, and whether it is paused.
    #[oai(path = "/jobs/pools", method = "get", operation_id = "listPools")]
    async fn pools(&self, Signed(actor): Signed) -> Answer<Ok200<PoolsView>, Looking> {
        actor.require(Right::OperateJobs)?;
        let pools = operations::overview(&self.platform).await?;
        Ok(Ok200::of(PoolsView { pools }))
    }

    /// List jobs
    ///
    /// The newest first. Finished jobs can be looked up for a day.
    #[oai(path = "/jobs", method = "get", operation_id = "listJobs")]
    #[expect(clippy::too_many_arguments, reason = "one a query parameter")]
    async fn list(
        &self,
        Signed(actor): Signed,
        state: Query<Option<JobState>>,
        /// Only of this pool.
        pool: Query<Option<String>>,
        /// Only of this name: `identity.send_verification_mail`.
        name: Query<Option<String>>,
        /// Most jobs on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<JobSummary>, Looking> {
        actor.require(Right::OperateJobs)?;
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let filter = JobFilter {
            state: state.0,
            pool: pool.0,
            name: name.0,
        };
        let mut connection = self.platform.db.acquire().await?;
        let after = paging.after::<Uuid>()?;
        let mut data =
            operations::list(&mut connection, &filter, after, paging.offset, paging.limit).await?;
        let total = operations::count(&mut connection, &filter, MOST_COUNTED).await?;
        let pagination = paging.of(&mut data, total, total == MOST_COUNTED, |job| {
            self::cursor(&job.id)
        });
        Ok(List200 { data, pagination })
    }

    /// Look at a job
    ///
    /// With its payload and all that went wrong.
    #[oai(path = "/jobs/:id", method = "get", operation_id = "getJob")]
    async fn show(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<JobDetail>, LookingAtOne> {
        actor.require(Right::OperateJobs)?;
        let mut connection = self.platform.db.acquire().await?;
        Ok(Ok200::of(operations::show(&mut connection, id.0).await?))
    }

    /// Ask why a job is not running
    ///
    /// Every reason that stands in its way, the most decisive first.
    #[oai(
        path = "/jobs/:id/explanation",
        method = "get",
        operation_id = "explainJob"
    )]
    async fn explain(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<Explanation>, LookingAtOne> {
        actor.require(Right::OperateJobs)?;
        let mut connection = self.platform.db.acquire().await?;
        Ok(Ok200::of(operations::explain(&mut connection, id.0).await?))
    }

    /// Run a job now
    ///
    /// One that waits for its time or its turn, is dead or is quarantined. It gets at least one attempt more.
    #[oai(path = "/jobs/:id/retry", method = "post", operation_id = "retryJob")]
    async fn retry(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<JobDetail>, Acting> {
        let by = operator(&actor)?;
        let mut tx = self.platform.db.begin().await?;
        let job = operations::retry(&mut tx, &by, id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(job))
    }

    /// Discard a job
    ///
    /// One that does not run and will not be wanted.
    #[oai(
        path = "/jobs/:id/discard",
        method = "post",
        operation_id = "discardJob"
    )]
    async fn discard(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<JobDetail>, Acting> {
        let by = operator(&actor)?;
        let mut tx = self.platform.db.begin().await?;
        let job = operations::discard(&mut tx, &by, id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(job))
    }

    /// Cancel a job
    ///
    /// In whatever state it is, also while it runs: the run is dropped, what it has not committed is undone, and the job counts
    /// as discarded. A call that it has already made to the outside (a mail) stays made.
    #[oai(path = "/jobs/:id/cancel", method = "post", operation_id = "cancelJob")]
    async fn cancel(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<JobDetail>, Ending> {
        let by = operator(&actor)?;
        let mut tx = self.platform.db.begin().await?;
        let (job, ended) = operations::cancel(&mut tx, &by, id.0).await?;
        tx.commit().await?;
        self.announce_ended(ended).await;
        Ok(Ok200::of(job))
    }

    /// Evict a running job
    ///
    /// From the worker that runs it: the run is dropped without counting as an attempt, and the job runs again.
    #[oai(path = "/jobs/:id/evict", method = "post", operation_id = "evictJob")]
    async fn evict(
        &self,
        Signed(actor): Signed,
        id: Path<Uuid>,
    ) -> Answer<Ok200<JobDetail>, Ending> {
        let by = operator(&actor)?;
        let mut tx = self.platform.db.begin().await?;
        let (job, ended) = operations::evict(&mut tx, &by, id.0).await?;
        tx.commit().await?;
        self.announce_ended(ended).await;
        Ok(Ok200::of(job))
    }

    /// Run the dead jobs of a name again
    ///
    /// All that are dead or quarantined, once what killed them is mended.
    #[oai(
        path = "/jobs/names/:name/retry-dead",
        method = "post",
        operation_id = "retryDeadJobs"
    )]
    async fn retry_dead(
        &self,
        Signed(actor): Signed,
        name: Path<String>,
    ) -> Answer<Ok200<RetriedJobs>, Looking> {
        let by = operator(&actor)?;
        let mut tx = self.platform.db.begin().await?;
        let retried = operations::retry_dead(&mut tx, &by, &name.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(retried))
    }

    /// List what is paused
    ///
    /// Pools and job names, since when, by whom and why.
    #[oai(path = "/jobs/pauses", method = "get", operation_id = "listPauses")]
    async fn pauses(&self, Signed(actor): Signed) -> Answer<Ok200<PausesView>, Looking> {
        actor.require(Right::OperateJobs)?;
        let mut connection = self.platform.db.acquire().await?;
        Ok(Ok200::of(operations::pauses(&mut connection).await?))
    }

    /// Pause a pool
    ///
    /// On every node, from now on. Running jobs end. Pausing what is paused changes nothing.
    #[oai(
        path = "/jobs/pools/:pool/pause",
        method = "put",
        operation_id = "pausePool"
    )]
    async fn pause_pool(
        &self,
        Signed(actor): Signed,
        pool: Path<String>,
        body: Body<PauseRequest>,
    ) -> Answer<Ok200<Nothing>, Holding> {
        self.hold(&actor, Scope::Pool(pool.0), body.0.reason).await
    }

    /// Resume a pool
    ///
    /// What waited runs within a second or two. Resuming what is not paused changes nothing.
    #[oai(
        path = "/jobs/pools/:pool/pause",
        method = "delete",
        operation_id = "resumePool"
    )]
    async fn resume_pool(
        &self,
        Signed(actor): Signed,
        pool: Path<String>,
    ) -> Answer<Ok200<Nothing>, Holding> {
        self.release(&actor, Scope::Pool(pool.0)).await
    }

    /// Pause a job name
    ///
    /// On every node, from now on, whatever the pool. Running jobs end.
    #[oai(
        path = "/jobs/names/:name/pause",
        method = "put",
        operation_id = "pauseJobName"
    )]
    async fn pause_name(
        &self,
        Signed(actor): Signed,
        name: Path<String>,
        body: Body<PauseRequest>,
    ) -> Answer<Ok200<Nothing>, Holding> {
        self.hold(&actor, Scope::Name(name.0), body.0.reason).await
    }

    /// Resume a job name
    ///
    /// What waited runs within a second or two.
    #[oai(
        path = "/jobs/names/:name/pause",
        method = "delete",
        operation_id = "resumeJobName"
    )]
    async fn resume_name(
        &self,
        Signed(actor): Signed,
        name: Path<String>,
    ) -> Answer<Ok200<Nothing>, Holding> {
        self.release(&actor, Scope::Name(name.0)).await
    }

    /// Read the mails, texts and pushes that were not sent
    ///
    /// Where no mail server is configured mails are kept in a folder, and text messages and pushes where no provider is:
    /// the fifty newest, as they would have been sent; of a push the token of the device is left out. Where all are
    /// configured the list is empty.
    #[oai(path = "/mails", method = "get", operation_id = "listKeptMails")]
    async fn mails(&self, Signed(actor): Signed) -> Answer<Ok200<KeptMails>, Looking> {
        actor.require(Right::OperateJobs)?;
        Ok(Ok200::of(operations::kept_mails(&self.platform).await?))
    }

    /// List what administrators did
    ///
    /// The newest first.
    #[oai(path = "/audit", method = "get", operation_id = "listAudit")]
    async fn audit(
        &self,
        Signed(actor): Signed,
        /// Most acts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Act>, Looking> {
        actor.require(Right::OperateJobs)?;
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let mut connection = self.platform.db.acquire().await?;
        let mut data = audit::list(
            &mut connection,
            paging.after()?,
            paging.offset,
            paging.limit,
        )
        .await?;
        let total = audit::count(&mut connection, MOST_COUNTED).await?;
        let pagination = paging.of(&mut data, total, total == MOST_COUNTED, |act| {
            self::cursor(&act.id)
        });
        Ok(List200 { data, pagination })
    }
}

impl OperationsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn hold(
        &self,
        actor: &Actor,
        scope: Scope,
        reason: Option<String>,
    ) -> Answer<Ok200<Nothing>, Holding> {
        let by = operator(actor)?;
        let mut tx = self.platform.db.begin().await?;
        operations::pause(&mut tx, &by, &scope, reason.as_deref()).await?;
        tx.commit().await?;
        self.announce().await;
        Ok(Ok200::of(Nothing {}))
    }

    async fn release(&self, actor: &Actor, scope: Scope) -> Answer<Ok200<Nothing>, Holding> {
        let by = operator(actor)?;
        let mut tx = self.platform.db.begin().await?;
        operations::resume(&mut tx, &by, &scope).await?;
        tx.commit().await?;
        self.announce().await;
        Ok(Ok200::of(Nothing {}))
    }

    /// Without Redis the workers see it at their next look.
    async fn announce(&self) {
        if let Err(error) = self.platform.control.announce().await {
            tracing::warn!(%error, "the pause was not announced");
        }
    }

    /// Without Redis the worker sees it at its next heartbeats.
    async fn announce_ended(&self, ended: Ended) {
        if let Err(error) = self.platform.control.announce_ended(&[ended]).await {
            tracing::warn!(%error, "the end of a run was not announced");
        }
    }
}

fn operator(actor: &Actor) -> domain::Result<Operator> {
    actor.require(Right::OperateJobs)?;
    Ok(Operator::person(actor.user))
}

//! The roles, alone or together.

use anyhow::{Context, Result};
use platform::Platform;
use tokio_util::sync::CancellationToken;
use workers::Plan;

/// Everything in one process. The first role that ends takes the others with it.
pub async fn up(platform: Platform, stop: CancellationToken) -> Result<()> {
    let http = ends_all(&stop, api::serve(platform.clone(), stop.clone()));
    let labour = ends_all(
        &stop,
        workers::run(platform.clone(), Plan::all(), stop.clone()),
    );
    let clock = ends_all(&stop, scheduler::run(platform.clone(), stop.clone()));
    let (http, labour, ()) = tokio::join!(http, labour, clock);
    platform.db.close().await;
    http.context("the API stopped")?;
    labour.context("the workers stopped")
}

pub async fn api(platform: Platform, stop: CancellationToken) -> Result<()> {
    api::serve(platform.clone(), stop).await?;
    platform.db.close().await;
    Ok(())
}

pub async fn worker(platform: Platform, pools: Vec<Plan>, stop: CancellationToken) -> Result<()> {
    let labour = ends_all(&stop, workers::run(platform.clone(), pools, stop.clone()));
    let (ops, labour) = tokio::join!(ops(&platform, &stop), labour);
    platform.db.close().await;
    ops?;
    Ok(labour?)
}

pub async fn scheduler(platform: Platform, stop: CancellationToken) -> Result<()> {
    let clock = ends_all(&stop, scheduler::run(platform.clone(), stop.clone()));
    let (ops, ()) = tokio::join!(ops(&platform, &stop), clock);
    platform.db.close().await;
    ops
}

/// Metrics and health of a role without an API.
async fn ops(platform: &Platform, stop: &CancellationToken) -> Result<()> {
    let address = platform.config.http.ops_bind;
    Ok(ends_all(
        stop,
        api::serve_ops(platform.clone(), address, stop.clone()),
    )
    .await?)
}

async fn ends_all<T>(stop: &CancellationToken, role: impl Future<Output = T>) -> T {
    let done = role.await;
    stop.cancel();
    done
}

use std::time::Duration;

use super::reader::Reader;

/// The job engine.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub grace: Duration,
    pub silence: Duration,
    pub keep_finished: Duration,
    pub keep_dead: Duration,
}

impl Jobs {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Jobs");
        let grace = reader.span(
            "JOBS_GRACE",
            "25s",
            "How long a stopping worker lets jobs finish before it hands them back.",
        );
        let silence = reader.span(
            "JOBS_SILENCE",
            "10s",
            "A worker that has not been heard of for so long is dead, and its jobs run elsewhere. It beats five times as often.",
        );
        let keep_finished = reader.span(
            "JOBS_KEEP_FINISHED",
            "24h",
            "How long finished jobs can be looked up.",
        );
        let keep_dead = reader.span(
            "JOBS_KEEP_DEAD",
            "30d",
            "How long dead and quarantined jobs wait for an operator.",
        );
        Some(Self {
            grace: grace?,
            silence: silence?,
            keep_finished: keep_finished?,
            keep_dead: keep_dead?,
        })
    }
}

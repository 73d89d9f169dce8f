//! Ready jobs whose ticket went missing.
//!
//! A list is served in order, so a job that became ready before the one whose ticket is now at the head has no ticket any
//! more. What is paused, or known to no worker, waits for its resume, or its worker, and is left out.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use uuid::Uuid;

use super::lanes::Lanes;
use super::ledger::tickets;
use super::relay::RelayError;
use super::tickets::List;
use super::{COMMON, Class, JobId, Ticket, Tickets};
use crate::Db;
use crate::db::within;

/// Rows of one list that are looked at in one search.
const SLICE: i64 = 1_000;
/// Tickets at the head of a list that are asked how old they are.
const HEADS: isize = 32;
/// How long one answer of Postgres is waited for.
const LIMIT: Duration = Duration::from_secs(10);
/// How long a ticket that was taken may be on its way to a claim.
const GRACE: Duration = Duration::from_secs(3);

/// Where the search of each list goes on. However many rows wait for something else, each search looks at one slice of
/// them, and comes round to all.
#[derive(Default)]
pub struct Search {
    after: HashMap<(String, i16, i16), DateTime<Utc>>,
    lanes: Lanes,
}

impl Search {
    /// Says whether lanes may be used; before any ticket is told again.
    pub async fn keep_lanes(&mut self, db: &Db, tickets: &Tickets) -> Result<(), RelayError> {
        self.lanes.keep(db, tickets).await
    }

    /// Finds a slice of lost tickets, which keep the age of their jobs. A job is told again after 3 s, and then each time
    /// its wait has doubled.
    pub async fn find(&mut self, db: &Db, tickets: &Tickets) -> Result<Vec<Ticket>, RelayError> {
        let waiting = within(LIMIT, waiting(db)).await?;
        self.lanes.mend(tickets, &waiting).await?;
        if waiting.is_empty() {
            self.after.clear();
            return Ok(Vec::new());
        }
        let heads = heads(db, tickets, &waiting, self.lanes.are_open()).await?;
        let looked = within(LIMIT, self.look(db, heads)).await?;
        self.go_on(&looked);
        let lost: Vec<JobId> = looked
            .iter()
            .filter(|row| row.lost)
            .map(|row| row.id)
            .collect();
        if lost.is_empty() {
            return Ok(Vec::new());
        }
        Ok(within(LIMIT, retell(db, &lost)).await?)
    }

    async fn look(&self, db: &Db, heads: Vec<Head>) -> Result<Vec<Row>, sqlx::Error> {
        let (mut pools, mut classes, mut told_lanes, mut horizons) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Head { list, told_at } in heads {
            pools.push(list.0.name().to_owned());
            classes.push(list.1.number());
            told_lanes.push(list.2);
            horizons.push(told_at);
        }
        let (mut names, mut name_classes, mut lanes, mut after) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ((name, class, lane), at) in &self.after {
            names.push(name.clone());
            name_classes.push(*class);
            lanes.push(*lane);
            after.push(*at);
        }
        sqlx::query_as!(
            Row,
            r#"
            with horizon as (
                select pool, class, lane, coalesce(told_at, now()) - $4::float8 * interval '1 second' as at
                from unnest($1::text[], $2::smallint[], $3::timestamptz[], $10::smallint[]) as head (pool, class, told_at, lane)
            )
            select row.id as "id!", list.name as "name!", list.class as "class!", list.lane as "lane!",
                   row.told_at as "told_at!",
                   case when row.retold_at is null then true
                        else now() - row.retold_at > greatest(row.retold_at - row.told_at, $4::float8 * interval '1 second')
                   end as "lost!"
            from waiting_lists() as list
            join horizon using (pool, class, lane)
            left join unnest($5::text[], $6::smallint[], $7::smallint[], $8::timestamptz[]) as cursor (name, class, lane, at)
                   on cursor.name = list.name and cursor.class = list.class and cursor.lane = list.lane
            cross join lateral (
                select j.id, j.told_at, j.retold_at from jobs j
                where j.name = list.name and j.class = list.class and j.lane = list.lane and j.state = 'ready'
                  and j.told_at > coalesce(cursor.at, '-infinity') and j.told_at < horizon.at
                order by j.told_at limit $9
            ) as row
            where list.known and not list.paused and list.oldest < horizon.at
            order by list.name, list.class, list.lane, row.told_at
            "#,
            &pools,
            &classes,
            &horizons as &[Option<DateTime<Utc>>],
            GRACE.as_secs_f64(),
            &names,
            &name_classes,
            &lanes,
            &after,
            SLICE,
            &told_lanes,
        )
        .fetch_all(&mut *db.acquire().await?)
        .await
    }

    /// A list that gave a whole slice goes on behind it at the next search, and any other starts again.
    fn go_on(&mut self, looked: &[Row]) {
        let mut seen: HashMap<(String, i16, i16), (i64, DateTime<Utc>)> = HashMap::new();
        for row in looked {
            let key = (row.name.clone(), row.class, row.lane);
            let entry = seen.entry(key).or_insert((0, row.told_at));
            *entry = (entry.0 + 1, row.told_at);
        }
        self.after = seen
            .into_iter()
            .filter(|(_, (rows, _))| *rows == SLICE)
            .map(|(list, (_, last))| (list, last))
            .collect();
    }
}

struct Row {
    id: JobId,
    name: String,
    class: i16,
    lane: i16,
    told_at: DateTime<Utc>,
    lost: bool,
}

struct Head {
    list: List,
    /// When the oldest of the tickets at the head was told; none: the list is empty. A list whose head knows no ready job
    /// is moving, and does not appear.
    told_at: Option<DateTime<Utc>>,
}

/// The lists whose oldest job has waited for longer than a ticket takes: usually none.
async fn waiting(db: &Db) -> Result<Vec<List>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select distinct pool as "pool!", class as "class!", lane as "lane!" from waiting_lists()
           where known and not paused and oldest < now() - $1::float8 * interval '1 second'"#,
        GRACE.as_secs_f64(),
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .filter_map(|row| {
            Some((
                row.pool.parse().ok()?,
                Class::from_number(row.class),
                row.lane,
            ))
        })
        .collect())
}

/// While lanes are closed their jobs' tickets stand in the main list.
async fn heads(
    db: &Db,
    tickets: &Tickets,
    waiting: &[List],
    lanes_are_open: bool,
) -> Result<Vec<Head>, RelayError> {
    let place = |(pool, class, lane): &List| match lanes_are_open {
        true => (*pool, *class, *lane),
        false => (*pool, *class, COMMON),
    };
    let lists: HashSet<List> = waiting.iter().map(place).collect();
    let lists: Vec<List> = lists.into_iter().collect();
    let ahead = tickets.heads(&lists, HEADS).await?;
    let ids: Vec<Uuid> = ahead.iter().flat_map(|ahead| ahead.ids.clone()).collect();
    let mut told: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    if !ids.is_empty() {
        let rows = sqlx::query!(
            r#"select found.id as "id!", greatest(found.told_at, found.retold_at) as "told_at!"
               from unnest($1::uuid[]) as head (id) cross join lateral (
                   select j.id, j.told_at, j.retold_at from jobs j where j.id = head.id and j.state = 'ready' limit 1) as found"#,
            &ids,
        )
        .fetch_all(&mut *db.acquire().await?)
        .await?;
        told.extend(rows.into_iter().map(|row| (row.id, row.told_at)));
    }
    let horizons: HashMap<List, Option<DateTime<Utc>>> = ahead
        .into_iter()
        .filter_map(|ahead| {
            let oldest = ahead
                .ids
                .iter()
                .filter_map(|id| told.get(id))
                .min()
                .copied();
            (ahead.is_empty || oldest.is_some()).then_some((ahead.list, oldest))
        })
        .collect();
    let heads = waiting.iter().filter_map(|list| {
        let told_at = *horizons.get(&place(list))?;
        Some(Head {
            list: *list,
            told_at,
        })
    });
    Ok(heads.collect())
}

async fn retell(db: &Db, lost: &[JobId]) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        "update jobs set retold_at = clock_timestamp()
         where ctid = any(array(
             select found.place from unnest($1::uuid[]) as lost (id) cross join lateral (
                 select j.ctid as place from jobs j where j.id = lost.id and j.state = 'ready' limit 1 for no key update skip locked
             ) as found
         )) and state = 'ready'
         returning id, pool, class, lane",
        lost,
    )
    .fetch_all(&mut *db.acquire().await?)
    .await?;
    Ok(tickets(
        rows.into_iter()
            .map(|row| (row.id, row.pool, row.class, row.lane)),
    ))
}

//! Every statement about single people.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::profile::Between;
use super::{
    Audience, BusinessInfo, Email, Person, PersonCard, PersonName, Phone, Role, Topic, Username,
    VerificationLevel,
};
use crate::UserId;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn person(connection: &mut PgConnection, user: UserId) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"
        select id as "id: UserId", username, email as "email: Email", email_verified_at is not null as "email_verified!",
               phone as "phone: Phone", display_name, first_name, last_name, full_name, bio, profile_picture_url,
               profile_banner_url, location, website, education_level, institution, role as "role: Role",
               verification_level as "verification_level: VerificationLevel", is_premium, is_business,
               business_info as "business_info: Json<BusinessInfo>", is_private,
               last_seen_to as "last_seen_to: Audience", messages_from as "messages_from: Audience", found_by_phone,
               last_login_at, last_seen_at, deactivated_at, suspended_at, suspended_until, suspended_why, delete_at,
               deleted_at, created_at, updated_at
        from users where id = $1
        "#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

/// The same, locked until the transaction ends.
pub(super) async fn lock_person(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Person>> {
    // The lock first, in a statement of its own: the next one then sees what the one before us wrote.
    sqlx::query!(
        "select id from users where id = $1 for no key update",
        user.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    person(connection, user).await
}

pub(super) async fn save_profile(
    connection: &mut PgConnection,
    person: &Person,
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "update users set username = $2, display_name = $3, first_name = $4, last_name = $5, full_name = $6, bio = $7,
                          profile_picture_url = $8, profile_banner_url = $9, location = $10, website = $11,
                          education_level = $12, institution = $13, is_business = $14, business_info = $15,
                          is_private = $16, updated_at = $17
         where id = $1",
        person.id.0,
        person.username,
        person.display_name,
        person.first_name,
        person.last_name,
        person.full_name,
        person.bio,
        person.profile_picture_url,
        person.profile_banner_url,
        person.location,
        person.website,
        person.education_level,
        person.institution,
        person.is_business,
        person.business_info.as_ref() as Option<&Json<BusinessInfo>>,
        person.is_private,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn topics(
    connection: &mut PgConnection,
    user: UserId,
    kind: &str,
) -> Result<Vec<Topic>> {
    sqlx::query_scalar!(
        r#"select topic as "topic: Topic" from user_topics where user_id = $1 and kind = $2 order by place"#,
        user.0,
        kind,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn replace_topics(
    connection: &mut PgConnection,
    user: UserId,
    kind: &str,
    folded: &[String],
    written: &[String],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with gone as (delete from user_topics where user_id = $1 and kind = $2 and folded <> all($3))
         insert into user_topics (user_id, kind, folded, topic, place, created_at)
         select $1, $2, folded, topic, place, $5 from unnest($3::text[], $4::text[]) with ordinality as t (folded, topic, place)
         on conflict (user_id, kind, folded) do update set topic = excluded.topic, place = excluded.place",
        user.0,
        kind,
        folded,
        written,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn visible_by_id(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where id = $2 and not is_hidden_from($1, id)"#,
        viewer.0,
        person.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn visible_by_name(
    connection: &mut PgConnection,
    viewer: UserId,
    username: &str,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where lower(username) = lower($2) and not is_hidden_from($1, id)"#,
        viewer.0,
        username,
    )
    .fetch_optional(connection)
    .await
}

/// Whoever it is, seen or not.
pub(super) async fn by_name(
    connection: &mut PgConnection,
    username: &str,
) -> Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where lower(username) = lower($1)"#,
        username,
    )
    .fetch_optional(connection)
    .await
}

/// Every name a person goes by. None where there is no such person.
pub(super) async fn names(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Vec<String>>> {
    sqlx::query_scalar!(
        r#"
        select array_remove(array[username, display_name, full_name, first_name, last_name], null) as "names!"
        from users where id = $1
        "#,
        user.0,
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn replace_words(
    connection: &mut PgConnection,
    user: UserId,
    words: &[String],
    now: Time,
) -> Result<()> {
    // A word that is known already is locked, so that a purge does not take it away before it is referred to.
    sqlx::query!(
        "with gone as (delete from user_words where user_id = $1 and word <> all($2)),
              parted as (delete from user_word_pairs where user_id = $1 and (word <> all($2) or beside <> all($2))),
              known as (insert into name_words (word, created_at) select word, $3 from unnest($2::text[]) as word
                        order by word on conflict (word) do update set created_at = excluded.created_at where false
                        returning word),
              slips as (insert into name_word_slips (word, left_over, created_at)
                        select word, left_over, $3 from known, one_left_out(word) as left_over),
              paired as (insert into user_word_pairs (word, beside, user_id, created_at)
                         select word, beside, $1, $3 from unnest($2::text[]) as word, unnest($2::text[]) as beside
                         where word <> beside on conflict do nothing)
         insert into user_words (word, user_id, created_at) select word, $1, $3 from unnest($2::text[]) as word
         on conflict do nothing",
        user.0,
        words,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn cards(
    connection: &mut PgConnection,
    viewer: UserId,
    people: &[uuid::Uuid],
) -> Result<Vec<PersonCard>> {
    sqlx::query_as!(
        PersonCard,
        r#"
        select u.id as "id!: UserId", u.username as "username!: Username", u.display_name,
               coalesce(u.display_name, u.full_name, nullif(concat_ws(' ', u.first_name, u.last_name), ''),
                        u.username) as "name!",
               u.first_name as "first_name: PersonName", u.last_name as "last_name: PersonName",
               u.full_name as "full_name: PersonName", u.profile_picture_url, u.bio, u.role as "role!: Role",
               u.verification_level <> 'none' as "is_verified!",
               u.verification_level as "verification_level!: VerificationLevel", u.is_private as "is_private!",
               exists (select from follows where follower_id = $1 and following_id = u.id offset 0) as "is_following!",
               exists (select from follow_requests where follower_id = $1 and following_id = u.id offset 0) as "is_requested!",
               exists (select from follows where follower_id = u.id and following_id = $1 offset 0) as "is_followed_by!"
        from unnest($2::uuid[]) with ordinality as asked (id, place)
        join people_seen_by($1) u on u.id = asked.id
        order by asked.place
        "#,
        viewer.0,
        people,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn between(
    connection: &mut PgConnection,
    viewer: UserId,
    person: UserId,
    now: Time,
) -> Result<Between> {
    sqlx::query_as!(
        Between,
        r#"
        select is_hidden_from($1, $2) as "is_hidden!",
               exists (select from follows where follower_id = $1 and following_id = $2) as "is_following!",
               exists (select from follow_requests where follower_id = $1 and following_id = $2) as "is_requested!",
               exists (select from follows where follower_id = $2 and following_id = $1) as "is_followed_by!",
               exists (select from mutes where muter_id = $1 and muted_id = $2
                                           and (muted_until is null or muted_until > $3)) as "is_muted!",
               exists (select from contacts where owner_id = $2 and person_id = $1) as "is_contact!",
               c.follower_count, c.following_count, c.post_count,
               array(select topic from user_topics where user_id = $2 and kind = 'skill' order by place) as "skills!",
               array(select topic from user_topics where user_id = $2 and kind = 'interest' order by place) as "interests!",
               array(select topic from user_topics where user_id = $2 and kind = 'subject' order by place) as "subjects!"
        from user_counts c where c.user_id = $2
        "#,
        viewer.0,
        person.0,
        now,
    )
    .fetch_one(connection)
    .await
}

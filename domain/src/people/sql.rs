//! Every statement about single people.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::{
    Audience, BusinessInfo, Person, PersonCard, PersonName, Phone, Role, Username,
    VerificationLevel,
};
use crate::UserId;

type Time = DateTime<Utc>;
type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) async fn person(connection: &mut PgConnection, user: UserId) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"
        select id as "id: UserId", username, email, email_verified_at is not null as "email_verified!",
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
              known as (insert into name_words (word, created_at) select word, $3 from unnest($2::text[]) as word
                        order by word on conflict (word) do update set created_at = excluded.created_at where false)
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
        select u.id as "id: UserId", u.username as "username: Username", u.display_name,
               u.first_name as "first_name: PersonName", u.last_name as "last_name: PersonName",
               u.full_name as "full_name: PersonName", u.profile_picture_url, u.bio, u.role as "role: Role",
               u.verification_level <> 'none' as "is_verified!",
               u.verification_level as "verification_level: VerificationLevel", u.is_private,
               exists (select from follows where follower_id = $1 and following_id = u.id) as "is_following!",
               exists (select from follow_requests where follower_id = $1 and following_id = u.id) as "is_requested!",
               exists (select from follows where follower_id = u.id and following_id = $1) as "is_followed_by!"
        from unnest($2::uuid[]) with ordinality as asked (id, place)
        join users u on u.id = asked.id
        where not is_hidden_from($1, u.id)
        order by asked.place
        "#,
        viewer.0,
        people,
    )
    .fetch_all(connection)
    .await
}

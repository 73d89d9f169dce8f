//! Text messages by Twilio's REST API, against a Twilio of our own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::config::Config;
use poem::http::{HeaderMap, StatusCode, Uri};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::Data;
use poem::{EndpointExt, Response, Route, Server, handler};
use serde_json::json;

use crate::harness::TestApp;

const PHONE: &str = "+4915123456789";

struct Asked {
    path: String,
    authorization: String,
    body: String,
}

/// What it was asked, and what it is to answer: status, Retry-After and Twilio's own code. Else 201.
#[derive(Default)]
struct Twilio {
    asked: Mutex<Vec<Asked>>,
    answers: Mutex<VecDeque<(u16, Option<&'static str>, u32)>>,
}

#[handler]
async fn answer(
    twilio: Data<&Arc<Twilio>>,
    uri: &Uri,
    headers: &HeaderMap,
    body: String,
) -> Response {
    let authorization = headers["authorization"].to_str().unwrap().to_owned();
    twilio.asked.lock().unwrap().push(Asked {
        path: uri.path().to_owned(),
        authorization,
        body: body.clone(),
    });
    let next = twilio.answers.lock().unwrap().pop_front();
    let (status, retry_after, code) = next.unwrap_or((201, None, 0));
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    // Twilio's words repeat what it was sent.
    let told = json!({"code": code, "message": format!("no: {body}"), "status": status});
    response.body(told.to_string())
}

async fn start(
    sender: (&str, &str),
    answers: &[(u16, Option<&'static str>, u32)],
) -> (TestApp, Arc<Twilio>) {
    let twilio = Arc::new(Twilio::default());
    twilio.answers.lock().unwrap().extend(answers);
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let address = acceptor.local_addr().remove(0);
    let port = address.as_socket_addr().unwrap().port();
    let routes = Route::new()
        .at("*", poem::post(answer))
        .data(twilio.clone());
    #[expect(
        clippy::disallowed_methods,
        reason = "a provider for the time of the test"
    )]
    let _server = tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
    let base = format!("http://127.0.0.1:{port}/");
    let app = TestApp::with(&[
        ("TWILIO_BASE_URL", &base),
        ("TWILIO_ACCOUNT_SID", "AC7"),
        ("TWILIO_AUTH_TOKEN", "token-of-tests"),
        ("MAIL_FROM", "The Women's House <no-reply@example.com>"),
        sender,
    ])
    .await;
    (app, twilio)
}

async fn send(app: &TestApp) {
    let body = json!({"phone": PHONE});
    app.anonymous().post("/auth/otp/send", body).await.data(202);
}

/// State, attempts and last error of the one job there is.
async fn job(app: &TestApp) -> (String, i16, String) {
    sqlx::query_as(
        "select state, attempt, coalesce(errors::text, '') from jobs where name = 'identity.send_code_text'",
    )
    .fetch_one(app.platform.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_text_goes_out_as_twilio_takes_it_and_its_code_signs_in() {
    let (app, twilio) = start(("TWILIO_FROM", "+15005550006"), &[]).await;
    send(&app).await;
    app.drain().await;
    assert!(app.texts().is_empty());
    let asked = twilio.asked.lock().unwrap().remove(0);
    assert_eq!(asked.path, "/2010-04-01/Accounts/AC7/Messages.json");
    let credentials = STANDARD.encode("AC7:token-of-tests");
    assert_eq!(asked.authorization, format!("Basic {credentials}"));
    let (head, text) = asked.body.split_once("&Body=").unwrap();
    assert_eq!(head, "To=%2B4915123456789&From=%2B15005550006");
    let (code, rest) = text.split_at(6);
    assert_eq!(
        rest,
        "+is+your+The+Women%27s+House+code.+Never+share+it%3A+nobody+from+The+Women%27s+House+will+ask+for+it."
    );
    let body = json!({"phone": PHONE, "code": code});
    let signed_in = app.anonymous().post("/auth/otp/verify", body).await;
    assert_eq!(signed_in.data(200)["phone"], PHONE);
}

#[tokio::test]
async fn a_messaging_service_takes_the_place_of_a_number() {
    let (app, twilio) = start(("TWILIO_MESSAGING_SERVICE_SID", "MG9"), &[]).await;
    send(&app).await;
    app.drain().await;
    let asked = twilio.asked.lock().unwrap().remove(0);
    assert!(
        asked.body.contains("&MessagingServiceSid=MG9&"),
        "{}",
        asked.body
    );
    assert!(!asked.body.contains("From="), "{}", asked.body);
}

#[tokio::test]
async fn a_provider_that_is_busy_or_away_is_asked_again_when_it_says_and_the_code_is_the_same() {
    let answers = [(429, Some("17"), 20429), (503, None, 0)];
    let (app, twilio) = start(("TWILIO_FROM", "+15005550006"), &answers).await;
    send(&app).await;
    app.drain().await;
    let (state, attempt, error) = job(&app).await;
    assert_eq!((state.as_str(), attempt), ("scheduled", 1));
    assert!(error.contains("Twilio answered 429"), "{error}");
    let due = "select round(extract(epoch from due_at - created_at))::bigint from jobs";
    assert_eq!(app.count(due).await, 17);

    for attempt in [2, 3] {
        app.clock.advance(Duration::from_secs(30));
        app.relay().await;
        app.drain().await;
        assert_eq!(twilio.asked.lock().unwrap().len(), attempt);
    }
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    let asked = twilio.asked.lock().unwrap();
    assert!(asked.iter().all(|again| again.body == asked[0].body));
}

#[tokio::test]
async fn a_code_that_expires_while_the_provider_is_away_is_not_sent_any_more() {
    let (app, twilio) = start(("TWILIO_FROM", "+15005550006"), &[(503, None, 0)]).await;
    send(&app).await;
    app.drain().await;
    app.clock.advance(Duration::from_secs(300));
    app.relay().await;
    app.drain().await;
    assert_eq!(twilio.asked.lock().unwrap().len(), 1);
    assert_eq!(outcome(&app).await, "discarded");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_asked_again() {
    let (app, _) = start(("TWILIO_FROM", "+15005550006"), &[]).await;
    let settings: Vec<(&str, &str)> = app
        .settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "TWILIO_BASE_URL")
        .chain([("TWILIO_BASE_URL", "http://127.0.0.1:1")])
        .collect();
    let app = TestApp::with(&settings[..]).await;
    send(&app).await;
    app.drain().await;
    let (state, _, error) = job(&app).await;
    assert_eq!(state, "scheduled");
    assert!(error.contains("no connection"), "{error}");
    assert!(!error.contains("AC7") && !error.contains(PHONE), "{error}");
}

#[tokio::test]
async fn a_number_that_no_text_reaches_is_let_go_of_and_a_refused_account_waits_for_an_operator() {
    let (app, twilio) = start(("TWILIO_FROM", "+15005550006"), &[(400, None, 21211)]).await;
    send(&app).await;
    app.drain().await;
    assert_eq!(twilio.asked.lock().unwrap().len(), 1);
    assert_eq!(outcome(&app).await, "discarded");
    assert_eq!(app.count("select count(*) from jobs").await, 0);

    app.clock.advance(Duration::from_secs(60));
    twilio.answers.lock().unwrap().push_back((401, None, 20003));
    send(&app).await;
    app.drain().await;
    let (state, attempt, error) = job(&app).await;
    assert_eq!((state.as_str(), attempt), ("dead", 1));
    assert!(error.contains("status 401, Twilio's code 20003"), "{error}");
    let body = &twilio.asked.lock().unwrap()[1].body;
    let (_, text) = body.split_once("&Body=").unwrap();
    assert!(!error.contains(&text[..6]), "{error} holds the code");
    assert!(!error.contains(&PHONE[1..]), "{error} holds the number");
}

async fn outcome(app: &TestApp) -> String {
    sqlx::query_scalar("select outcome from finished_jobs where name = 'identity.send_code_text'")
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

#[test]
fn half_of_the_settings_of_twilio_are_refused() {
    let read = |given: &[(&str, &str)]| {
        let settings = [
            ("DATABASE_URL", "postgres://localhost/commons"),
            ("REDIS_URL", "redis://localhost"),
            ("AUTH_KEYS", crate::harness::SIGNING_KEY),
        ];
        Config::read(&|name| {
            let all = settings.iter().chain(given);
            let mut found = all.filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    };
    let sid = ("TWILIO_ACCOUNT_SID", "AC7");
    let token = ("TWILIO_AUTH_TOKEN", "t");
    let from = ("TWILIO_FROM", "+15005550006");
    assert!(read(&[]).is_ok());
    assert!(read(&[sid, token, from]).is_ok());
    assert!(read(&[sid, token, ("TWILIO_MESSAGING_SERVICE_SID", "MG9")]).is_ok());
    for half in [&[sid][..], &[sid, token], &[sid, from], &[token, from]] {
        let problems = read(half).unwrap_err().to_string();
        assert!(problems.contains("TWILIO_ACCOUNT_SID"), "{problems}");
    }
}

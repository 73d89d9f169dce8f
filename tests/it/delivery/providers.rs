//! Providers of our own, on ports of their own: an FCM with its token endpoint, and a mail server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use poem::http::{HeaderMap, StatusCode};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::{Data, Form};
use poem::{EndpointExt, Response, Route, Server, handler};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::Notify;

/// What FCM is to answer: status, Retry-After, body. Status 0: nothing, for ever.
pub type Answer = (u16, Option<&'static str>, Value);

/// What it was asked, and what it is to answer; else 200.
#[derive(Default)]
pub struct Fcm {
    pub port: u16,
    pub pushes: Mutex<Vec<Value>>,
    pub bearers: Mutex<Vec<String>>,
    pub grants: Mutex<usize>,
    pub answers: Mutex<VecDeque<Answer>>,
    /// Of the token endpoint.
    pub grant_answers: Mutex<VecDeque<u16>>,
}

#[derive(Deserialize)]
struct Asked {
    grant_type: String,
    assertion: String,
}

#[handler]
async fn send(fcm: Data<&Arc<Fcm>>, headers: &HeaderMap, body: String) -> Response {
    let bearer = headers["authorization"].to_str().unwrap().to_owned();
    fcm.bearers.lock().unwrap().push(bearer);
    fcm.pushes
        .lock()
        .unwrap()
        .push(serde_json::from_str(&body).unwrap());
    let next = fcm.answers.lock().unwrap().pop_front();
    let (status, retry_after, body) =
        next.unwrap_or((200, None, json!({"name": "projects/campus/messages/1"})));
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    response.body(body.to_string())
}

/// Takes nothing but a statement that our key signed.
#[handler]
async fn grant(fcm: Data<&Arc<Fcm>>, Form(asked): Form<Asked>) -> Response {
    assert_eq!(
        asked.grant_type,
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    let (signed, signature) = asked.assertion.rsplit_once('.').unwrap();
    let key = RsaKeyPair::from_der(&pkcs1()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["iss"], "push@campus.example");
    assert_eq!(
        claims["aud"],
        format!("http://127.0.0.1:{}/token", fcm.port)
    );
    assert_eq!(
        claims["scope"],
        "https://www.googleapis.com/auth/firebase.messaging"
    );
    let number = {
        let mut grants = fcm.grants.lock().unwrap();
        *grants += 1;
        *grants
    };
    let status = fcm.grant_answers.lock().unwrap().pop_front().unwrap_or(200);
    let body = json!({"access_token": format!("access-{number}"), "expires_in": 3599, "token_type": "Bearer"});
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .body(body.to_string())
}

impl Fcm {
    pub async fn start(answers: &[Answer]) -> Arc<Self> {
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .unwrap();
        let address = acceptor.local_addr().remove(0);
        let fcm = Arc::new(Self {
            port: address.as_socket_addr().unwrap().port(),
            answers: Mutex::new(answers.iter().cloned().collect()),
            ..Self::default()
        });
        let routes = Route::new()
            .at("/v1/projects/campus/messages:send", poem::post(send))
            .at("/token", poem::post(grant))
            .data(fcm.clone());
        #[expect(
            clippy::disallowed_methods,
            reason = "a provider for the time of the test"
        )]
        let _server = tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
        fcm
    }

    pub fn settings(&self) -> [(&'static str, String); 2] {
        let account = json!({
            "type": "service_account",
            "project_id": "campus",
            "private_key_id": "k1",
            "private_key": format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                STANDARD.encode(pkcs8(&pkcs1()))
            ),
            "client_email": "push@campus.example",
            "token_uri": format!("http://127.0.0.1:{}/token", self.port),
        });
        [
            ("FCM_CREDENTIALS", account.to_string()),
            ("FCM_BASE_URL", format!("http://127.0.0.1:{}/", self.port)),
        ]
    }

    pub fn asked(&self) -> usize {
        self.pushes.lock().unwrap().len()
    }
}

/// FCM's own words for a failure.
pub fn fault(status: &str, code: &str) -> Value {
    json!({"error": {"code": 400, "message": "no: dead-phone", "status": status, "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code},
    ]}})
}

fn pkcs1() -> Vec<u8> {
    let text = include_str!("../harness/provider.rsa").replace('\n', "");
    STANDARD.decode(text).unwrap()
}

/// As Google hands keys out.
fn pkcs8(key: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 18] = [
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
        0x01, 0x05, 0x00,
    ];
    let long = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    };
    long(0x30, &[&HEAD[..], &long(0x04, key)].concat())
}

/// In the middle of a mail.
pub const HANGS_UP: &str = "";
/// Until it is told to, and then that it has taken the mail.
pub const SAYS_NOTHING: &str = "…";

/// A mail server that takes mails, or says of each what it was told to say when it has come.
pub struct Smtp {
    pub port: u16,
    pub mails: Arc<Mutex<Vec<String>>>,
    late: Arc<Notify>,
}

impl Smtp {
    pub async fn start(answers: &[&'static str]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Mutex<VecDeque<&'static str>>> =
            Arc::new(Mutex::new(answers.iter().copied().collect()));
        let (kept, late) = (mails.clone(), Arc::new(Notify::new()));
        let told = late.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "a mail server for the time of the test"
        )]
        let _server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serve(stream, kept.clone(), answers.clone(), told.clone());
                let _session = tokio::spawn(serving);
            }
        });
        Self { port, mails, late }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it has not said it says now.
    pub fn speaks(&self) {
        self.late.notify_one();
    }

    pub fn taken(&self) -> usize {
        self.mails.lock().unwrap().len()
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    mails: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    late: Arc<Notify>,
) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 campus ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        if verb != "DATA" {
            let said: &[u8] = match verb.as_str() {
                "QUIT" => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            writing.write_all(said).await?;
            continue;
        }
        writing.write_all(b"354 go on\r\n").await?;
        let mut mail = String::new();
        while let Some(line) = lines.next_line().await? {
            if line == "." {
                break;
            }
            mail.push_str(&line);
            mail.push_str("\r\n");
        }
        let answer = answers.lock().unwrap().pop_front().unwrap_or("250 taken");
        if answer == HANGS_UP {
            return Ok(());
        }
        if answer == SAYS_NOTHING {
            late.notified().await;
            writing.write_all(b"250 taken after all\r\n").await?;
            continue;
        }
        if answer.starts_with('2') {
            mails.lock().unwrap().push(mail);
        }
        writing
            .write_all(format!("{answer}\r\n").as_bytes())
            .await?;
    }
    Ok(())
}

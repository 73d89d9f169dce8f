//! A bucket: a server that speaks S3 and checks every signature, and can be told to be away.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::{TcpListener, TcpStream};

const NAME: &str = "files";
const ACCESS: &str = "access";
const SECRET: &str = "a-secret-of-the-bucket";

pub struct Bucket {
    pub endpoint: String,
    folder: PathBuf,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    is_away: AtomicBool,
    /// Requests that were told so.
    refused: AtomicUsize,
}

impl Bucket {
    pub async fn start() -> Self {
        let name = platform::new_id(&platform::Clock::system()).to_string();
        let folder = std::env::temp_dir().join("commons-buckets").join(name);
        std::fs::create_dir_all(folder.join(NAME)).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&folder).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        #[expect(clippy::disallowed_methods, reason = "ends with the test")]
        tokio::spawn(serve(listener, builder.build(), state.clone()));
        Self {
            endpoint,
            folder,
            state,
        }
    }

    /// What a Commons needs to keep its files here.
    pub fn settings(&self) -> [(&str, &str); 4] {
        [
            ("STORAGE_S3_BUCKET", NAME),
            ("STORAGE_S3_ENDPOINT", &self.endpoint),
            ("STORAGE_S3_ACCESS_KEY", ACCESS),
            ("STORAGE_S3_SECRET_KEY", SECRET),
        ]
    }

    /// From now on everything is answered 503, as a store does that has too much to do.
    pub fn go_away(&self) {
        self.state.is_away.store(true, Ordering::SeqCst);
    }

    pub fn come_back(&self) {
        self.state.is_away.store(false, Ordering::SeqCst);
    }

    pub fn refused(&self) -> usize {
        self.state.refused.load(Ordering::SeqCst)
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn serve(listener: TcpListener, bucket: S3Service, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        #[expect(clippy::disallowed_methods, reason = "ends with the test")]
        tokio::spawn(connection(stream, bucket.clone(), state.clone()));
    }
}

async fn connection(stream: TcpStream, bucket: S3Service, state: Arc<State>) {
    let answer = service_fn(|request: Request<Incoming>| {
        let (bucket, state) = (bucket.clone(), state.clone());
        async move {
            if state.is_away.load(Ordering::SeqCst) {
                state.refused.fetch_add(1, Ordering::SeqCst);
                return Ok(away());
            }
            bucket.call(request.map(s3s::Body::from)).await
        }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}

fn away() -> Response<s3s::Body> {
    let told = "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
    let mut response = Response::new(s3s::Body::from(told.to_owned()));
    *response.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
    response
}

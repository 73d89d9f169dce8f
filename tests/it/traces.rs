//! One trace from a request through the ledger to its job, as a collector sees it.

use std::sync::{Arc, Mutex};

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::Data;
use poem::{EndpointExt, Route, Server, handler, post};

use crate::harness::TestApp;
use crate::harness::fleet::Member;

type Received = Arc<Mutex<Vec<Vec<u8>>>>;

#[handler]
async fn collect(received: Data<&Received>, body: Vec<u8>) {
    received.lock().unwrap().push(body);
}

#[tokio::test]
async fn a_request_and_the_job_it_causes_are_one_trace() {
    let received = Received::default();
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let address = acceptor.local_addr().remove(0);
    let port = address.as_socket_addr().unwrap().port();
    let routes = Route::new()
        .at("/v1/traces", post(collect))
        .data(received.clone());
    #[expect(
        clippy::disallowed_methods,
        reason = "a collector for the time of the test"
    )]
    let collector = tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));

    let endpoint = format!("http://127.0.0.1:{port}");
    let app = TestApp::in_real_time(&[("OTLP_ENDPOINT", &endpoint), ("LOG", "info")]).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let role = format!("registers_traced 00-{trace}-00f067aa0ba902b7-01");
    assert_eq!(Member::start(&role, &app.settings).end().await, Some(0));
    collector.abort();

    let spans: Vec<(String, String)> = received
        .lock()
        .unwrap()
        .iter()
        .flat_map(|body| spans(body))
        .collect();
    let of_trace: Vec<&str> = spans
        .iter()
        .filter(|(id, _)| id == trace)
        .map(|(_, name)| name.as_str())
        .collect();
    assert!(
        of_trace.contains(&"POST /api/v1/auth/register"),
        "{spans:?}"
    );
    assert!(
        of_trace.contains(&"identity.send_verification_mail"),
        "{spans:?}"
    );
}

/// Trace id and name of every span of an ExportTraceServiceRequest: resource_spans (1) > scope_spans (2) > spans (2),
/// whose trace_id is field 1 and name field 5.
fn spans(request: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for resource in fields(request, 1) {
        for scope in fields(resource, 2) {
            for span in fields(scope, 2) {
                let id = fields(span, 1)
                    .first()
                    .map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect());
                let name = fields(span, 5)
                    .first()
                    .map(|name| String::from_utf8_lossy(name).into_owned());
                found.extend(id.zip(name));
            }
        }
    }
    found
}

/// The length-delimited fields of a protobuf message that have this number.
fn fields(mut message: &[u8], number: u64) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let length = match tag & 7 {
            0 => {
                varint(&mut message);
                continue;
            }
            1 => 8,
            5 => 4,
            _ => usize::try_from(varint(&mut message)).unwrap(),
        };
        let (field, rest) = message.split_at(length);
        if tag >> 3 == number && tag & 7 == 2 {
            found.push(field);
        }
        message = rest;
    }
    found
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = message[0];
        *message = &message[1..];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

//! Codes on paper, for when the authenticator is lost.

use serde_json::json;

use crate::harness::{TestApp, owner, sheet, verify};

#[tokio::test]
async fn a_recovery_code_lets_in_once_and_is_told_by_mail() {
    let app = TestApp::start().await;
    let alice = owner(&app, "alice").await;
    app.prove_addresses().await;
    app.drain().await;
    let (first, second) = (alice.challenge(&app).await, alice.challenge(&app).await);
    let typed = alice.sheet[0].to_uppercase().replace('-', " ");
    let (one, other) = tokio::join!(
        verify(&app, &first, "recovery_code", &typed),
        verify(&app, &second, "recovery_code", &alice.sheet[0])
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert_eq!(alice.left().await, 9);
    app.drain().await;
    let mails = app.mails();
    let told = mails.last().unwrap().replace("=\r\n", "");
    assert!(told.contains("Subject: A recovery code was used"));
    assert!(told.contains("9 are left"), "{told}");
    assert!(!told.contains(&alice.sheet[0]));
}

#[tokio::test]
async fn new_recovery_codes_take_a_code_and_void_those_of_before() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = owner(&app, "alice").await;
    let renew = async |code: String| {
        let body = json!({"code": code});
        alice
            .client
            .post("/auth/two-factor/recovery-codes", body)
            .await
    };
    let refused = renew(alice.authenticator.wrong()).await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(refused.json()["errors"][0]["code"], "second_factor_wrong");
    let sheet = sheet(&renew(alice.authenticator.code()).await.data(200));
    assert_eq!((sheet.len(), alice.left().await), (10, 10));
    let challenge = alice.challenge(&app).await;
    let old = verify(&app, &challenge, "recovery_code", &alice.sheet[0]).await;
    assert_eq!(old.problem(401), "second_factor_wrong");
    verify(&app, &challenge, "recovery_code", &sheet[0])
        .await
        .data(200);
    let bob = app.person("bob").await;
    let body = json!({"code": "000000"});
    let off = bob.post("/auth/two-factor/recovery-codes", body).await;
    assert_eq!(off.problem(409), "two_factor_off");
}

//! The vendor's status page, which is a stranger: asked without the token, and not followed anywhere.

use std::time::Duration;

use serde_json::json;
use trunkline::model::vendor::VendorState;

use crate::common::server::{Seen, Server, answer, answer_with};

const PATH: &str = "/api/v2/summary.json";

#[tokio::test]
async fn the_page_sees_neither_a_token_nor_a_sign_in() {
    let page = json!({"status": {"indicator": "minor", "description": "x"}}).to_string();
    let server = Server::granting(move |_: &Seen, _| answer(200, &page)).await;
    let client = server.client();
    let url = server.url().parse().unwrap();
    let report = client.vendor_status(&url).await.unwrap();
    assert_eq!(report.state, VendorState::Degraded);
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "nobody signed in: {seen:?}");
    assert_eq!(
        (seen[0].path.as_str(), seen[0].verb.as_str()),
        (PATH, "GET")
    );
    assert!(!seen[0].headers.contains_key("authorization"));
    assert_eq!(client.budget().used, 0);
}

#[tokio::test]
async fn what_a_page_cannot_be_is_told_and_led_nowhere() {
    let elsewhere = Server::granting(|_: &Seen, _| answer(200, "{}")).await;
    let to = format!("{}{PATH}", elsewhere.url());
    let server = Server::granting(move |seen: &Seen, _| match seen.path.as_str() {
        "/moved/api/v2/summary.json" => answer_with(302, ("location", &to), ""),
        "/busy/api/v2/summary.json" => answer_with(429, ("retry-after", "50"), "{}"),
        "/large/api/v2/summary.json" => answer(200, &format!("[{}]", " ".repeat(9 << 20))),
        "/page/api/v2/summary.json" => answer(200, "<html><title>Sign in</title></html>"),
        _ => answer(200, r#"{"hello": "\u001b[2J"}"#),
    })
    .await;
    let client = server.client();
    let at = |path: &str| format!("{}/{path}", server.url()).parse().unwrap();
    let mut said = Vec::new();
    for path in ["moved", "large", "page", "other"] {
        let error = client.vendor_status(&at(path)).await.unwrap_err();
        said.push(error.problem().text.to_string());
    }
    assert!(said[0].contains("302"), "{said:?}");
    assert!(said[1].contains("larger than"), "{said:?}");
    assert!(said[2].contains("Sign in"), "{said:?}");
    assert!(
        said[3].contains("status page") && !said[3].contains('\x1b'),
        "{said:?}"
    );
    assert_eq!(elsewhere.seen().len(), 0);
    let busy = client.vendor_status(&at("busy")).await.unwrap_err();
    assert_eq!(busy.retry_after(), Some(Duration::from_secs(50)));
}

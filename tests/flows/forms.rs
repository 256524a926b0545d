//! Forms over the real thing: filled in, checked, reviewed, sent and followed by keys alone.

use trunkline::model::flow::Outcome;

use super::crew::{Crew, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_provisioned_by_keyboard() {
    let mut crew = Crew::start(options(3)).await;
    crew.until_live().await;
    crew.press(&["n"]).await;
    crew.type_in("edge-berlin-01").await;
    crew.until_shown("ok ").await;
    crew.press(&["Ctrl-s"]).await;
    let review = crew.screen();
    assert!(review.contains("POST https://"), "{review}");
    assert!(review.contains("Bearer ••••••"), "{review}");
    assert!(
        !review.lines().any(|line| line.trim() == "warnings"),
        "the server has answered: {review}"
    );
    crew.press(&["Enter"]).await;
    crew.until("the end of the job", |app| {
        app.store.flows.newest_first().any(|flow| !flow.runs())
    })
    .await;
    let end = crew
        .app()
        .store
        .flows
        .newest_first()
        .next()
        .and_then(|flow| flow.end.clone());
    assert!(matches!(end, Some((Outcome::Done(_), _))), "{end:?}");
    crew.until_shown("done: created edge-berlin-01").await;
    let sent = crew.org.requests().await;
    let submits = sent.iter().filter(|request| {
        request["verb"] == "POST"
            && request["path"]
                .as_str()
                .is_some_and(|p| p.ends_with("/web-rtc/provision"))
    });
    assert_eq!(submits.count(), 1);
    crew.press(&["Esc", ":"]).await;
    crew.type_in("history").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("sent earlier").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("provision a WebRTC endpoint  edge-berlin-01")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_comes_back_from_the_disk() {
    let mut crew = Crew::start(options(1)).await;
    crew.until_live().await;
    crew.press(&["n"]).await;
    crew.type_in("half-an-edge").await;
    crew.press(&["Esc", ":"]).await;
    crew.type_in("drafts").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("Enter resume").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("provision a WebRTC endpoint  half-an-edge")
        .await;
}

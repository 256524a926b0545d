//! A webhook by keyboard: registered, tried, removed, and each of it undone.

use serde_json::Value;

use crate::crew::{Crew, options};

async fn listed(crew: &Crew) -> Vec<Value> {
    let kit = crew.kit().await;
    let urgency = trunkline::cloud::Urgency::Reread;
    let (all, _) = trunkline::flow::webhook::all(&kit, urgency).await.unwrap();
    let names = all.iter().map(|one| one.name.raw().into());
    names.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_registered_tried_and_removed_and_each_is_undone_with_one_key() {
    let mut crew = Crew::start(options(1)).await;
    crew.until_live().await;
    crew.command("webhooks").await;
    crew.until_shown("nobody is notified of ends of jobs").await;
    let uri = crew.destination("healthy");
    crew.press(&["n", "Tab"]).await;
    crew.type_in("noc").await;
    crew.press(&["Tab"]).await;
    crew.type_in(&uri).await;
    crew.press(&["Ctrl-s"]).await;
    crew.until_shown("POST https://").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("registered as").await;
    crew.press(&["Esc"]).await;
    crew.until_shown("reachable").await;
    assert_eq!(listed(&crew).await, ["noc"]);

    crew.press(&["P"]).await;
    crew.until_shown("no part in it").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("accepts deliveries").await;
    crew.press(&["Esc"]).await;

    // The test cannot be undone; the registration before it can.
    crew.press(&["d"]).await;
    crew.until_shown("DELETE https://").await;
    crew.type_in("noc").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("is removed").await;
    crew.press(&["Esc"]).await;
    assert!(listed(&crew).await.is_empty());

    crew.press(&["u"]).await;
    crew.until_shown("Undoes: webhook jobs remove noc").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("registered as").await;
    crew.press(&["Esc"]).await;
    assert_eq!(listed(&crew).await, ["noc"]);

    crew.press(&["u"]).await;
    crew.until_shown("Undoes: webhook jobs noc").await;
    crew.type_in("noc").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("is removed").await;
    assert!(listed(&crew).await.is_empty());
}

//! An organisation that answers as a test says: waits that it asks for, and no list of routes.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use trunkline::flow::route::Ending;
use trunkline::model::flow::Outcome;

use crate::common::server::{Answer, Seen, Server, answer, answer_with, token};
use crate::rig::{Rig, Told};

const PATH: &str = "/api/v2/outbound/integrations";

/// Takes whatever is posted after `before_post` refused it, and has no list.
async fn server(before_post: fn(usize) -> Option<Answer>) -> Server {
    let made = std::sync::Mutex::new(None::<Value>);
    let posts = std::sync::atomic::AtomicUsize::new(0);
    Server::plain(
        move |seen: &Seen, before| match (seen.verb.as_str(), seen.path.as_str()) {
            (_, "/oauth/token") => token(before),
            ("POST", PATH) => before_post(posts.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                .unwrap_or_else(|| {
                    let mut body: Value = serde_json::from_str(&seen.body).unwrap();
                    body["id"] = json!("made-1");
                    *made.lock().unwrap() = Some(body.clone());
                    answer(201, &body.to_string())
                }),
            ("GET", PATH) => answer(405, ""),
            ("GET", "/api/v2/outbound/integrations/made-1") => match &*made.lock().unwrap() {
                Some(body) => answer(200, &body.to_string()),
                None => answer(404, ""),
            },
            _ => answer(404, ""),
        },
    )
    .await
}

async fn against(server: &Server) -> Rig {
    let url = format!("{}/", server.url()).parse().unwrap();
    Rig::with(|profile| profile.base_url = url).await
}

fn waits(told: &Told) -> Vec<String> {
    let notes = told.news().into_iter().filter_map(|news| match news {
        trunkline::flow::FlowNews::Step { step, .. } if step.name == "submit" => {
            Some(step.note.to_string())
        }
        _ => None,
    });
    notes.filter(|note| note.contains("again in")).collect()
}

#[tokio::test]
async fn a_429_is_waited_for_whether_it_names_seconds_or_a_date() {
    let server = server(|before| match before {
        0 => Some(answer_with(429, ("retry-after", "1"), "")),
        1 => {
            let at = SystemTime::now() + Duration::from_secs(2);
            Some(answer_with(
                429,
                ("retry-after", &httpdate::fmt_http_date(at)),
                "",
            ))
        }
        _ => None,
    })
    .await;
    let rig = against(&server).await;
    let (outcome, told) = rig.deploy(rig.route("patient")).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let waits = waits(&told);
    assert_eq!(waits.len(), 2, "{waits:?}");
    assert_eq!(waits[0], "HTTP 429; again in 1.0 s");
    // A date has whole seconds, and time has gone by since it was written.
    let seconds: f64 = waits[1].split_whitespace().nth(4).unwrap().parse().unwrap();
    assert!((0.0..=2.0).contains(&seconds), "{waits:?}");
    let posts = server
        .seen()
        .into_iter()
        .filter(|seen| seen.verb == "POST" && seen.path == PATH);
    let attempts: Vec<String> = posts
        .map(|seen| seen.header("x-trunkline-attempt").to_owned())
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
}

#[tokio::test]
async fn after_three_attempts_it_is_refused_and_a_503_is_not_tried_again() {
    for (status, attempts) in [(429, 3), (503, 1)] {
        let server = match status {
            429 => server(|_| Some(answer_with(429, ("retry-after", "0"), ""))).await,
            _ => server(|_| Some(answer(503, ""))).await,
        };
        let rig = against(&server).await;
        let (outcome, told) = rig.deploy(rig.route("refused")).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome}");
        assert!(matches!(told.ending(), Ending::Failed(_)));
        let posts = server
            .seen()
            .iter()
            .filter(|seen| seen.verb == "POST" && seen.path == PATH)
            .count();
        assert_eq!(posts, attempts, "{status}");
    }
}

#[tokio::test]
async fn without_a_list_a_route_is_found_among_those_deployed_from_here() {
    let server = server(|_| None).await;
    let rig = against(&server).await;
    let (first, _) = rig.deploy(rig.route("ours")).await;
    assert!(matches!(first, Outcome::Done(_)), "{first}");
    let (_, told) = rig.deploy(rig.route("ours")).await;
    assert!(matches!(told.ending(), Ending::Unchanged(known) if known.id.raw() == "made-1"));
    let all = trunkline::flow::route::all(&rig.kit).await.unwrap();
    assert!(!all.listed && all.routes.len() == 1);
}

#[tokio::test]
async fn what_is_read_back_must_be_what_was_sent() {
    let server =
        Server::plain(
            |seen: &Seen, before| match (seen.verb.as_str(), seen.path.as_str()) {
                (_, "/oauth/token") => token(before),
                ("POST", PATH) => {
                    let mut body: Value = serde_json::from_str(&seen.body).unwrap();
                    body["id"] = json!("made-1");
                    answer(201, &body.to_string())
                }
                ("GET", PATH) => answer(200, r#"{"entities":[]}"#),
                _ => answer(
                    200,
                    r#"{"id":"made-1","name":"other","uri":"https://other.example/"}"#,
                ),
            },
        )
        .await;
    let rig = against(&server).await;
    let (outcome, _) = rig.deploy(rig.route("altered")).await;
    let Outcome::Unknown { why, .. } = &outcome else {
        panic!("{outcome}");
    };
    assert!(why.raw().contains("~ name: altered -> other"), "{why}");
    assert!(!why.raw().contains("hunter2"));
}

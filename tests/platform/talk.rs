//! Conversations: what the query lists and what a read tells is what the organisation has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use trunkline::cloud::Urgency;
use trunkline::feed::{self, Mailbox, Plan};
use trunkline::flow::consult::{Consult, Deed};
use trunkline::flow::transfer::Patience;
use trunkline::flow::{self, Kit, Order};
use trunkline::model::InteractionId;
use trunkline::model::audit::LineStatus;
use trunkline::model::flow::Outcome;
use trunkline::model::interaction::{Interaction, SpeakTo, Standing};
use trunkline::model::transfer::Destination;
use trunkline::vocabulary::news::News as Told;

use super::rig::{Rig, options, sign_in};
use super::watch::plan;
use crate::common::ground::{Ground, faulty};
use crate::common::ran::run;

/// The interactions of the organisation that are under way, by id: their state and who is in them.
async fn there(rig: &Rig) -> BTreeMap<String, (String, Vec<String>)> {
    let all = rig.control.get("/_org/interactions").await;
    let live = |one: &&Value| matches!(one["state"].as_str(), Some("active" | "queued"));
    let all = all["interactions"].as_array().unwrap().iter().filter(live);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|one| {
        let who = one["participants"].as_array().unwrap().iter();
        let mut names: Vec<String> = who
            .filter(|who| who["purpose"] != "queue")
            .map(|who| text(&who["name"]))
            .collect();
        names.sort();
        (text(&one["id"]), (text(&one["state"]), names))
    })
    .collect()
}

fn shown(one: &Interaction) -> (String, (String, Vec<String>)) {
    let here = one.participants.iter().filter(|who| who.here());
    let mut names: Vec<String> = here
        .filter(|who| !who.queues())
        .map(|who| who.name.raw().to_owned())
        .collect();
    names.sort();
    (
        one.id.raw().to_owned(),
        (one.standing.word().to_owned(), names),
    )
}

#[tokio::test]
async fn the_list_is_what_the_organisation_has_and_each_read_says_the_same() {
    let rig = Rig::start(options(40)).await;
    let there = there(&rig).await;
    let listing = rig.client.interactions(Urgency::Reread).await.unwrap();
    assert_eq!((listing.faults.len(), listing.left_out), (0, 0));
    let listed: BTreeMap<_, _> = listing.interactions.iter().map(shown).collect();
    assert_eq!(listed, there);
    for one in &listing.interactions {
        let read = rig.client.interaction(&one.id).await.unwrap();
        assert_eq!(shown(&read), shown(one));
        assert_eq!(
            (&read.queue, &read.media),
            (&one.queue, &one.media),
            "{}",
            one.id
        );
        let bearer = |one: &Interaction| one.bearer().map(|who| who.id.clone());
        assert_eq!(bearer(&read), bearer(one), "{}", one.id);
        assert!(bearer(one).is_some(), "{one:?}");
    }
    let missing = rig.client.interaction(&"nobody".into()).await.unwrap_err();
    assert_eq!(missing.status(), Some(404));
}

#[tokio::test]
async fn a_thousand_are_read_and_the_rest_is_counted() {
    let rig = Rig::start(options(40)).await;
    let more = json!({"count": 1_100});
    rig.control.post("/_org/interactions", &more).await;
    let listing = rig.client.interactions(Urgency::Reread).await.unwrap();
    // Ten pages, and the names of the agents.
    assert_eq!(listing.more_requests, 10);
    let agents = listing
        .interactions
        .iter()
        .flat_map(|one| &one.participants);
    let mut agents = agents.filter(|one| !one.user.is_empty());
    assert!(
        agents.all(|one| !one.name.is_empty()),
        "told by ids, shown by names"
    );
    // The newest first; callbacks are conversations too, and none of ours.
    assert!(listing.left_out >= 116, "{}", listing.left_out);
    assert!(listing.interactions.len() <= 1_000);
}

/// An organisation, and what a flow on it works with.
struct Desk {
    ground: Ground,
    kit: Kit,
}

impl Desk {
    async fn start(faults: &[&str]) -> Self {
        let faults = [&["transfer-ms=5"], faults].concat();
        let ground = Ground::start(faulty(40, "platform", &faults)).await;
        let mut kit = ground.kit().await;
        kit.patience = Patience {
            first: Duration::from_millis(10),
            most: Duration::from_millis(100),
            all: Duration::from_secs(20),
        };
        Self { ground, kit }
    }

    async fn sign_in(&self) {
        sign_in(&self.kit.client, &self.ground.control, "u-1").await;
    }

    /// A call that an agent has.
    async fn call(&self) -> Interaction {
        let listing = self.kit.client.interactions(Urgency::Reread).await.unwrap();
        let mut calls = listing.interactions.into_iter();
        let wanted = |one: &Interaction| {
            one.standing == Standing::Active && one.media.raw() == "voice" && !one.queue.is_empty()
        };
        calls.find(wanted).unwrap()
    }

    async fn read(&self, id: &InteractionId) -> Interaction {
        self.kit.client.interaction(id).await.unwrap()
    }

    /// Does something to a conversation as it is now.
    async fn does(&self, id: &InteractionId, deed: Deed) -> Outcome {
        let consult = Consult::of(&self.read(id).await, deed).unwrap();
        self.carry_out(consult).await
    }

    async fn carry_out(&self, consult: Consult) -> Outcome {
        let order = Order::Consult(Box::new(consult));
        run(&self.kit, order).await.outcome
    }

    /// What is on record, as action and status.
    fn audit(&self) -> Vec<(String, LineStatus)> {
        let record = |record: trunkline::model::audit::Record| {
            // Only people announce calls: each step names whoever did it, and what nobody was let do has nobody to name.
            let person = record.extra.get("personId").and_then(|id| id.as_str());
            let expected = (record.status != LineStatus::Refused).then_some("u-1");
            assert_eq!(person, expected, "{record:?}");
            assert_ne!(record.operator.raw(), "u-1");
            (record.action.raw().to_owned(), record.status)
        };
        self.ground.audit().into_iter().map(record).collect()
    }
}

fn start(user: &str) -> Deed {
    let to = Destination::parse(&format!("genesys://user/{user}")).unwrap();
    Deed::Start(to, SpeakTo::Destination)
}

fn done(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(words) => words.to_string(),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_announced_and_every_step_shows_in_the_conversation() {
    let desk = Desk::start(&[]).await;
    let one = desk.call().await;
    let refused = desk.does(&one.id, start("u-39")).await;
    assert!(
        matches!(&refused, Outcome::Refused(why) if why.raw().contains("needs a user sign-in")),
        "{refused}"
    );
    let statuses: Vec<LineStatus> = desk.audit().into_iter().map(|line| line.1).collect();
    assert_eq!(
        statuses,
        [LineStatus::Refused],
        "it is said before it is tried"
    );

    desk.sign_in().await;
    let words = done(&desk.does(&one.id, start("u-39")).await);
    assert!(words.ends_with("caller held"), "{words}");
    let agent = one.bearer().unwrap().user.clone();
    let now = desk.read(&one.id).await;
    let consult = now.consult().unwrap();
    assert_eq!(consult.agent.user, agent);
    assert_eq!(consult.destination.user.raw(), "u-39");
    assert_eq!(consult.speaks(), Some(SpeakTo::Destination));

    done(&desk.does(&one.id, Deed::Speak(SpeakTo::Caller)).await);
    let now = desk.read(&one.id).await;
    assert_eq!(now.consult().unwrap().speaks(), Some(SpeakTo::Caller));

    let words = done(&desk.does(&one.id, Deed::Cancel).await);
    assert!(words.contains("has the caller again"), "{words}");
    assert_eq!(desk.read(&one.id).await.bearer().unwrap().user, agent);

    done(&desk.does(&one.id, start("u-39")).await);
    let words = done(&desk.does(&one.id, Deed::Complete).await);
    assert!(words.ends_with("has the call"), "{words}");
    let now = desk.read(&one.id).await;
    assert_eq!(now.bearer().unwrap().user.raw(), "u-39");
    assert_eq!(now.consult(), None);

    let tried = desk.audit().split_off(1);
    let kinds: Vec<String> = tried.iter().map(|(action, _)| action.clone()).collect();
    let wanted = ["start", "speak-to", "cancel", "start", "complete"];
    let wanted = wanted.map(|word| [format!("consult.{word}"), format!("consult.{word}")]);
    assert_eq!(kinds, wanted.concat());
    let went = |status: &LineStatus| matches!(status, LineStatus::Intent | LineStatus::Ok);
    assert!(tried.iter().all(|(_, status)| went(status)), "{tried:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_does_not_answer_leaves_the_caller_with_the_agent() {
    let desk = Desk::start(&[]).await;
    desk.sign_in().await;
    let one = desk.call().await;
    let outcome = desk.does(&one.id, start("deaf-x")).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.raw().contains("did not answer")),
        "{outcome}"
    );
    assert_eq!(desk.read(&one.id).await.consult(), None);
    // What was reviewed is no more: somebody else has the call by then.
    let stale = Consult::of(&one, start("u-38")).unwrap();
    done(&desk.does(&one.id, start("u-39")).await);
    done(&desk.does(&one.id, Deed::Complete).await);
    let outcome = desk.carry_out(stale).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.raw().contains("changed hands")),
        "{outcome}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_moves_is_told_by_the_topic_of_its_queue() {
    let desk = Desk::start(&[]).await;
    let mailbox = Mailbox::new(4_096);
    let plan = Plan {
        users: Some(Vec::new()),
        poll: Duration::from_secs(60),
        callbacks: true,
        status_page: None,
        ..plan(2)
    };
    let _feeds = feed::start_with(
        desk.kit.client.clone(),
        plan,
        Arc::clone(&mailbox),
        feed::Timing::default(),
    );
    let mut heard = Vec::new();
    let moved = |news: &Told| matches!(news, Told::InteractionsMoved);
    while !heard.iter().any(moved) {
        mailbox.ready().await;
        mailbox.drain(512, &mut heard);
    }
    let one = desk.call().await;
    let handover = trunkline::model::transfer::Handover {
        interaction_id: one.id.raw().to_owned(),
        destination_uri: "genesys://user/u-39".to_owned(),
    };
    let replace = flow::transfer::Replace::of(handover, &one).unwrap();
    let order = Order::Transfer(Box::new(flow::transfer::Transfers {
        moves: vec![flow::transfer::Move::Replace(replace)],
        stop_on_failure: false,
    }));
    done(&run(&desk.kit, order).await.outcome);
    let arrived = |news: &Told| match news {
        Told::Interaction(told) => {
            told.id == one.id && told.bearer().is_some_and(|who| who.user.raw() == "u-39")
        }
        _ => false,
    };
    while !heard.iter().any(arrived) {
        mailbox.ready().await;
        mailbox.drain(512, &mut heard);
    }
}

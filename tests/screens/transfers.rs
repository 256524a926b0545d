//! Transfers: interactions above, what was made of them below, the forms, and what leads from one to the other.

use trunkline::app::event::{Done, Event};
use trunkline::app::transfers::{ListedInteractions, Unlisted};
use trunkline::cloud::{InteractionListing, direct};
use trunkline::effect::Effect;
use trunkline::flow::transfer::Move;
use trunkline::flow::{FlowNews, Order};
use trunkline::model::flow::FlowId;
use trunkline::model::interaction::Interaction;
use trunkline::model::transfer::made::{Asked, Callback, End, Happening, TransferId};
use trunkline::model::transfer::{Destination, Limits, Request};

use super::stage::Stage;

fn interaction(id: &str, state: &str, name: &str) -> Interaction {
    let body = serde_json::json!({
        "id": id, "state": state, "mediaType": "voice", "queueId": "queue_12345",
        "started": "2026-06-15T13:58:00Z",
        "participants": [{"purpose": "customer", "name": name, "address": "tel:+14155550199"}],
    });
    direct::interaction(body.to_string().as_bytes()).unwrap()
}

fn listed(stage: &mut Stage, listed: ListedInteractions) {
    stage.happen(Event::Done(Done::Interactions(Box::new(listed))));
}

fn estate() -> InteractionListing {
    InteractionListing {
        interactions: vec![
            interaction("interaction-1", "active", "Ana Petrova"),
            interaction("interaction-2", "queued", "佐藤 花子"),
            interaction("interaction-3", "active", "Eve\u{1b}[2J"),
        ],
        ..InteractionListing::default()
    }
}

/// A transfer with its course, ended so.
fn made(stage: &mut Stage, number: usize, to: &str, end: Option<(End, u64)>) {
    let id = TransferId {
        flow: FlowId(7),
        number,
    };
    let request = Request {
        interaction_id: format!("interaction-{}", number + 1),
        destination_uri: to.into(),
        ..Request::blank(&Limits::default())
    };
    let asked = Asked {
        destination: Destination::parse(to).unwrap(),
        operator: "noc".into(),
        request: request.into(),
    };
    let known = stage
        .app
        .store
        .transfers
        .interaction(&asked.request.interaction().into());
    let before = known
        .cloned()
        .unwrap_or_else(|| interaction(asked.request.interaction(), "active", "Bob Osei"));
    let mut course = vec![
        Happening::Asked(Box::new(asked)),
        Happening::Checking,
        Happening::Checked(Box::new(before)),
        Happening::Linked {
            security: "TLS 1.3 TLS13_AES_128_GCM_SHA256".into(),
            ping_us: 1_200,
        },
        Happening::Sent {
            frame: "f-1".into(),
            text: r#"{"type":"interaction.transfer","id":"f-1"}"#.into(),
        },
    ];
    if let Some((end, us)) = end {
        let latency_us = (us > 0).then_some(us);
        course.push(Happening::Ended { end, latency_us });
    }
    for happening in course {
        let news = FlowNews::Transfer(id, Box::new(happening));
        stage.happen(Event::Done(Done::Flow(FlowId(7), Box::new(news))));
    }
}

/// A further frame of a transfer goes out.
pub fn sent(stage: &mut Stage, number: usize, text: &str) {
    let id = TransferId {
        flow: FlowId(7),
        number,
    };
    let sent = Happening::Sent {
        frame: "f-2".into(),
        text: text.into(),
    };
    let news = FlowNews::Transfer(id, Box::new(sent));
    stage.happen(Event::Done(Done::Flow(FlowId(7), Box::new(news))));
}

pub fn populated() -> Stage {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["3"]);
    listed(&mut stage, Ok(estate()));
    let done = |codec: &str| End::Transferred {
        codec: Some(codec.into()),
        by_reading: false,
    };
    made(
        &mut stage,
        0,
        "genesys://user/ana",
        Some((done("opus"), 21_000)),
    );
    made(
        &mut stage,
        1,
        "tel:+14155550199",
        Some((done("pcmu"), 340_000)),
    );
    let untold = Callback::Failed("media.example.com answered HTTP 500.".into());
    let told = TransferId {
        flow: FlowId(7),
        number: 1,
    };
    let news = FlowNews::Transfer(told, Box::new(Happening::Callback(untold)));
    stage.happen(Event::Done(Done::Flow(FlowId(7), Box::new(news))));
    let silent =
        End::TimedOut("no answer came within 10 s, and the interaction has not moved".into());
    made(&mut stage, 2, "genesys://queue/q-2", Some((silent, 0)));
    made(&mut stage, 3, "genesys://flow/night", None);
    stage
}

/// What is between the tabs and the footer: those belong to everybody.
fn pane(stage: &mut Stage, size: (u16, u16)) -> String {
    let text = stage.text(size);
    let lines: Vec<&str> = text.lines().collect();
    lines[2..lines.len() - 2].join("\n")
}

#[test]
fn both_halves_in_every_size() {
    for size in [(80, 24), (120, 40)] {
        let mut stage = populated();
        insta::assert_snapshot!(
            format!("transfers_{}x{}", size.0, size.1),
            pane(&mut stage, size)
        );
        stage.press(&["G", "Enter"]);
        insta::assert_snapshot!(
            format!("transfer_detail_{}x{}", size.0, size.1),
            pane(&mut stage, size)
        );
    }
}

#[test]
fn the_cursor_walks_through_both_halves_as_through_one() {
    let mut stage = populated();
    assert!(
        stage.cursor_line().contains("interaction-2"),
        "whoever waits stands first"
    );
    stage.press(&["j", "j", "j"]);
    assert!(
        stage.cursor_line().contains("sent"),
        "{}",
        stage.cursor_line()
    );
    stage.press(&["k"]);
    assert!(
        stage.cursor_line().contains("interaction-3"),
        "{}",
        stage.cursor_line()
    );
    stage.press(&["G"]);
    assert!(
        stage.cursor_line().contains("transferred"),
        "{}",
        stage.cursor_line()
    );
    stage.press(&["g"]);
    assert!(
        stage.cursor_line().contains("interaction-2"),
        "{}",
        stage.cursor_line()
    );
}

#[test]
fn a_number_shows_its_last_digits_and_an_escape_shows_as_text() {
    let mut stage = populated();
    let text = stage.text((120, 40));
    assert!(
        text.contains("tel:+•••••••0199") && !text.contains("4155550199"),
        "{text}"
    );
    assert!(text.contains("\\u{1b}[2J"), "{text}");
    assert!(
        text.contains("opus→pcmu") && text.contains("not known 1"),
        "{text}"
    );
}

#[test]
fn t_leads_to_the_form_with_the_interaction_and_from_there_to_the_very_frame() {
    let mut stage = populated();
    stage.press(&["t"]);
    stage.happen(Event::Paste("genesys://user/bob".into()));
    let text = stage.text((120, 40));
    assert!(
        text.contains("interaction-2") && text.contains("complete"),
        "{text}"
    );
    stage.press(&["Ctrl-s"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("FRAME wss://api.example.com/api/v2/websocket"),
        "{text}"
    );
    assert!(
        text.contains("Moves interaction-2 (queued, voice, 佐藤 花子) to genesys://user/bob."),
        "{text}"
    );
    stage.take_effects();
    stage.press(&["Enter"]);
    let unasked = stage.take_effects().into_iter().find_map(order);
    assert!(unasked.is_none(), "a caller is on it: not without the word");
    stage.type_in("transfer");
    stage.press(&["Enter"]);
    let orders: Vec<_> = stage.take_effects().into_iter().filter_map(order).collect();
    let [Order::Transfer(order)] = &orders[..] else {
        panic!("{orders:?}");
    };
    let [one @ Move::Frame { frame, .. }] = &order.moves[..] else {
        panic!("{order:?}");
    };
    assert_eq!(one.destination_uri(), "genesys://user/bob");
    assert!(
        text.contains(frame),
        "what was reviewed is what is sent:\n{text}"
    );
}

fn order(effect: Effect) -> Option<Order> {
    match effect {
        Effect::Flow(_, order) => Some(*order),
        _ => None,
    }
}

#[test]
fn marked_rows_go_to_one_place_after_their_number_is_typed() {
    let mut stage = populated();
    stage.press(&[" ", " ", "t"]);
    stage.happen(Event::Paste("genesys://queue/q-9".into()));
    stage.press(&["Ctrl-s"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("Moves 2 interactions to genesys://queue/q-9"),
        "{text}"
    );
    stage.take_effects();
    stage.press(&["Enter"]);
    assert!(
        stage.take_effects().into_iter().find_map(order).is_none(),
        "not without the number"
    );
    stage.press(&["2", "Enter"]);
    let sent: Vec<_> = stage.take_effects().into_iter().filter_map(order).collect();
    assert!(
        matches!(&sent[..], [Order::Transfer(order)] if order.moves.len() == 2),
        "{sent:?}"
    );
}

#[test]
fn an_interaction_that_is_not_listed_is_read_and_its_obstacle_is_in_the_form() {
    let mut stage = populated();
    // The row is filled in; another one is wanted.
    stage.press(&["n", "Up", "Ctrl-u"]);
    stage.happen(Event::Paste("interaction-9".into()));
    stage.press(&["Down"]);
    let asked = stage
        .take_effects()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::LookUp(id) if id.raw() == "interaction-9" => Some(id),
            _ => None,
        });
    let id = asked.expect("the interaction is looked up");
    let over = interaction("interaction-9", "completed", "Ana")
        .obstacle()
        .unwrap();
    stage.happen(Event::Done(Done::LookedUp(id, Box::new(Err(over.into())))));
    let text = stage.text((120, 40));
    assert!(text.contains("interaction-9 is completed"), "{text}");
}

#[test]
fn r_settles_an_open_question_and_reads_the_list_otherwise() {
    let mut stage = populated();
    stage.press(&["j", "j", "j", "j"]);
    assert!(
        stage.cursor_line().contains("timed out"),
        "{}",
        stage.cursor_line()
    );
    stage.take_effects();
    stage.press(&["r"]);
    let orders: Vec<_> = stage.take_effects().into_iter().filter_map(order).collect();
    assert!(
        matches!(&orders[..], [Order::Settle(open)] if open.frame.raw() == "f-1"),
        "{orders:?}"
    );
    stage.press(&["g", "r"]);
    assert!(stage.take_effects().contains(&Effect::ReadInteractions));
}

#[test]
fn an_empty_half_says_why() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["3"]);
    assert!(stage.text((80, 24)).contains("Reading the interactions"));
    let why = "This organisation does not list its interactions.".into();
    listed(&mut stage, Err(Unlisted { never: true, why }));
    let text = stage.text((80, 24));
    assert!(
        text.contains("does not list") && text.contains("n opens the form"),
        "{text}"
    );
    listed(&mut stage, Ok(InteractionListing::default()));
    assert!(
        stage
            .text((80, 24))
            .contains("No interaction is active or queued")
    );
}

#[test]
fn the_list_is_read_while_it_is_looked_at() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.happen(Event::Done(Done::Connected));
    stage.take_effects();
    stage.pass(60_000);
    assert!(
        !stage.take_effects().contains(&Effect::ReadInteractions),
        "nobody looks"
    );
    stage.press(&["3"]);
    stage.pass(1);
    assert!(stage.take_effects().contains(&Effect::ReadInteractions));
    listed(&mut stage, Ok(estate()));
    stage.pass(9_000);
    assert!(!stage.take_effects().contains(&Effect::ReadInteractions));
    stage.pass(2_000);
    assert!(stage.take_effects().contains(&Effect::ReadInteractions));
}

#[test]
fn a_review_of_many_names_every_one_of_them() {
    let mut stage = Stage::new("mono");
    let many = (0..40).map(|n| interaction(&format!("interaction-{n:02}"), "queued", "Ana"));
    stage.press(&["3"]);
    let listing = InteractionListing {
        interactions: many.collect(),
        ..InteractionListing::default()
    };
    listed(&mut stage, Ok(listing));
    stage.text((80, 24));
    stage.press(&[" "; 40]);
    stage.press(&["t"]);
    stage.happen(Event::Paste("genesys://queue/q-9".into()));
    stage.press(&["Ctrl-s"]);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let text = stage.text((80, 24));
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        seen.extend(
            words
                .filter(|word| word.starts_with("interaction-"))
                .map(str::to_owned),
        );
        stage.press(&["Down"; 5]);
    }
    assert_eq!(seen.len(), 40, "{seen:?}");
}

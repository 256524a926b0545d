//! What people come to do, counted in keys: text that is typed is not among them.

use trunkline::app::event::{Done, Event};
use trunkline::cloud::{InteractionListing, direct};
use trunkline::flow::Order;
use trunkline::model::queue::Queue;
use trunkline::model::registration::{Device, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::vocabulary::news::{CallbackNews, News};

use super::platform;
use super::stage::Stage;

/// Presses keys, and how many they are.
fn keys(stage: &mut Stage, keys: &[&str]) -> usize {
    stage.press(keys);
    keys.len()
}

/// People of Accra, so many of them, all of whose phones are lost but one.
fn accra(stage: &mut Stage, n: usize) {
    let user = |n: usize| User {
        id: UserId::from(format!("u-{n}").as_str()),
        name: format!("Person {n}").as_str().into(),
        site: Some("Accra".into()),
    };
    let read = |n: usize| News::Snapshot {
        user: UserId::from(format!("u-{n}").as_str()),
        devices: vec![Device {
            id: DeviceId::from(format!("phone-{n}").as_str()),
            registered: n == 0,
            codec: None,
        }],
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    let users = (0..n).map(user).collect();
    stage.feed(vec![News::Users {
        users,
        total: Some(n as u64),
    }]);
    stage.feed((0..n).map(read).collect());
    stage.pass(1_500);
}

#[test]
fn why_a_phone_is_lost_is_at_most_six_keys_away_on_both_apis() {
    let of_each_api: [fn() -> Stage; 2] = [|| Stage::new("mono"), platform::stage];
    for made in of_each_api {
        let mut stage = made();
        accra(&mut stage, 4);
        // From anywhere, with the cursor anywhere.
        stage.press(&["7", "1", "G"]);
        let n = keys(&mut stage, &["1", "g", "Enter"]);
        let text = stage.text((120, 40));
        assert!(
            n <= 6 && text.contains("next step") && text.contains("same minute"),
            "{text}"
        );
    }
}

#[test]
fn three_interactions_are_moved_to_a_queue_by_its_name_in_twelve_keys() {
    let mut stage = Stage::new("mono");
    let one = |id: &str| {
        let body = serde_json::json!({
            "id": id, "state": "active", "mediaType": "voice", "queueId": "queue_12345",
            "started": "2026-06-15T13:58:00Z",
            "participants": [{"purpose": "customer", "name": "Ana", "address": "tel:+14155550199"}],
        });
        direct::interaction(body.to_string().as_bytes()).unwrap()
    };
    let listing = InteractionListing {
        interactions: ["i-1", "i-2", "i-3"].map(one).into(),
        ..InteractionListing::default()
    };
    let support = Queue {
        id: "queue_12345".into(),
        name: "Support".into(),
        zone_name: "America/New_York".into(),
        calendar: None,
        most: None,
        booked: None,
        mode: None,
        faults: Vec::new(),
    };
    let queues = CallbackNews::Queues {
        queues: vec![support],
        faults: Vec::new(),
    };
    stage.feed(vec![News::Callbacks(Box::new(queues))]);
    stage.press(&["3"]);
    stage.happen(Event::Done(Done::Interactions(Box::new(Ok(listing)))));
    let mut n = 1 + keys(&mut stage, &["Space", "Space", "Space", "t"]);
    // In place of its id.
    n += keys(&mut stage, &["Ctrl-u"]);
    stage.type_in("support");
    n += keys(&mut stage, &["Ctrl-s"]);
    let review = stage.text((120, 40));
    assert!(review.contains("genesys://queue/queue_12345"), "{review}");
    stage.take_effects();
    stage.type_in("3");
    n += keys(&mut stage, &["Enter"]);
    let sent = stage.take_effects();
    let moved = sent.iter().find_map(|effect| match effect {
        trunkline::effect::Effect::Flow(_, order) => match order.as_ref() {
            Order::Transfer(transfers) => Some(transfers.moves.len()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(moved, Some(3));
    assert!(n <= 12, "{n} keys");
}

#[test]
fn twenty_phones_of_a_site_are_rebooted_in_eight_keys_and_a_confirmation() {
    let mut stage = platform::stage();
    accra(&mut stage, 20);
    let mut n = keys(&mut stage, &["1", "/"]);
    stage.type_in("site:Accra");
    n += keys(&mut stage, &["Enter", "*", "B"]);
    let review = stage.text((120, 40));
    assert!(review.contains("Type 20 to confirm"), "{review}");
    stage.take_effects();
    stage.type_in("20");
    n += keys(&mut stage, &["Enter"]);
    let sent = stage.take_effects();
    let flow =
        |effect: &trunkline::effect::Effect| matches!(effect, trunkline::effect::Effect::Flow(..));
    assert!(sent.iter().any(flow), "{sent:?}");
    assert!(n <= 8, "{n} keys");
}

#[test]
fn why_ana_cannot_take_calls_is_two_keys_away() {
    let mut stage = platform::stage();
    platform::phones(&mut stage);
    // From anywhere, with the cursor anywhere.
    stage.press(&["7", "1", "G"]);
    let mut n = keys(&mut stage, &[":"]);
    stage.type_in("contra ana");
    n += keys(&mut stage, &["Enter", "Enter"]);
    let text = stage.text((120, 40));
    let told = [
        "Ana Petrova",
        "not responding",
        "routing sends no more",
        "On Queue again",
    ];
    assert!(
        n <= 5 && told.iter().all(|words| text.contains(words)),
        "{text}"
    );
}

#[test]
fn whose_number_it_is_is_three_keys_away() {
    let mut stage = platform::stage();
    platform::phones(&mut stage);
    stage.press(&["7", "1", "G"]);
    let mut n = keys(&mut stage, &[":"]);
    stage.type_in("whois +49 30 1236");
    n += keys(&mut stage, &["Enter", "Enter"]);
    super::numbers::read(&mut stage);
    let text = stage.text((120, 40));
    let told = ["Bob Osei", "Berlin", "Lobby Accra", "8032"];
    assert!(
        n <= 5 && told.iter().all(|words| text.contains(words)),
        "{text}"
    );
    assert!(
        !text.contains("+49301234 "),
        "another's number is not shown: {text}"
    );
}

#[test]
fn which_carrier_sounds_bad_since_when_is_two_keys_away() {
    let mut stage = platform::estate();
    platform::phones(&mut stage);
    super::quality::read(&mut stage);
    stage.press(&["7", "1", "G"]);
    let mut n = keys(&mut stage, &[":"]);
    stage.type_in("quality north");
    n += keys(&mut stage, &["Enter"]);
    let text = stage.text((120, 40));
    let told = ["carrier Northwind Telecom: 3 of 3 poor since", "2.40"];
    assert!(
        n <= 5 && told.iter().all(|words| text.contains(words)),
        "{text}"
    );
}

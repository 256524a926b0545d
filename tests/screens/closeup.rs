//! The detail of a row on the Platform API: when its phone is looked at, and what is shown of it.

use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::model::DeviceId;
use trunkline::model::registration::closeup::{Closeup, LineView, Side};
use trunkline::model::softphone::found::Station;
use trunkline::text::Text;
use trunkline::vocabulary::news::Link;

use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

fn stage() -> Stage {
    let mut stage = Stage::with("mono", Some(CONFIG));
    stage.populate();
    stage.take_effects();
    stage
}

/// The phones that were asked for since the last call.
fn looked(stage: &mut Stage) -> Vec<DeviceId> {
    let effects = stage.take_effects().into_iter();
    let phones = effects.filter_map(|effect| match effect {
        Effect::Closeup(phone) => Some(phone),
        _ => None,
    });
    phones.collect()
}

fn tell(stage: &mut Stage, phone: &DeviceId, read: Result<Option<Closeup>, Text>) {
    stage.happen(Event::Done(Done::Closeup(phone.clone(), Box::new(read))));
}

fn closeup() -> Closeup {
    let side = |edge: &str, words: Option<(&str, &str)>| Side {
        edge: Some(edge.into()),
        service: words.map(|(service, _)| service.into()),
        operational: words.map(|(_, operational)| operational.into()),
        ..Side::default()
    };
    Closeup {
        primary: Some(Side {
            lines: vec![LineView {
                reachable: Some(true),
                since: Some(NOON.plus(-60_000)),
                address: Some("sip:poly-0017@org.example".into()),
                contacts: vec!["sip:poly-0017@198.51.100.7:5060".into()],
            }],
            ..side("Frankfurt 1", Some(("IN_SERVICE", "DEGRADED")))
        }),
        secondary: Some(side("Frankfurt 2", None)),
        agent: Some("Polycom VVX 5.9".into()),
        keeps_s: None,
        stations: vec![Station {
            id: "st-1".into(),
            name: "Bob's desk".into(),
            status: Some("ASSOCIATED".into()),
            user: Some("u-2".into()),
            owner: None,
            line: None,
            persistent: Some(true),
            force_turn: None,
            media_helper: Some(false),
        }],
    }
}

#[test]
fn a_phone_is_looked_at_while_its_detail_is_open_and_once_a_minute() {
    let mut stage = stage();
    stage.pass(60_000);
    assert!(looked(&mut stage).is_empty(), "nobody looks");
    stage.press(&["Enter"]);
    assert!(
        looked(&mut stage).is_empty(),
        "who passes by asks for nothing"
    );
    stage.press(&["Down"]);
    stage.pass(300);
    let phones = looked(&mut stage);
    let [phone] = phones.as_slice() else {
        panic!("{phones:?}")
    };
    assert!(stage.text((80, 24)).contains("reading the phone"));
    tell(&mut stage, phone, Ok(Some(closeup())));
    stage.pass(59_000);
    assert!(looked(&mut stage).is_empty(), "not again for a minute");
    stage.pass(1_000);
    assert_eq!(looked(&mut stage), phones);
    assert!(stage.text((120, 40)).contains("reading again"));
    stage.pass(10);
    stage.press(&["r"]);
    assert!(looked(&mut stage).is_empty(), "it is being read");
    tell(&mut stage, phone, Ok(Some(closeup())));
    assert_eq!(looked(&mut stage), phones, "r is answered anew");
    tell(&mut stage, phone, Ok(Some(closeup())));
    // The first one takes away what r said.
    stage.press(&["Esc", "Esc"]);
    stage.pass(120_000);
    assert!(looked(&mut stage).is_empty(), "nobody looks any more");
}

#[test]
fn a_paused_console_looks_at_nothing() {
    let mut stage = stage();
    stage.press(&["Enter"]);
    stage.link(Link::Paused);
    stage.pass(60_000);
    assert!(looked(&mut stage).is_empty());
}

#[test]
fn what_was_found_is_shown_and_what_was_not_says_so() {
    let mut stage = stage();
    stage.press(&["Enter"]);
    stage.pass(300);
    let phone = looked(&mut stage).pop().unwrap();
    tell(&mut stage, &phone, Ok(Some(closeup())));
    let text = stage.text((120, 40));
    for says in [
        "primary Frankfurt 1 (in service, degraded)   read 14:03:",
        "secondary Frankfurt 2",
        "line reachable since 2026-06-15 14:02:22.000   phone Polycom",
        "address sip:poly-0017@org.example   contact sip:poly-0017@198.51.100.7:5060",
        "Polycom VVX 5.9",
        "station Bob's desk   status associated   assigned to u-2",
        "persistent yes   time-out not available   forced TURN not available   media helper no",
    ] {
        assert!(text.contains(says), "{says:?} in\n{text}");
    }
    let small = stage.text((80, 30));
    assert!(
        small.contains("helper no") && small.contains("timeline"),
        "{small}"
    );

    stage.press(&["r"]);
    tell(&mut stage, &phone, Err("The call was refused.".into()));
    let text = stage.text((120, 40));
    assert!(text.contains("The call was refused."), "{text}");
    stage.press(&["r"]);
    tell(&mut stage, &phone, Ok(None));
    let text = stage.text((120, 40));
    assert!(text.contains("has this phone no more"), "{text}");
    stage.press(&["r"]);
    let mut bare = Closeup::default();
    tell(&mut stage, &phone, Ok(Some(bare.clone())));
    let text = stage.text((120, 40));
    assert!(
        text.contains("edges not available") && text.contains("station none"),
        "{text}"
    );
    bare.stations = vec![Station {
        persistent: None,
        media_helper: None,
        ..closeup().stations.remove(0)
    }];
    bare.secondary = Some(Side {
        fault: Some("no\u{1b}[2J template".into()),
        ..Side::default()
    });
    stage.press(&["r"]);
    tell(&mut stage, &phone, Ok(Some(bare)));
    let text = stage.text((120, 40));
    assert!(
        text.contains("secondary: not provisioned: no\\u{1b}[2J template"),
        "{text}"
    );
    let desk = "persistent connection, forced TURN and media helper not available";
    assert!(text.contains(desk), "{text}");
}

#[test]
fn the_direct_api_has_nothing_to_look_at() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["Enter"]);
    stage.pass(60_000);
    assert!(looked(&mut stage).is_empty());
    assert!(!stage.text((120, 40)).contains("station"));
}

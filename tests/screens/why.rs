//! Why a phone is lost, two rows side by side, alerts by the dozen, and the console as it was left.

use trunkline::app::event::{Done, Event};
use trunkline::cloud::InteractionListing;
use trunkline::effect::Effect;
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::interaction::{Interaction, Participant, Standing};
use trunkline::model::registration::{Device, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::shelf::recall::Recalled;
use trunkline::shelf::{ShelfNews, ShelfOrder};
use trunkline::vocabulary::news::News;

use crate::stage::Stage;

/// Five phones of Accra and one of Osaka, all well; Person 0 has a second one.
fn stage() -> Stage {
    let mut stage = Stage::new("mono");
    let user = |n: u8| User {
        id: UserId::from(format!("u-{n}").as_str()),
        name: format!("Person {n}").as_str().into(),
        site: Some(if n < 5 { "Accra" } else { "Osaka" }.into()),
    };
    let device = |id: String| Device {
        id: DeviceId::from(id.as_str()),
        registered: true,
        codec: Some("opus".into()),
    };
    let read = |n: u8| News::Snapshot {
        user: UserId::from(format!("u-{n}").as_str()),
        devices: match n {
            0 => vec![device("phone-0".into()), device("spare-0".into())],
            n => vec![device(format!("phone-{n}"))],
        },
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    stage.feed(vec![News::Users {
        users: (0..6).map(user).collect(),
        total: Some(6),
    }]);
    stage.feed((0..6).map(read).collect());
    stage.pass(1_500);
    stage
}

fn lose(stage: &mut Stage, n: u8) {
    stage.update(&format!("u-{n}"), &format!("phone-{n}"), false);
}

/// Nobody is said to be well who was not asked.
#[test]
fn carriers_are_well_as_far_as_that_is_known() {
    let mut stage = stage();
    lose(&mut stage, 0);
    stage.press(&["g", "Enter"]);
    let shown = stage.text((120, 40));
    assert!(shown.contains("carriers not read"), "{shown}");
    let carrier = Carrier::of_base("c-1".into(), "Northwind".into(), None);
    let carrier = Carrier {
        health: Health::Healthy,
        ..carrier
    };
    stage.feed(vec![News::Carriers {
        carriers: vec![carrier],
        faults: Vec::new(),
    }]);
    let shown = stage.text((120, 40));
    let well = "carriers none of 1 in trouble, 0 probed";
    assert!(shown.contains(well), "{shown}");
    stage.feed(vec![News::CarriersPaused]);
    let shown = stage.text((120, 40));
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let then = "carriers none of 1 in trouble when last read, 0 probed";
    assert!(words.contains(then), "{shown}");
}

#[test]
fn the_detail_of_a_lost_phone_says_who_went_with_it_and_what_to_do_next() {
    let mut stage = stage();
    lose(&mut stage, 0);
    // Two keys: the lost row is the first.
    stage.press(&["g", "Enter"]);
    let alone = stage.text((120, 40));
    assert!(alone.contains("no other phone at Accra"), "{alone}");
    assert!(alone.contains("user's others spare-0 ok"), "{alone}");
    assert!(alone.contains("next step this phone alone"), "{alone}");
    for n in 1..5 {
        lose(&mut stage, n);
    }
    lose(&mut stage, 5);
    stage.pass(1_500);
    for size in [(80, 24), (120, 40), (200, 60)] {
        let many = stage.text(size);
        let words: Vec<&str> = many.split_whitespace().collect();
        let words = words.join(" ");
        assert!(words.contains("4 at Accra: "), "{many}");
        assert!(words.contains("5 phones of one site"), "{many}");
        // Beside the rows the lines of both are one.
        let whole = words.contains("(5 of 6 there are lost now); 1 elsewhere");
        assert!(whole || size.0 >= 160, "{many}");
    }
}

/// Of the user's calls it says what was read, and when; and that nothing was, until somebody has looked at them.
#[test]
fn the_detail_of_a_lost_phone_names_the_calls_of_its_user_as_they_were_read() {
    let mut stage = stage();
    lose(&mut stage, 0);
    stage.press(&["g", "Enter"]);
    let before = stage.text((200, 60));
    assert!(
        before.contains("user's calls not read (> Transfers)"),
        "{before}"
    );
    let who = |user: &str| Participant {
        user: user.into(),
        ..Participant::default()
    };
    let call = |id: &str, standing, user| Interaction {
        participants: vec![who(""), who(user)],
        ..Interaction::bare(id.into(), standing)
    };
    let listing = InteractionListing {
        interactions: vec![
            call("call-of-0", Standing::Active, "u-0"),
            call("call-that-is-over", Standing::Completed, "u-0"),
            call("call-of-1", Standing::Active, "u-1"),
        ],
        ..InteractionListing::default()
    };
    stage.happen(Event::Done(Done::Interactions(Box::new(Ok(listing)))));
    stage.pass(1_500);
    let after = stage.text((200, 60));
    let words: Vec<&str> = after.split_whitespace().collect();
    let words = words.join(" ");
    assert!(
        words.contains("user's calls call-of-0, as read at "),
        "{after}"
    );
}

#[test]
fn two_rows_are_compared_with_what_differs_first() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["="]);
    assert!(
        stage
            .text((120, 40))
            .contains("mark two rows to compare them")
    );
    stage.press(&["g", " ", "="]);
    let text = stage.text((120, 40));
    let line = |name: &str| {
        let place = text.lines().position(|line| line.contains(name));
        place.unwrap_or_else(|| panic!("{name}: {text}"))
    };
    assert!(
        text.contains("compare:") && text.contains("differ"),
        "{text}"
    );
    assert!(text.contains("≠ user") && text.contains("Bob Osei") && text.contains("Ana Petrova"));
    assert!(line("≠ user") < line("│   source"), "{text}");
    assert!(text.contains("≠ state"), "{text}");
}

#[test]
fn the_help_begins_with_ten_keys_and_goes_on_by_what_they_are_for() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["?"]);
    let text = stage.text((120, 60));
    assert!(text.contains("help: Registrations"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let place = |what: &str| lines.iter().position(|line| line.contains(what)).unwrap();
    assert_eq!(
        place("the table") - place("│ keys"),
        12,
        "ten keys and a blank line: {text}"
    );
    assert!(
        place("the table") < place("changes: each is reviewed"),
        "{text}"
    );
    assert!(
        text.contains(":drafts"),
        "what has no key has its name: {text}"
    );
}

#[test]
fn every_layer_has_its_keys_a_key_away() {
    let mut stage = Stage::new("mono");
    stage.populate();
    for (open, ask, page) in [
        (":", "F1", "keys: command"),
        ("/", "F1", "keys: filter"),
        ("s", "?", "keys: a list to choose from"),
        ("n", "F1", "keys: form"),
    ] {
        stage.press(&[open]);
        let before = stage.text((80, 24));
        stage.press(&[ask]);
        let text = stage.text((80, 24));
        assert!(text.contains(page) && text.contains("Esc"), "{text}");
        stage.press(&["Esc"]);
        assert_eq!(stage.text((80, 24)), before, "the layer is still there");
        stage.press(&["Esc"]);
    }
    // Where text is typed it is a character.
    stage.press(&["/", "?"]);
    assert!(!stage.text((80, 24)).contains("keys: filter"));
}

#[test]
fn the_console_is_as_it_was_left_and_hides_nothing() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["s"]);
    stage.press(&["Esc", ":"]);
    stage.type_in("sort user");
    stage.press(&["Enter", "/"]);
    stage.type_in("ana");
    stage.press(&["Enter", ":"]);
    stage.type_in("columns user,state");
    stage.press(&["Enter", ":"]);
    stage.type_in("sites");
    stage.press(&["Enter"]);
    let Some(Effect::Shelf(ShelfOrder::KeepRecalled(left))) = stage.app.last_recalled() else {
        panic!("nothing is kept");
    };
    let text = serde_json::to_string(&left).unwrap();
    let left: Recalled = serde_json::from_str(&text).unwrap();
    let recall = |stage: &mut Stage, left: &Recalled| {
        let news = ShelfNews::Recalled(Box::new(left.clone()));
        stage.happen(Event::Done(Done::Shelf(Box::new(news))));
    };
    let mut again = Stage::new("mono");
    again.populate();
    recall(&mut again, &left);
    assert_eq!(again.app.showing().0, "Sites");
    again.press(&["1"]);
    let (_, views) = again.app.showing();
    assert_eq!(views[0].sort.as_deref(), Some("user"));
    assert_eq!(views[0].columns, ["user", "state"]);
    assert_eq!(
        views[0].filter, "",
        "a filter that nobody sees being set hides trouble"
    );
    again.press(&["/", "Up"]);
    assert!(again.text((80, 24)).contains(" /ana"));
    // Whoever has begun already is not moved.
    let mut busy = Stage::new("mono");
    busy.populate();
    busy.press(&["2"]);
    recall(&mut busy, &left);
    assert_eq!(busy.app.showing().0, "Carriers");
}

//! Calls of the Platform API on the Transfers pane: who has them, who speaks to whom, and what can be done from a row.

use trunkline::effect::Effect;
use trunkline::flow::Order;
use trunkline::flow::consult::Deed;
use trunkline::model::interaction::{Interaction, Leg, Participant, Standing};
use trunkline::model::person::Person;
use trunkline::text::Text;
use trunkline::vocabulary::news::News;

use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

fn who(purpose: &str, name: &str, held: bool) -> Participant {
    Participant {
        purpose: purpose.into(),
        name: name.into(),
        id: format!("p-{purpose}-{name}").into(),
        user: if purpose == "agent" {
            format!("u-{name}").into()
        } else {
            Text::default()
        },
        leg: Some(Leg {
            state: "connected".into(),
            held,
            reached: true,
            ..Leg::default()
        }),
        ..Participant::default()
    }
}

fn call(id: &str) -> Interaction {
    let caller = Participant {
        address: "+14155550199".into(),
        ..who("customer", "", false)
    };
    Interaction {
        media: "voice".into(),
        queue: "0f6b1d7e-queue".into(),
        queue_name: "Support".into(),
        started: Some(NOON.plus(-60_000)),
        participants: vec![caller, who("agent", "Ana", false)],
        ..Interaction::bare(id.into(), Standing::Active)
    }
}

/// The same while Ana asks Bob.
fn announced(id: &str) -> Interaction {
    let mut one = call(id);
    let caller = one.participants[0].id.clone();
    one.participants[0].leg.as_mut().unwrap().held = true;
    let mut bob = who("agent", "Bob", false);
    bob.leg.as_mut().unwrap().about = caller;
    one.participants.push(bob);
    one
}

fn stage(all: Vec<Interaction>) -> Stage {
    let mut stage = Stage::with("mono", Some(CONFIG));
    stage.populate();
    stage.press(&["3"]);
    let told = all.into_iter().map(|one| News::Interaction(Box::new(one)));
    stage.feed(told.collect());
    stage
}

fn signed_in(mut stage: Stage) -> Stage {
    stage.app.store.person = Person::SignedIn {
        id: "u-1".into(),
        name: "Noc".into(),
        until: NOON.plus(3_600_000),
        renews: true,
    };
    stage
}

fn order(effect: Effect) -> Option<Order> {
    match effect {
        Effect::Flow(_, order) => Some(*order),
        _ => None,
    }
}

#[test]
fn a_row_shows_its_queue_by_name_and_its_caller_by_the_last_digits() {
    let mut stage = stage(vec![call("c-1")]);
    stage.press(&["Enter"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("Support") && !text.contains("0f6b1d7e"),
        "{text}"
    );
    assert!(
        text.contains("0199") && !text.contains("4155550199"),
        "{text}"
    );
    assert!(text.contains("connected"), "{text}");
    // A call that all have left is gone from the list.
    let over = Interaction {
        standing: Standing::Completed,
        ..call("c-1")
    };
    stage.feed(vec![News::Interaction(Box::new(over))]);
    assert!(!stage.text((120, 40)).contains("c-1"));
}

#[test]
fn a_transfer_asks_for_no_media_where_none_can_be_asked_for() {
    let mut stage = stage(vec![call("c-1")]);
    stage.press(&["t"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("Destination") && !text.contains("Codec"),
        "{text}"
    );
    stage.type_in("genesys://queue/q-2");
    stage.press(&["Ctrl-s"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("/conversations/calls/c-1/participants/p-agent-Ana/replace")
            && text.contains("from Ana"),
        "{text}"
    );
}

#[test]
fn nobody_announces_a_call_before_somebody_has_signed_in() {
    let mut stage = stage(vec![call("c-1")]);
    stage.press(&["C"]);
    let text = stage.text((120, 40));
    assert!(text.contains("this needs a person"), "{text}");
}

#[test]
fn an_announced_call_says_who_speaks_to_whom_and_what_can_be_done() {
    let mut stage = signed_in(stage(vec![announced("c-1")]));
    let text = stage.text((120, 40));
    assert!(text.contains("Ana speaks to Bob, caller held"), "{text}");
    insta::assert_snapshot!("announced_80x24", stage.text((80, 24)));
    stage.press(&["C"]);
    insta::assert_snapshot!("announced_choice_80x24", stage.text((80, 24)));
    let text = stage.text((120, 40));
    assert!(
        text.contains("Bob gets the call") && text.contains("conference"),
        "{text}"
    );
    stage.press(&["G", "Up", "Enter"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("/participants/p-agent-Ana/replace") && text.contains("Attended"),
        "{text}"
    );
    stage.take_effects();
    stage.press(&["Enter"]);
    let unasked = stage.take_effects().into_iter().find_map(order);
    assert!(unasked.is_none(), "a caller is on it: not without the word");
    stage.type_in("complete");
    stage.press(&["Enter"]);
    let orders: Vec<_> = stage.take_effects().into_iter().filter_map(order).collect();
    assert!(
        matches!(&orders[..], [Order::Consult(consult)] if consult.deed == Deed::Complete),
        "{orders:?}"
    );
}

#[test]
fn a_call_is_announced_by_a_form() {
    let mut stage = signed_in(stage(vec![call("c-1")]));
    stage.press(&["C"]);
    stage.type_in("genesys://user/u-Bob");
    let text = stage.text((120, 40));
    assert!(
        text.contains("announce a call") && text.contains("destination"),
        "{text}"
    );
    stage.press(&["Ctrl-s"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("/consult") && text.contains("consultingUserId") && text.contains("u-Ana"),
        "{text}"
    );
}

#[test]
fn where_calls_cannot_be_announced_the_key_is_not_offered() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["3", "?"]);
    assert!(!stage.text((120, 60)).contains("Consult (warm) transfer"));
    let mut stage = Stage::with("mono", Some(CONFIG));
    stage.press(&["3", "?"]);
    assert!(stage.text((120, 60)).contains("Consult (warm) transfer"));
}

#[test]
fn a_sign_in_that_nothing_renews_is_told_of_before_it_ends() {
    const MINUTE: i64 = 60_000;
    let mut stage = stage(vec![call("c-1")]);
    let signed_in = |renews| Person::SignedIn {
        id: "u-1".into(),
        name: "Noc".into(),
        until: stage_end(),
        renews,
    };
    let warned = |stage: &mut Stage| stage.text((120, 40)).contains(":login again");
    stage.app.store.person = signed_in(true);
    stage.pass_to(stage_end().plus(-5 * MINUTE));
    assert!(!warned(&mut stage), "it renews itself");
    stage.app.store.person = signed_in(false);
    stage.pass(1_000);
    assert!(warned(&mut stage), "{}", stage.text((120, 40)));
}

/// An hour after the stage begins.
fn stage_end() -> trunkline::time::Millis {
    NOON.plus(3_600_000)
}

use super::watch::{Shows, shows};
use super::*;
use crate::model::interaction::{Leg, Standing};

fn who(purpose: &str, id: &str, state: &str) -> Participant {
    Participant {
        purpose: purpose.into(),
        id: format!("p-{id}").into(),
        name: id.into(),
        user: if purpose == "agent" {
            format!("u-{id}").into()
        } else {
            Text::default()
        },
        leg: Some(Leg {
            state: state.into(),
            reached: state == "connected",
            ..Leg::default()
        }),
        ..Participant::default()
    }
}

fn call() -> Interaction {
    Interaction {
        media: "voice".into(),
        participants: vec![
            who("customer", "carl", "connected"),
            who("agent", "ana", "connected"),
        ],
        ..Interaction::bare("c-1".into(), Standing::Active)
    }
}

/// The same while Ana asks Bob; `held` is Carl.
fn asked(state: &str, held: bool) -> Interaction {
    let mut one = call();
    one.participants[0].leg.as_mut().unwrap().held = held;
    let mut bob = who("agent", "bob", state);
    bob.leg.as_mut().unwrap().about = "p-carl".into();
    one.participants.push(bob);
    one
}

fn start() -> Deed {
    let to = Destination::parse("genesys://user/u-bob").unwrap();
    Deed::Start(to, SpeakTo::Destination)
}

fn written(one: &Interaction, deed: Deed) -> (&'static str, String, String) {
    let write = Consult::of(one, deed).unwrap().write().unwrap();
    let body = write.body.unwrap_or_default();
    (write.method.word(), write.path.join("/"), body)
}

#[test]
fn each_deed_is_its_own_call() {
    let consult = "api/v2/conversations/calls/c-1/participants/p-carl/consult";
    assert_eq!(
        written(&call(), start()),
        (
            "POST",
            consult.to_owned(),
            r#"{"speakTo":"DESTINATION","consultingUserId":"u-ana","destination":{"userId":"u-bob"}}"#
                .to_owned()
        )
    );
    let one = asked("connected", true);
    assert_eq!(
        written(&one, Deed::Speak(SpeakTo::Caller)),
        (
            "PATCH",
            consult.to_owned(),
            r#"{"speakTo":"OBJECT","consultingUserId":"u-ana"}"#.to_owned()
        )
    );
    assert_eq!(
        written(&one, Deed::Complete),
        (
            "POST",
            "api/v2/conversations/calls/c-1/participants/p-ana/replace".to_owned(),
            r#"{"userId":"u-bob","transferType":"Attended"}"#.to_owned()
        )
    );
    assert_eq!(
        written(&one, Deed::Cancel),
        ("DELETE", consult.to_owned(), String::new())
    );
}

#[test]
fn what_does_not_fit_the_conversation_is_told() {
    let told = |one: &Interaction, deed| Consult::of(one, deed).unwrap_err();
    assert!(told(&call(), Deed::Cancel).contains("no consult transfer is under way"));
    let twice = told(&asked("connected", true), start());
    assert!(
        twice.contains("ana speaks to bob, caller held already"),
        "{twice}"
    );
    let mut waits = call();
    waits.participants[1] = who("acd", "queue", "connected");
    waits.standing = Standing::Queued;
    assert!(told(&waits, start()).contains("no agent talks"));
}

#[test]
fn a_conversation_that_changed_since_the_review_is_left_alone() {
    let reviewed = Consult::of(&call(), start()).unwrap();
    assert_eq!(reviewed.changed(&call()), None);
    let mut other = call();
    other.participants[1] = who("agent", "eve", "connected");
    let told = reviewed.changed(&other).unwrap();
    assert!(told.contains("eve has it now"), "{told}");
}

#[test]
fn a_deed_is_done_when_the_conversation_shows_it() {
    let of = |one: &Interaction, deed| Consult::of(one, deed).unwrap();
    let started = of(&call(), start());
    let rings = asked("alerting", true);
    assert!(matches!(shows(&started, &call(), &rings), Shows::NotYet(_)));
    let talks = asked("connected", true);
    assert!(
        matches!(shows(&started, &call(), &talks), Shows::Done(words) if words.contains("ana speaks to bob"))
    );
    let refused = asked("disconnected", false);
    assert!(matches!(
        shows(&started, &call(), &refused),
        Shows::Failed(_)
    ));

    let switched = of(&talks, Deed::Speak(SpeakTo::Conference));
    assert!(matches!(shows(&switched, &talks, &talks), Shows::NotYet(_)));
    let all = asked("connected", false);
    assert!(matches!(shows(&switched, &talks, &all), Shows::Done(_)));

    let completed = of(&talks, Deed::Complete);
    let mut without_ana = asked("connected", false);
    without_ana.participants.remove(1);
    assert!(
        matches!(shows(&completed, &talks, &without_ana), Shows::Done(words) if words == "bob has the call")
    );
    let cancelled = of(&talks, Deed::Cancel);
    assert!(matches!(shows(&cancelled, &talks, &call()), Shows::Done(_)));
}

#[test]
fn a_number_is_nowhere_but_in_the_body() {
    let to = Destination::parse("tel:+14155550199").unwrap();
    let consult = Consult::of(&call(), Deed::Start(to, SpeakTo::Both)).unwrap();
    let write = consult.write().unwrap();
    assert!(write.body.unwrap().contains("+14155550199"));
    let told = format!("{:?}{}{}", write.note, write.subject, consult.title());
    assert!(!told.contains("4155550199"), "{told}");
}

use super::*;
use crate::form::{Ask, Question};
use crate::model::interaction::{Interaction, Standing};
use crate::model::transfer::DestinationKind;

fn rules(about: Option<Vec<String>>) -> Transferring {
    let mut store = Store::default();
    let one = Interaction {
        media: "voice".into(),
        queue: "q-1".into(),
        ..Interaction::bare("i-1".into(), Standing::Active)
    };
    store.transfers.listed(vec![one], Vec::new(), Millis(0));
    let mut ids = Ids::seeded(1);
    let wanted = about.as_ref().map_or(1, Vec::len);
    Transferring {
        limits: Limits::default(),
        media_server: Some("https://media.example.com/…".into()),
        known: Known::of(&store, &DestinationKind::ALL),
        about,
        opened: Millis(0),
        frames: (0..wanted).map(|_| ids.frame()).collect(),
    }
}

fn frame(one: &Move) -> &str {
    match one {
        Move::Frame { frame, .. } => frame,
        Move::Replace(_) => panic!("not a frame"),
    }
}

fn one(id: &str, to: &str) -> Value {
    let given = json!({"interaction_id": id, "destination_uri": to});
    rules(None).filled(Some(given))
}

#[test]
fn a_filled_form_lacks_nothing_and_plans_the_very_frame() {
    let rules = rules(None);
    let body = one("i-1", "genesys://queue/q-2");
    assert_eq!(rules.faults(&body), []);
    let (first, second) = (rules.plan(&body).unwrap(), rules.plan(&body).unwrap());
    assert_eq!(first, second, "what is reviewed is what is sent");
    assert_eq!(
        first.confirm.as_deref(),
        Some("transfer"),
        "a caller is on it"
    );
    let Order::Transfer(order) = first.order() else {
        panic!("no transfer");
    };
    assert_eq!(
        order.moves[0].write(&rules.limits).unwrap(),
        first.writes()[0]
    );
    let told = first.affects.join("\n");
    assert!(
        told.contains("i-1 (active, voice)") && told.contains("media.example.com"),
        "{told}"
    );
}

#[test]
fn faults_stand_at_their_fields() {
    let rules = rules(None);
    let mut body = one("", "sip:");
    body["media_matrix"]["audio"]["bandwidth_kbps"] = json!(500);
    let paths: Vec<_> = rules.faults(&body).into_iter().map(|f| f.path).collect();
    assert_eq!(
        paths,
        [
            "interaction_id",
            "destination_uri",
            "media_matrix.audio.bandwidth_kbps"
        ]
    );
    let told = rules.explain("media_matrix.audio.bandwidth_kbps", &body);
    assert!(
        told[0].contains("500 of 128 kbit/s  over the limit"),
        "{told:?}"
    );
}

#[test]
fn several_go_to_one_place_and_ask_for_their_number() {
    let ids: Vec<String> = (0..20).map(|n| format!("i-{n}")).collect();
    let rules = rules(Some(ids));
    let body = rules.filled(Some(json!({"destination_uri": "genesys://user/ana"})));
    assert_eq!(rules.faults(&body), []);
    let plan = rules.plan(&body).unwrap();
    assert_eq!(
        (plan.writes().len(), plan.confirm.as_deref()),
        (20, Some("20"))
    );
    let told = plan.affects.join("\n");
    assert!(
        told.contains("Moves 20 interactions") && told.contains("i-19"),
        "{told}"
    );
    let Order::Transfer(order) = plan.order() else {
        panic!("no transfers");
    };
    assert!(order.stop_on_failure);
    let frames: std::collections::BTreeSet<_> = order.moves.iter().map(frame).collect();
    assert_eq!(frames.len(), 20);
}

#[test]
fn what_is_known_is_offered_and_what_is_not_is_said() {
    let rules = rules(None);
    let body = one("i-9", "genesys://queue/q-1");
    let checks = rules.checks(&body);
    let told = format!("{checks:?}");
    let asked = Ask::World(Question::Interaction("i-9".into()));
    assert_eq!(checks[0].ask, asked, "it is read, since nothing is known");
    assert!(told.contains("a queue that has interactions"), "{told}");
    let offered = rules.completions("destination_uri", &body);
    assert_eq!(offered[0].value, "genesys://queue/q-1");
    assert!(offered.iter().any(|one| one.value == "tel:"));
}

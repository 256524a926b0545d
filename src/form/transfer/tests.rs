use super::*;
use crate::form::{Ask, CheckVerdict, Question};
use crate::model::audit::{Chain, Record};
use crate::model::flow::FlowId;
use crate::model::interaction::{Interaction, Standing};
use crate::model::registration::Device;
use crate::model::transfer::DestinationKind;
use crate::model::transfer::made::{Asked, End, Happening, TransferId};
use crate::store::{Changes, Read};

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
        left_out: LeftOut::default(),
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

#[test]
fn what_is_under_way_is_refused_in_the_form_and_a_destination_tells_its_phones_and_codecs() {
    let ana = "genesys://user/ana";
    let mut store = Store::default();
    let device = |id: &str, registered| Device {
        id: id.into(),
        registered,
        codec: Some("G722".into()),
    };
    let read = Read {
        devices: vec![device("a", true), device("b", false)],
        spoken: &[],
        whole: true,
        live: true,
        asked: None,
    };
    let changes = &mut Changes::default();
    store
        .registrations
        .read(&"ana".into(), read, Millis(0), changes);
    let asked = |id: &str| {
        let request = Request {
            interaction_id: id.into(),
            destination_uri: ana.into(),
            ..Request::blank(&Limits::default())
        };
        Happening::Asked(Box::new(Asked {
            request: request.into(),
            destination: Destination::parse(ana).unwrap(),
            operator: "o".into(),
        }))
    };
    let of = |number| TransferId {
        flow: FlowId(1),
        number,
    };
    store.transfers.happened(of(0), asked("i-1"), Millis(0));
    store.transfers.happened(of(1), asked("i-2"), Millis(0));
    let end = End::Transferred {
        codec: Some("g722".into()),
        by_reading: false,
    };
    let ended = Happening::Ended {
        end,
        latency_us: None,
    };
    store.transfers.happened(of(1), ended, Millis(1));
    let rules = Transferring {
        known: Known::of(&store, &DestinationKind::ALL),
        ..rules(None)
    };
    let known = rules.checks(&one("i-1", ana)).into_iter();
    let told: Vec<_> = known
        .filter_map(|check| match check.ask {
            Ask::Known(verdict, told) => Some((verdict, told)),
            Ask::World(_) => None,
        })
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].0 == CheckVerdict::Bad && told[0].1.contains("under way (queued)"),
        "{told:?}"
    );
    assert!(
        told[1].1.contains("1 of 2 phones registered") && told[1].1.ends_with("with G722"),
        "{told:?}"
    );
    assert_eq!(
        told[2],
        (
            CheckVerdict::Warning,
            "did not accept opus before; it accepts g722, as an earlier transfer showed".to_owned()
        )
    );
}

#[test]
fn a_batch_that_is_filled_in_again_leaves_out_what_was_moved() {
    let ana = "genesys://user/ana";
    let mut store = Store::default();
    let line = |line: u64, id: &str, status: &str, subject: &str| {
        let line = json!({
            "timestamp": "2026-06-15T12:00:00Z", "action": "transfer", "profile": "p", "operator": "o", "status": status, "id": id,
            "line": line, "session": "s", "subject": subject, "destination": ana, "prev": "",
        });
        serde_json::from_value::<Record>(line).unwrap()
    };
    let lines = vec![
        line(1, "a", "intent", "i-0"),
        line(2, "a", "ok", "i-0"),
        line(3, "b", "intent", "i-1"),
    ];
    store.audit.read(lines, Chain::Unread);
    let about: Vec<String> = (0..3).map(|n| format!("i-{n}")).collect();
    let now = Millis(
        "2026-06-15T13:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_millisecond(),
    );
    let body = json!({"destination_uri": ana});
    let (left, out) = LeftOut::of(&about, &body, &store, now);
    assert_eq!(left, ["i-2"]);
    let told = format!("{:?}", out.check().unwrap().ask);
    assert!(
        told.contains("1 that were transferred there already") && told.contains("look at i-1"),
        "{told}"
    );
    let elsewhere = json!({"destination_uri": "genesys://user/bob"});
    let (left, out) = LeftOut::of(&about, &elsewhere, &store, now);
    assert_eq!((left.len(), out.check()), (3, None));
}

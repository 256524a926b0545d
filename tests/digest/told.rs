//! A record whose every moment is known, and the digest of it.

use serde_json::json;
use trunkline::model::alert::{
    Acknowledgement, Alert, AlertBook, AlertId, AlertKind, Details, Post, PostDelivery, Scope,
    Silence, Subject,
};
use trunkline::model::audit::{AuditRef, Record as Line};
use trunkline::model::bookmark::Bookmark;
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::digest::{Digest, DigestFor};
use trunkline::model::registration::{Device, Update, User};
use trunkline::record::digest::{Beside, story, tell};
use trunkline::record::{About, Record, RecordError, RecordFolder, RecordSettings, Told, Writer};
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;

/// 2026-06-15T03:00:00Z.
pub const BEGIN: i64 = 1_781_492_400_000;
const MINUTE: i64 = 60_000;

/// So many minutes after the begin.
pub fn at(minute: i64) -> Millis {
    Millis(BEGIN + minute * MINUTE)
}

pub fn writer(folder: &RecordFolder) -> Writer {
    let about = About {
        profile: "lab".to_owned(),
        api: "direct".to_owned(),
        ..About::default()
    };
    opened(|| Writer::open(folder.clone(), about.clone(), RecordSettings::default()))
}

/// The place of the writer before may for a moment be with a child that another test has just started: it is not taken
/// over by what that becomes.
pub fn opened(open: impl Fn() -> Result<Writer, RecordError>) -> Writer {
    loop {
        match open() {
            Err(RecordError::Taken) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

/// Four people with a phone each, all registered.
pub fn everyone() -> Vec<Told> {
    let user = |n: u32| User {
        id: format!("user-{n}").as_str().into(),
        name: format!("Person {n}").into(),
        site: Some(if n < 2 { "Accra" } else { "Oslo" }.into()),
    };
    let users = News::Users {
        users: (0..4).map(user).collect(),
        total: None,
    };
    let snapshot = |n: u32| News::Snapshot {
        user: format!("user-{n}").as_str().into(),
        devices: vec![Device {
            id: format!("phone-{n}").as_str().into(),
            registered: true,
            codec: None,
        }],
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    let news = [users, News::UsersComplete].into_iter();
    Writer::news(news.chain((0..4).map(snapshot)).collect())
}

pub fn phone(n: u32, registered: bool) -> Vec<Told> {
    Writer::news(vec![News::Update(Update {
        user: format!("user-{n}").as_str().into(),
        device: format!("phone-{n}").as_str().into(),
        registered: Some(registered),
        codec: None,
        raw: bytes::Bytes::new(),
    })])
}

fn carrier(health: Health) -> Vec<Told> {
    let carrier = Carrier {
        health,
        ..Carrier::of_base("c-1".into(), "Northwind".into(), None)
    };
    Writer::news(vec![News::Carriers {
        carriers: vec![carrier],
        faults: Vec::new(),
    }])
}

fn alert(id: u64, began: Millis, ended: Option<Millis>, by: Option<&str>) -> Alert {
    let body = json!({
        "timestamp": began.to_string(), "userId": "user-0", "deviceId": "phone-0", "registered": false,
        "codec": "unknown", "alertType": "registration_failure", "carrierHealth": "healthy", "tlsValid": null,
    });
    Alert {
        id: AlertId(id),
        kind: AlertKind::RegistrationFailure,
        subject: Subject::Device {
            user: "user-0".into(),
            device: "phone-0".into(),
        },
        details: Details::default(),
        began,
        ended,
        away: 1,
        flapping: false,
        acknowledged: by.map(|by| Acknowledgement {
            by: by.into(),
            at: began.plus(MINUTE),
            note: "rebooted".into(),
        }),
        silenced_until: None,
        raise: Post {
            body: serde_json::from_value(body).unwrap(),
            delivery: PostDelivery::NoWebhook,
        },
        resolve: None,
        targets: Vec::new(),
    }
}

fn book(alerts: Vec<Alert>) -> Vec<Told> {
    let mut book = AlertBook::default();
    for alert in alerts {
        book.insert(alert);
    }
    book.silence(Silence {
        scope: Scope::All,
        from: at(1),
        until: at(90),
        by: "ana".into(),
        reason: "power work".into(),
    });
    vec![Told::Alerts(Box::new(book))]
}

fn line(number: u64, minute: i64, id: &str, status: &str) -> Line {
    serde_json::from_value(json!({
        "timestamp": at(minute).to_string(), "action": "route.create", "profile": "lab", "operator": "ben",
        "status": status, "id": id, "line": number, "session": "s", "subject": format!("route-{id}"),
        "prev": format!("hash-{number}"),
    }))
    .unwrap()
}

fn beside() -> Beside {
    Beside {
        profile: "lab".into(),
        audit: vec![
            line(1, 2, "old", "ok"),
            line(2, 11, "good", "intent"),
            line(3, 11, "good", "ok"),
            line(4, 20, "doubt", "intent"),
            line(5, 20, "doubt", "unknown"),
            line(6, 30, "hangs", "intent"),
        ],
        jobs: Vec::new(),
        bookmarks: vec![Bookmark {
            number: 3,
            at: at(25),
            pane: "registrations".to_owned(),
            note: "look here".into(),
            by: "ana".into(),
            made: at(26),
            ..Bookmark::default()
        }],
    }
}

/// An hour: phone 0 is lost and stays so, phone 1 is lost and comes back, phone 2 flaps, phone 3 was lost before and is
/// back; the carrier goes down and comes back half; the recorder is off for ten minutes.
fn hour(folder: &RecordFolder) {
    let mut one = writer(folder);
    one.tell(at(0), everyone()).unwrap();
    one.tell(at(0), carrier(Health::Healthy)).unwrap();
    one.tell(at(3), phone(3, false)).unwrap();
    one.tell(at(12), phone(1, false)).unwrap();
    one.tell(at(13), book(vec![alert(1, at(12), None, None)]))
        .unwrap();
    one.tell(at(14), phone(1, true)).unwrap();
    one.tell(at(15), phone(3, true)).unwrap();
    for n in 0..6 {
        one.tell(at(16).plus(n * 1_000), phone(2, n % 2 == 1))
            .unwrap();
    }
    one.tell(at(20), carrier(Health::Down)).unwrap();
    one.tell(
        at(20),
        vec![Told::Wrote(AuditRef {
            line: 5,
            prev: "hash-5".into(),
        })],
    )
    .unwrap();
    let acknowledged = alert(1, at(12), Some(at(18)), Some("ana"));
    one.tell(at(21), book(vec![acknowledged.clone()])).unwrap();
    one.close(at(30)).unwrap();
    let mut two = writer(folder);
    two.tell(at(40), everyone()).unwrap();
    two.tell(at(40), carrier(Health::Degraded)).unwrap();
    two.tell(at(45), phone(0, false)).unwrap();
    two.tell(
        at(46),
        book(vec![acknowledged, alert(2, at(45), None, None)]),
    )
    .unwrap();
    two.close(at(60)).unwrap();
}

fn digest(folder: &RecordFolder, (from, to): (i64, i64), whom: DigestFor) -> Digest {
    let mut record = Record::open(folder.clone()).unwrap();
    tell(
        &story(&mut record, (at(from), at(to)), &|| true).unwrap(),
        whom,
        &beside(),
    )
}

/// Every line of a section, as people read it.
fn lines(digest: &Digest, name: &str) -> Vec<String> {
    let section = digest.section(name);
    let lines = section
        .map(|section| section.lines.as_slice())
        .unwrap_or_default();
    lines
        .iter()
        .map(|line| format!("{} {}", line.what, line.said).trim().to_owned())
        .collect()
}

#[test]
fn it_tells_what_became_of_each_and_how_much_was_not_known() {
    let dir = tempfile::tempdir().unwrap();
    let folder = RecordFolder::at(dir.path().join("record"));
    hour(&folder);
    let told = digest(&folder, (10, 60), DigestFor::Returned);
    assert_eq!(
        lines(&told, "lost"),
        ["Person 0 phone-0 lost for 15m00s, Accra"]
    );
    let back = lines(&told, "back");
    assert_eq!(
        back,
        [
            "Person 2 phone-2 back after 1s, Oslo",
            "Person 3 phone-3 back, was lost before, Oslo",
            "Person 1 phone-1 back after 2m00s, Accra",
        ]
    );
    assert_eq!(
        lines(&told, "flapped"),
        ["Person 2 phone-2 6 changes, now ok, Oslo"]
    );
    assert_eq!(
        lines(&told, "carriers"),
        ["Northwind healthy -> degraded, 2 changes"]
    );
    assert_eq!(
        lines(&told, "writes"),
        [
            "route.create route-doubt unknown, by ben",
            "route.create route-hangs begun, and no end of it is on record, by ben",
            "route.create route-good ok, by ben",
        ]
    );
    assert_eq!(
        lines(&told, "alerts"),
        [
            "phone lost user-0 / phone-0 open for 15m00s, not acknowledged",
            "phone lost user-0 / phone-0 over after 6m00s, acknowledged by ana: rebooted",
        ]
    );
    assert_eq!(
        lines(&told, "sites"),
        [
            "Accra 1 lost, 1 back, 2 not known, for 19m59s together",
            "Oslo 2 back, 1 flapped, 2 not known, for 19m59s together",
        ]
    );
    assert_eq!(
        lines(&told, "coverage"),
        [
            "nothing was recorded for 9m59s",
            "4 phones were not known for 39m59s together, 0 are not now",
        ]
    );
    assert!(!told.whole);
    assert_eq!(
        told.section("silences"),
        None,
        "who was away is told what changed"
    );
    let figures =
        "3 writes, 2 alerts, 1 lost, 3 back, 1 flapped most, 1 carriers that moved, 1 bookmarks";
    assert_eq!(told.figures(), figures);
}

#[test]
fn a_line_leads_to_its_row_at_its_moment() {
    let dir = tempfile::tempdir().unwrap();
    let folder = RecordFolder::at(dir.path().join("record"));
    hour(&folder);
    let told = digest(&folder, (10, 60), DigestFor::Returned);
    let place = |name: &str, n: usize| {
        let line = &told.section(name).unwrap().lines[n];
        let place = line.place.clone().unwrap();
        (place.at.unwrap(), place.pane, place.filter)
    };
    let phone = |n| format!("userId=\"user-{n}\" deviceId=\"phone-{n}\"");
    assert_eq!(
        place("lost", 0),
        (at(45), "registrations".to_owned(), phone(0))
    );
    assert_eq!(
        place("back", 2),
        (at(14), "registrations".to_owned(), phone(1))
    );
    assert_eq!(
        place("carriers", 0),
        (at(40), "carriers".to_owned(), "id=\"c-1\"".to_owned())
    );
    // An alert is there once the record has it, and not before.
    assert_eq!(
        place("alerts", 0),
        (at(46), "alerts".to_owned(), "id=2".to_owned())
    );
    assert_eq!(
        place("writes", 0),
        (at(20), "audit".to_owned(), "id=\"doubt\"".to_owned())
    );
    assert_eq!(place("bookmarks", 0).0, at(25));
}

#[test]
fn whoever_takes_over_is_told_what_is_to_be_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let folder = RecordFolder::at(dir.path().join("record"));
    hour(&folder);
    let told = digest(&folder, (50, 60), DigestFor::Successor);
    // It was opened before, and holds.
    assert_eq!(
        lines(&told, "alerts"),
        ["phone lost user-0 / phone-0 open for 15m00s, not acknowledged"]
    );
    assert_eq!(
        lines(&told, "silences"),
        Vec::<String>::new(),
        "it ends in 30 minutes"
    );
    let told = digest(&folder, (10, 60), DigestFor::Successor);
    assert_eq!(
        lines(&told, "silences"),
        ["every alert ends in 30m00s; made by ana: power work"]
    );
    assert_eq!(
        lines(&told, "bookmarks"),
        ["3 registrations look here (ana)"]
    );
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["from"], "2026-06-15T03:10:00.000Z");
    let again: Digest = serde_json::from_value(json).unwrap();
    assert_eq!(again, told);
}

#[test]
fn what_the_record_does_not_reach_and_an_audit_that_is_another_one_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let folder = RecordFolder::at(dir.path().join("record"));
    hour(&folder);
    let mut record = Record::open(folder).unwrap();
    let story = story(&mut record, (at(-60), at(29)), &|| true).unwrap();
    let mut other = beside();
    other.audit[4].prev = "hash-other".into();
    let told = tell(&story, DigestFor::Returned, &other);
    assert_eq!(
        lines(&told, "coverage"),
        ["the record begins here: nothing is known of before"]
    );
    assert_eq!(
        lines(&told, "writes")[0],
        "line 5 of the audit is not the one that was recorded: trunkline audit verify"
    );
    assert_eq!(
        tell(&story, DigestFor::Returned, &beside()).count("writes"),
        3
    );
}

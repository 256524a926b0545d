use hashbrown::HashSet;
use tokio::time::Instant;

use super::*;
use crate::model::registration::MOST_DEVICES;
use crate::model::registration::condition::Condition;
use crate::model::registration::phone::{Person, PhoneTraits, View};
use crate::text::Text;
use crate::time::Millis;

fn served(registered: bool) -> Report {
    Report {
        primary: Some(View {
            served: Some(registered),
            since: None,
        }),
        ..Report::default()
    }
}

fn phone(id: &str, user: &str, registered: bool) -> Phone {
    Phone {
        id: id.into(),
        name: id.into(),
        browser: false,
        reboots: None,
        person: Person {
            id: user.into(),
            name: Text::default(),
            nobody: false,
        },
        site: None,
        traits: PhoneTraits::default(),
        report: served(registered),
    }
}

fn topic(id: &str) -> Topic {
    topics::phone(id)
}

/// An event of a phone's topic.
fn told(registered: bool) -> Bytes {
    let word = if registered { "OPERATIONAL" } else { "OFFLINE" };
    format!(r#"{{"status":{{"operationalStatus":"{word}"}}}}"#).into()
}

/// What a word comes to that is of a desk phone.
fn registered(condition: Condition) -> Option<bool> {
    match condition {
        Condition::Registered => Some(true),
        Condition::Lost => Some(false),
        _ => None,
    }
}

fn states(landed: &BookedRead) -> Vec<(&str, Option<bool>, bool)> {
    let states = landed.sightings.iter();
    states
        .map(|one| (one.device.raw(), registered(one.condition), one.live))
        .collect()
}

/// A book of two phones, both read.
fn book() -> Book {
    let mut book = Book::default();
    let begun = book.moment();
    let phones = vec![phone("a", "u-1", true), phone("b", "u-2", true)];
    let landed = book.land(phones, Vec::new(), Some(1), (begun, Instant::now()));
    assert!(landed.new);
    assert_eq!(
        states(&landed),
        [("a", Some(true), false), ("b", Some(true), false)]
    );
    book
}

#[test]
fn an_event_is_newer_than_a_read_that_had_begun() {
    let mut book = book();
    book.carry([topic("a"), topic("b")].iter(), Delivery::Live);
    let begun = book.moment();
    let sighting = book.hear(&topic("a"), &told(false)).unwrap().remove(0);
    assert_eq!(
        (registered(sighting.condition), sighting.live),
        (Some(false), true)
    );
    let phones = vec![phone("a", "u-1", true), phone("b", "u-2", true)];
    let landed = book.land(phones, Vec::new(), Some(1), (begun, Instant::now()));
    assert_eq!(states(&landed), [("b", Some(true), true)]);
    let begun = book.moment();
    let landed = book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(states(&landed), [("a", Some(true), true)]);
}

#[test]
fn a_read_that_began_before_the_topic_was_live_does_not_make_the_row_live() {
    let mut book = book();
    let begun = book.moment();
    book.carry([topic("a")].iter(), Delivery::Live);
    let landed = book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(states(&landed), [("a", Some(true), false)]);
    let unsure = book.unsure_pages(Instant::now(), Duration::ZERO, true);
    assert!(unsure.get(&1).is_some_and(|since| *since > begun));
    let begun = book.moment();
    let landed = book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(states(&landed), [("a", Some(true), true)]);
    assert!(
        book.unsure_pages(Instant::now(), Duration::ZERO, true)
            .is_empty()
    );
}

#[test]
fn a_gap_is_of_the_rows_that_were_sure() {
    let mut book = book();
    let lost = book.carry([topic("a"), topic("b")].iter(), Delivery::Live);
    assert!(lost.is_empty());
    let begun = book.moment();
    book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    let lost = book.carry([topic("a"), topic("b")].iter(), Delivery::Broken);
    assert_eq!(lost, [("u-1".into(), "a".into())]);
    let numbers = book.numbers();
    assert_eq!(
        (numbers.carried, numbers.covered, numbers.phones),
        (0, 2, 2)
    );
    book.carry([topic("b")].iter(), Delivery::Polled);
    assert_eq!(book.numbers().covered, 1);
    assert_eq!(book.polled_pages(), BTreeSet::from([1]));
}

#[test]
fn what_a_round_did_not_name_is_astray_and_what_is_gone_is_forgotten() {
    let mut book = book();
    let since = book.moment();
    let begun = book.moment();
    book.land(
        vec![phone("b", "u-2", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(book.astray(&BTreeSet::from([1]), since), ["a".into()]);
    assert!(book.astray(&BTreeSet::from([2]), since).is_empty());
    assert_eq!(book.forget(&"a".into()), Some("u-1".into()));
    assert_eq!(book.forget(&"a".into()), None);
    assert_eq!(book.people().len(), 1);
    assert_eq!(book.topics(Instant::now()).0, [topic("b")]);
}

#[test]
fn a_phone_that_becomes_anothers_leaves_its_old_row() {
    let mut book = book();
    let begun = book.moment();
    let landed = book.land(
        vec![phone("a", "u-9", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(landed.moved, [("u-1".into(), "a".into())]);
    assert_eq!(landed.sightings[0].user, "u-9".into());
    assert_eq!(book.phones_of(&"u-9".into()), ["a".into()]);
}

#[test]
fn names_that_are_missing_are_asked_for_once_and_kept() {
    let mut book = book();
    assert_eq!(book.unnamed(1), ["u-1".into()]);
    assert_eq!(book.unnamed(9), ["u-2".into()]);
    assert!(book.unnamed(9).is_empty());
    let ana = User {
        id: "u-1".into(),
        name: "Ana".into(),
        site: None,
    };
    assert_eq!(book.name(vec![ana.clone()]), [ana]);
    let begun = book.moment();
    let landed = book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert!(
        landed.people.is_empty(),
        "a reference has no name, and takes none away"
    );
}

#[test]
fn a_read_that_is_too_old_is_told_once() {
    let mut book = book();
    let (now, age) = (Instant::now(), Duration::from_secs(60));
    assert!(book.outdated(now, age).is_empty());
    let late = now + age * 2;
    assert_eq!(book.outdated(late, age).len(), 2);
    assert!(book.outdated(late, age).is_empty());
}

#[test]
fn a_topic_that_comes_back_reads_out_of_turn_only_what_is_not_fresh() {
    let (mut book, hour) = (book(), Duration::from_secs(3_600));
    let both = [topic("a"), topic("b")];
    book.carry(both.iter(), Delivery::Live);
    assert!(
        book.unsure_pages(Instant::now(), hour, true).is_empty(),
        "just read"
    );
    assert!(
        book.unproven_pages(true).contains_key(&1),
        "a read makes them live"
    );
    let begun = book.moment();
    book.land(
        vec![phone("a", "u-1", true), phone("b", "u-2", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(book.numbers().sure, 2);

    assert_eq!(book.carry(both.iter(), Delivery::Broken).len(), 2);
    assert!(book.stale_pages().is_empty(), "it may be back at once");
    book.carry(both.iter(), Delivery::Polled);
    assert_eq!(book.stale_pages(), BTreeSet::from([1]));
    let begun = book.moment();
    book.land(
        vec![phone("a", "u-1", true), phone("b", "u-2", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert!(book.stale_pages().is_empty(), "polled meanwhile");
    book.carry(both.iter(), Delivery::Live);
    assert!(
        book.unsure_pages(Instant::now(), hour, true).is_empty()
            && book.unproven_pages(true).is_empty()
    );
    assert_eq!(
        book.polled_pages(),
        BTreeSet::from([1]),
        "its turn makes it live"
    );
    assert_eq!((book.numbers().carried, book.numbers().sure), (2, 0));
    assert!(
        book.unsure_pages(Instant::now() + hour, hour, true)
            .contains_key(&1)
    );
}

#[test]
fn lost_phones_and_those_that_turned_matter() {
    let mut book = book();
    let now = Instant::now();
    assert!(book.pages_that_matter(now).is_empty());
    let begun = book.moment();
    book.land(
        vec![phone("a", "u-1", false)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(
        book.pages_that_matter(now + LATELY * 2),
        BTreeSet::from([1])
    );
    let begun = book.moment();
    book.land(
        vec![phone("a", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(
        book.pages_that_matter(now),
        BTreeSet::from([1]),
        "it has turned just now"
    );
    assert!(book.pages_that_matter(now + LATELY * 2).is_empty());
}

#[test]
fn who_is_attended_to_is_read_and_has_a_topic_before_others() {
    let mut book = Book::default();
    let now = Instant::now();
    let later = |seconds| now + Duration::from_secs(seconds);
    for (page, id) in (1..).zip(["a", "b", "c"]) {
        let begun = book.moment();
        book.land(
            vec![phone(id, id, true)],
            Vec::new(),
            Some(page),
            (begun, Instant::now()),
        );
    }
    book.attend(vec!["c".into(), "not listed yet".into()], now);
    assert_eq!(book.pages_that_matter(now), [3].into());
    assert_eq!(book.topics(now).0, [topic("c"), topic("a"), topic("b")]);
    assert!(!book.matter_without_topic(now), "no topic is carried yet");
    book.carry([topic("b"), topic("c")].iter(), Delivery::Polled);
    assert!(book.matter_without_topic(now));
    book.attend(vec!["a".into()], later(60));
    assert_eq!(
        book.pages_that_matter(later(60)),
        [1].into(),
        "on screen now"
    );
    let both = [topic("a"), topic("c"), topic("b")];
    assert_eq!(book.topics(later(60)).0, both, "a look away costs no topic");
    assert_eq!(
        book.topics(later(400)).0,
        [topic("a"), topic("b"), topic("c")]
    );
    let begun = book.moment();
    book.land(
        vec![phone("d", "not listed yet", true)],
        Vec::new(),
        Some(4),
        (begun, Instant::now()),
    );
    book.attend(vec!["not listed yet".into()], later(400));
    assert_eq!(book.topics(later(400)).0[0], topic("d"));
}

#[test]
fn one_person_s_phones_do_not_fill_the_book_and_it_says_so() {
    let mut book = Book::default();
    let begun = book.moment();
    let crowd = (0..MOST_DEVICES + 5).map(|n| phone(&format!("c-{n}"), "u-1", true));
    let phones = crowd.chain([phone("b", "u-2", true)]).collect();
    let landed = book.land(phones, Vec::new(), Some(1), (begun, Instant::now()));
    assert_eq!(
        book.numbers().phones,
        MOST_DEVICES + 1,
        "others have theirs"
    );
    let said: Vec<_> = landed.faults.iter().map(|fault| fault.0.raw()).collect();
    let sentence =
        "Phones of the user u-1: there are more than 1,000; only 1,000 of them are shown.";
    assert_eq!(said, [sentence], "once, not five times");
    // What goes over to someone who has as many leaves its old owner and is not taken in.
    let landed = book.land(
        vec![phone("b", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(landed.moved, [("u-2".into(), "b".into())]);
    assert_eq!(book.numbers().phones, MOST_DEVICES);
    // One that is gone makes room for another.
    book.forget(&"c-0".into()).unwrap();
    let landed = book.land(
        vec![phone("b", "u-1", true)],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    assert!(landed.faults.is_empty());
    assert_eq!(book.numbers().phones, MOST_DEVICES);
    assert_eq!(book.phones_of(&"u-1".into()).len(), MOST_DEVICES);
}

fn browser(id: &str, user: &str) -> Phone {
    Phone {
        browser: true,
        ..phone(id, user, true)
    }
}

fn at_work(user: &str) -> (User, Duty) {
    let user = User {
        id: user.into(),
        name: "Ana".into(),
        site: None,
    };
    let duty = Duty {
        signed_in: Some((true, None)),
        seated: Some(true),
        responding: Some((true, None)),
        calls: Some(0),
        ..Duty::default()
    };
    (user, duty)
}

#[test]
fn a_browser_is_what_its_person_says_and_its_lines_are_its_edges_reach() {
    let mut book = Book::default();
    let begun = book.moment();
    let landed = book.land(
        vec![browser("w", "u-1")],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    let seen = &landed.sightings[0];
    assert_eq!(
        (seen.condition, seen.reach),
        (Condition::Unknown, Some(true)),
        "that an edge could reach it says nothing of the browser"
    );
    let begun = book.moment();
    let phones = vec![browser("w", "u-1")];
    let landed = book.land(
        phones,
        vec![at_work("u-1")],
        Some(1),
        (begun, Instant::now()),
    );
    assert_eq!(landed.sightings[0].condition, Condition::Connected);
    assert_eq!(landed.people[0].name.raw(), "Ana");

    let failed = Bytes::from_static(
        br#"{"persistentState":"FAILED","errorInfo":{"text":"the tab is gone"}}"#,
    );
    let connection = topics::person(&"u-1".into(), duty::TOPICS[0]);
    let heard = book.hear(&connection, &failed).unwrap();
    assert_eq!(heard[0].condition, Condition::Failed);
    assert_eq!(heard[0].reason, Some("the tab is gone".into()));
    let gone = Bytes::from_static(br#"{"presenceDefinition":{"systemPresence":"OFFLINE"}}"#);
    let presence = topics::person(&"u-1".into(), duty::TOPICS[1]);
    let heard = book.hear(&presence, &gone).unwrap();
    assert_eq!(heard[0].condition, Condition::SignedOut);
    let nobody = topics::person(&"u-9".into(), duty::TOPICS[1]);
    assert!(book.hear(&nobody, &gone).unwrap().is_empty());
    assert!(book.hear(&presence, &Bytes::from_static(b"?")).is_err());
}

#[test]
fn a_browser_is_live_once_all_topics_are_and_a_read_began_since() {
    let mut book = Book::default();
    let begun = book.moment();
    let both = || vec![browser("w", "u-1"), phone("d", "u-2", true)];
    book.land(
        both(),
        vec![at_work("u-1")],
        Some(1),
        (begun, Instant::now()),
    );
    let wanted = book.topics(Instant::now()).0;
    assert_eq!(wanted.len(), 2 + duty::TOPICS.len());
    let first = topics::person(&"u-1".into(), "persistentconnection");
    assert!(
        wanted[..2].contains(&first) && wanted[..2].contains(&topic("d")),
        "what no read tells goes before the rest: {wanted:?}"
    );
    let (last, most) = wanted.split_last().unwrap();
    book.carry(most.iter(), Delivery::Live);
    assert_eq!(book.numbers().carried, 1);
    book.carry([last].into_iter(), Delivery::Live);
    assert_eq!((book.numbers().carried, book.numbers().sure), (2, 0));
    let begun = book.moment();
    let told = book.land(
        both(),
        vec![at_work("u-1")],
        Some(1),
        (begun, Instant::now()),
    );
    assert!(told.sightings.iter().all(|one| one.live));
    let broken = book.carry([first].iter(), Delivery::Broken);
    assert_eq!(broken, [("u-1".into(), "w".into())]);
    assert_eq!(book.forget(&"w".into()), Some("u-1".into()));
    assert!(!book.has_browsers());
}

/// No read tells of a connection: what a topic told of it holds as long as the topic is carried, and no longer.
#[test]
fn what_a_connection_was_before_its_topic_broke_is_not_what_it_is() {
    let mut book = Book::default();
    let connection = topics::person(&"u-1".into(), duty::TOPICS[duty::CONNECTION]);
    let calls = topics::person(&"u-1".into(), "conversationsummary");
    let failed = Bytes::from_static(br#"{"persistentState":"FAILED"}"#);
    let read = |book: &mut Book| {
        let begun = (book.moment(), Instant::now());
        let read = vec![at_work("u-1")];
        let landed = book.land(vec![browser("w", "u-1")], read, Some(1), begun);
        landed.sightings[0].condition
    };
    assert_eq!(read(&mut book), Condition::Connected);
    let fail = |book: &mut Book| book.hear(&connection, &failed).unwrap()[0].condition;
    assert_eq!(fail(&mut book), Condition::Failed);
    book.carry([&calls].into_iter(), Delivery::Broken);
    assert_eq!(read(&mut book), Condition::Failed, "its topic is carried");
    for by in [Delivery::Broken, Delivery::Polled] {
        book.carry([&connection].into_iter(), by);
        assert_eq!(read(&mut book), Condition::Connected);
        assert_eq!(fail(&mut book), Condition::Failed);
    }
    book.carry([&connection].into_iter(), Delivery::Live);
    assert_eq!(read(&mut book), Condition::Failed, "heard as it went live");
    book.doubt();
    assert_eq!(read(&mut book), Condition::Connected);
}

/// What its phone's topic tells of a browser says nothing of its person: as long as those topics are not carried the row is as old as
/// the last read, and where it was not sure it is told again only once both were.
#[test]
fn a_browser_is_as_old_as_what_was_read_last_of_its_person() {
    let mut book = Book::default();
    let read = |book: &mut Book, people: bool| {
        let asked = Instant::now();
        let read = if people {
            vec![at_work("u-1")]
        } else {
            Vec::new()
        };
        let begun = (book.moment(), asked);
        let landed = book.land(vec![browser("w", "u-1")], read, Some(1), begun);
        (landed.sightings.first().map(|seen| seen.asked), asked)
    };
    let (seen, asked) = read(&mut book, true);
    let at = seen.flatten().unwrap();
    std::thread::sleep(Duration::from_millis(3));
    let age = |seen: Option<Option<Millis>>| seen.flatten().unwrap().0 - at.0;
    let event = |book: &mut Book| {
        let heard = book.hear(&topic("w"), &told(true)).unwrap();
        heard.first().map(|seen| seen.asked)
    };
    // A millisecond is what the two clocks may differ by.
    assert!(age(event(&mut book)).abs() <= 1);
    assert!(age(read(&mut book, false).0).abs() <= 1);
    let (again, later) = read(&mut book, true);
    let passed = i64::try_from((later - asked).as_millis()).unwrap();
    assert!((age(again) - passed).abs() <= 1 && passed >= 3);

    let unsure = |book: &mut Book| assert_eq!(book.missed(1).len(), 1);
    unsure(&mut book);
    assert_eq!(event(&mut book), None, "its person is not read");
    assert_eq!(read(&mut book, false).0, None);
    assert!(read(&mut book, true).0.is_some());
    unsure(&mut book);
    let begun = (book.moment(), Instant::now());
    let landed = book.land_people(vec![at_work("u-1")], begun);
    assert!(landed.sightings.is_empty(), "its edges have not told");
    assert!(event(&mut book).is_some());
}

#[test]
fn a_sweep_makes_sure_of_whom_it_does_not_name_and_says_who_is_better() {
    let mut book = book();
    let begun = book.moment();
    let away = vec![phone("c", "u-3", false)];
    book.land(away, Vec::new(), Some(2), (begun, Instant::now()));
    let nobody = HashSet::new();
    let begun = book.moment();
    book.carry(["a", "b", "c"].map(topic).iter(), Delivery::Live);
    let early = book.swept(&nobody, (begun, Instant::now()));
    assert!(early.sightings.is_empty(), "it began before");
    let begun = book.moment();
    book.land(
        vec![phone("b", "u-2", false)],
        Vec::new(),
        None,
        (begun, Instant::now()),
    );
    let named = HashSet::from_iter([DeviceId::from("b")]);
    let step = book.swept(&named, (begun, Instant::now()));
    let sure = step.sightings.iter();
    let sure: Vec<_> = sure.map(|one| (one.device.raw(), one.live)).collect();
    assert_eq!(sure, [("a", true)]);
    assert_eq!((step.better, step.more), ([2].into(), false));
    assert_eq!(book.numbers().sure, 2);
    assert_eq!(book.pages_that_matter(Instant::now()), [1, 2].into());
}

#[test]
fn a_browser_is_sure_once_a_sweep_and_a_read_of_its_person_say_so() {
    let mut book = Book::default();
    let begun = book.moment();
    book.land(
        vec![browser("w", "u-1")],
        Vec::new(),
        Some(1),
        (begun, Instant::now()),
    );
    let now = Instant::now();
    let begun = book.moment();
    assert_eq!(book.people_to_read(9, begun, now), ["u-1".into()]);
    assert!(
        book.people_to_read(9, begun, now).is_empty(),
        "once is enough"
    );
    let wanted = book.topics(now).0;
    book.carry(wanted.iter(), Delivery::Live);
    let landed = book.land_people(vec![at_work("u-1")], (begun, Instant::now()));
    assert!(!landed.sightings[0].live, "it began before");
    let begun = book.moment();
    assert!(
        book.swept(&HashSet::new(), (begun, Instant::now()))
            .sightings
            .is_empty()
    );
    assert_eq!(
        book.people_to_read(9, begun, now),
        ["u-1".into()],
        "again since"
    );
    let landed = book.land_people(vec![at_work("u-1")], (begun, Instant::now()));
    assert_eq!(landed.sightings[0].condition, Condition::Connected);
    assert!(landed.sightings[0].live && book.numbers().sure == 1);
    book.people_missed(&["u-1".into()]);
    let begun = book.moment();
    assert_eq!(book.people_to_read(9, begun, now), ["u-1".into()]);
}

#[test]
fn what_a_sweep_does_not_name_is_sure_only_while_words_and_lines_agree() {
    let mut book = book();
    book.carry(["a", "b"].map(topic).iter(), Delivery::Live);
    let begun = book.moment();
    let nobody = HashSet::new();
    let step = book.swept(&nobody, (begun, Instant::now()));
    assert_eq!((step.sightings.len(), book.numbers().sure), (2, 2));
    // Another one is called well, and none of its lines is reached: the others may be so as well.
    let mut contrary = phone("c", "u-3", false);
    contrary.report.contrary = true;
    let begun = book.moment();
    let landed = book.land(
        vec![contrary.clone(), phone("b", "u-2", true)],
        Vec::new(),
        Some(2),
        (begun, Instant::now()),
    );
    let mut doubted = landed.doubted;
    doubted.sort();
    assert_eq!(
        doubted,
        [("u-1".into(), "a".into()), ("u-2".into(), "b".into())]
    );
    assert_eq!(
        landed
            .sightings
            .iter()
            .map(|one| (one.device.raw(), registered(one.condition), one.live))
            .collect::<Vec<_>>(),
        [("c", Some(false), false), ("b", Some(true), false)],
        "reads that begin from now on make sure"
    );
    assert_eq!(book.numbers().sure, 0);
    let begun = book.moment();
    let step = book.swept(&nobody, (begun, Instant::now()));
    assert!(step.sightings.is_empty(), "its silence says nothing more");
    assert_eq!(book.numbers().sure, 0);
    let begun = book.moment();
    let again = vec![contrary, phone("a", "u-1", true)];
    let landed = book.land(again, Vec::new(), Some(1), (begun, Instant::now()));
    assert!(landed.doubted.is_empty(), "told once");
    assert_eq!(book.numbers().sure, 1);
}

#[tokio::test(start_paused = true)]
async fn the_age_of_what_was_read_is_that_of_the_question() {
    let mut book = Book::default();
    let (begun, asked) = (book.moment(), Instant::now());
    tokio::time::advance(Duration::from_secs(20)).await;
    let phones = vec![phone("a", "u-1", true)];
    let landed = book.land(phones, Vec::new(), Some(1), (begun, asked));
    let age = crate::time::Clock::Real
        .now()
        .since(landed.sightings[0].asked.unwrap());
    assert!((20_000..80_000).contains(&age), "{age} ms");
    let old = |book: &mut Book, age| {
        book.outdated(Instant::now(), Duration::from_secs(age))
            .len()
    };
    assert_eq!(old(&mut book, 20), 0);
    // A sweep keeps it as new as the question was.
    let (begun, asked) = (book.moment(), Instant::now());
    tokio::time::advance(Duration::from_secs(10)).await;
    book.swept(&HashSet::new(), (begun, asked));
    assert_eq!((old(&mut book, 10), old(&mut book, 9)), (0, 1));
}

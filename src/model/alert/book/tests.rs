use proptest::prelude::*;

use super::*;
use crate::model::alert::{AlertKind, Details, Post, PostDelivery, Scope, Subject};

fn alert(id: u64, ended: Option<Millis>) -> Alert {
    let body = serde_json::json!({
        "timestamp": "2026-06-15T08:00:00Z", "userId": "user-0", "deviceId": "phone-0", "registered": false,
        "codec": "opus", "alertType": "registration_failure", "carrierHealth": "healthy", "tlsValid": true,
    });
    Alert {
        id: AlertId(id),
        kind: AlertKind::RegistrationFailure,
        subject: Subject::Carrier(format!("carrier-{id}").into()),
        details: Details::default(),
        began: Millis(0),
        ended,
        away: 1,
        flapping: false,
        acknowledged: None,
        silenced_until: None,
        raise: Post {
            body: serde_json::from_value(body).unwrap(),
            delivery: PostDelivery::NoWebhook,
        },
        resolve: None,
        targets: Vec::new(),
    }
}

fn step(book: &mut AlertBook, (what, id): (u8, u64)) {
    match what {
        0..=2 => {
            let id = book.fresh_id();
            book.insert(alert(id.0, None));
        }
        3..=5 => {
            book.amend(AlertId(id), |alert| alert.ended = Some(Millis(1)));
        }
        6 => {
            book.amend(AlertId(id), |alert| alert.away += 1);
        }
        7 => {
            book.silence(Silence {
                scope: Scope::All,
                from: Millis(0),
                until: Millis(i64::try_from(id).unwrap()),
                by: "ana".into(),
                reason: "".into(),
            });
        }
        8 => {
            book.end_silences(Millis(i64::try_from(id / 2).unwrap()));
        }
        // Many at once: what has ended is forgotten.
        _ => {
            for _ in 0..ENDED_KEPT / 2 {
                let id = book.fresh_id();
                book.insert(alert(id.0, Some(Millis(2))));
            }
        }
    }
}

fn assert_same(copy: &AlertBook, book: &AlertBook) {
    assert!(copy.iter().eq(book.iter()));
    assert_eq!(copy.silences(), book.silences());
    let sums = |book: &AlertBook| (book.open(), book.len(), book.dropped(), book.generation());
    assert_eq!(sums(copy), sums(book));
    assert_eq!(copy.clone().fresh_id(), book.clone().fresh_id());
}

/// As it is told to somebody in another process.
fn over(news: &AlertNews) -> AlertNews {
    rmp_serde::from_slice(&rmp_serde::to_vec_named(news).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whoever_hears_what_is_new_has_the_same_book(
        turns in prop::collection::vec(prop::collection::vec((0_u8..10, 1_u64..60), 1..10), 1..10),
    ) {
        let mut book = AlertBook::default();
        let mut copy = book.whole();
        for turn in turns {
            let known = book.generation();
            for one in turn {
                step(&mut book, one);
            }
            let news = book.since(known).unwrap();
            prop_assert!(copy.hear(over(&news)));
            assert_same(&copy, &book);
            prop_assert!(!copy.is_unsure());
            // Who was told of it all in between hears some of it twice.
            let mut late = book.whole();
            prop_assert!(late.hear(news));
            assert_same(&late, &book);
        }
    }
}

#[test]
fn where_something_was_not_heard_the_book_is_unsure_until_all_of_it_is_told() {
    let mut book = AlertBook::default();
    let mut copy = book.whole();
    for _ in 0..2 {
        let id = book.fresh_id();
        book.insert(alert(id.0, None));
    }
    let missed = book.generation();
    book.amend(AlertId(2), |alert| alert.away = 7);
    let news = book.since(missed).unwrap();
    assert!(!copy.hear(news.clone()), "two alerts were not heard of");
    assert!(copy.is_unsure());
    assert_eq!(
        copy.get(AlertId(2)).unwrap().away,
        7,
        "what is told is known"
    );
    assert_eq!(copy.len(), 1);
    assert!(copy.hear(book.since(book.generation()).unwrap()));
    assert!(copy.is_unsure(), "what is missing is missing still");
    assert!(!book.whole().is_unsure());
}

#[test]
fn a_change_is_told_as_that_change_and_more_than_is_known_as_all() {
    let mut book = AlertBook::default();
    for _ in 0..OPEN_KEPT {
        let id = book.fresh_id();
        book.insert(alert(id.0, None));
    }
    let known = book.generation();
    book.amend(AlertId(77), |alert| alert.away = 2);
    let news = rmp_serde::to_vec_named(&book.since(known).unwrap()).unwrap();
    assert!(news.len() < 1_000, "{} bytes for one alert", news.len());
    assert!(book.since(0).is_none(), "more changed than is known");
    assert!(
        book.since(book.generation() + 1).is_none(),
        "of another book"
    );
    let heard = book.whole();
    assert!(
        heard.since(known).is_none(),
        "who heard it did not see it change"
    );
}

//! The mailbox loses no fact: whatever is posted, what comes out leads to the same state.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::DeviceId;
use crate::model::registration::Device;
use crate::vocabulary::news::Status;

/// What a listener knows of one device: registered, codec, stale.
type Known = BTreeMap<(String, String), (Option<bool>, Option<String>, bool)>;

fn apply(known: &mut Known, news: &News) {
    match news {
        News::Update(update) => {
            let key = (update.user.raw().to_owned(), update.device.raw().to_owned());
            let row = known.entry(key).or_default();
            row.0 = update.registered.or(row.0);
            if let Some(codec) = &update.codec {
                row.1 = Some(codec.raw().to_owned());
            }
        }
        News::Snapshot { user, devices, .. } => {
            known.retain(|(of, _), _| of != user.raw());
            for device in devices {
                let row = (Some(device.registered), None, false);
                known.insert((user.raw().to_owned(), device.id.raw().to_owned()), row);
            }
        }
        News::Gap { user } => {
            let rows = known.iter_mut().filter(|((of, _), _)| of == user.raw());
            rows.for_each(|(_, row)| row.2 = true);
        }
        _ => {}
    }
}

fn update(user: &str, device: &str, registered: Option<bool>, codec: Option<&str>) -> Update {
    Update {
        user: user.into(),
        device: device.into(),
        registered,
        codec: codec.map(Into::into),
        raw: Bytes::new(),
    }
}

fn any_update() -> impl Strategy<Value = Update> {
    let codec = prop::option::of(prop::sample::select(vec!["opus", "PCMU"]));
    (0..4u8, 0..3u8, any::<Option<bool>>(), codec).prop_map(|(user, device, registered, codec)| {
        update(
            &format!("u{user}"),
            &format!("d{device}"),
            registered,
            codec,
        )
    })
}

fn any_news() -> impl Strategy<Value = News> {
    prop_oneof![
        20 => any_update().prop_map(News::Update),
        1 => (0..4u8).prop_map(|user| News::Gap { user: format!("u{user}").as_str().into() }),
        1 => (0..4u8, any::<bool>()).prop_map(|(user, registered)| News::Snapshot {
            user: format!("u{user}").as_str().into(),
            devices: vec![Device { id: DeviceId::from("d0"), registered, codec: None }],
            spoken: Vec::new(),
            whole: true,
            live: true,
            asked: None,
        }),
        1 => (0..9u32).prop_map(|users| News::Status(Status { users, ..Status::default() })),
    ]
}

proptest! {
    #[test]
    fn what_comes_out_leads_to_the_same_state(
        posts in prop::collection::vec((any_news(), 0..30usize), 0..400),
    ) {
        let mailbox = Mailbox::new(64);
        let (mut told, mut heard) = (Known::new(), Known::new());
        let (mut taken, mut gaps, mut lossy) = (0u64, 0u64, Vec::new());
        let mut out = Vec::new();
        for (news, taking) in posts {
            apply(&mut told, &news);
            mailbox.post(news);
            // Take now and then, and seldom enough that queues grow long.
            let drained = mailbox.drain(if taking > 27 { 40 } else { 0 }, &mut out);
            gaps += drained.overflowed.len() as u64;
            lossy.extend(drained.overflowed);
        }
        while { let d = mailbox.drain(7, &mut out); gaps += d.overflowed.len() as u64; lossy.extend(d.overflowed); d.more } {}
        for news in &out {
            apply(&mut heard, news);
        }
        taken += out.len() as u64;
        for user in &lossy {
            told.retain(|(of, _), _| of != user.raw());
            heard.retain(|(of, _), _| of != user.raw());
        }
        prop_assert_eq!(told, heard);
        let counters = mailbox.counters();
        prop_assert_eq!(counters.posted, taken - gaps + counters.coalesced + counters.dropped);
        prop_assert!(counters.dropped == 0 || !lossy.is_empty(), "dropped without a gap");
    }
}

#[test]
fn a_calm_feed_keeps_every_transition() {
    let mailbox = Mailbox::new(64);
    let mut batch = vec![
        update("u", "d", Some(false), None),
        update("u", "d", Some(true), None),
    ];
    mailbox.post_updates(&mut batch);
    let mut out = Vec::new();
    assert_eq!(mailbox.drain(10, &mut out), Drained::default());
    assert_eq!(out.len(), 2);
    assert!(batch.is_empty());
}

#[test]
fn a_long_queue_merges_field_by_field() {
    let mailbox = Mailbox::new(16);
    mailbox.post(News::UsersComplete);
    mailbox.post(News::UsersComplete);
    mailbox.post(News::Update(update("u", "d", Some(false), None)));
    mailbox.post(News::Update(update("u", "d", None, Some("opus"))));
    let mut out = Vec::new();
    mailbox.drain(10, &mut out);
    assert!(
        matches!(&out[2..], [News::Update(merged)] if *merged == update("u", "d", Some(false), Some("opus")))
    );
    assert_eq!(mailbox.counters().coalesced, 1);
}

#[test]
fn what_is_dropped_becomes_one_gap_and_control_news_always_fits() {
    let mailbox = Mailbox::new(4);
    for device in 0..9 {
        mailbox.post(News::Update(update("u", &format!("d{device}"), None, None)));
    }
    mailbox.post(News::UsersComplete);
    let mut out = Vec::new();
    let drained = mailbox.drain(100, &mut out);
    assert_eq!(drained.overflowed, [UserId::from("u")]);
    assert_eq!(mailbox.counters().dropped, 5);
    assert!(matches!(&out[4..], [News::Gap { .. }, News::UsersComplete]));
}

#[test]
fn a_status_never_overtakes_and_only_the_newest_waits() {
    let mailbox = Mailbox::new(4);
    for users in 0..5 {
        mailbox.post(News::Status(Status {
            users,
            ..Status::default()
        }));
        mailbox.post(News::UsersComplete);
    }
    let mut out = Vec::new();
    while mailbox.drain(100, &mut out).more {}
    let seen: Vec<_> = out
        .iter()
        .map(|news| {
            if let News::Status(status) = news {
                Some(status.users)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(seen, [Some(0), None, None, None, None, None, Some(4)]);
}

#[tokio::test]
async fn readers_wait_for_room_and_the_application_for_news() {
    let mailbox = Mailbox::new(1);
    mailbox.post(News::UsersComplete);
    mailbox.ready().await;
    let reader = tokio::spawn({
        let mailbox = Arc::clone(&mailbox);
        async move { mailbox.room().await }
    });
    tokio::task::yield_now().await;
    assert!(!reader.is_finished());
    mailbox.drain(1, &mut Vec::new());
    assert!(reader.await.is_ok());
}

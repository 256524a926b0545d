//! What a console knows when a reader tells everything that it knows, and that is not everything yet.

use trunkline::model::registration::{Device, State, User};
use trunkline::store::{Changes, Store, What};
use trunkline::text::Text;
use trunkline::time::Millis;

/// A store that has read these users, each with one device.
fn store(users: &[(&str, bool)], now: Millis) -> Store {
    let (mut store, mut changes) = (Store::default(), Changes::default());
    for (name, registered) in users {
        let user = User {
            id: (*name).into(),
            name: Text::from(*name),
            site: None,
        };
        let device = Device {
            id: "d".into(),
            registered: *registered,
            codec: None,
        };
        let registrations = &mut store.registrations;
        registrations.users(vec![user], now, &mut changes);
        registrations.snapshot(&(*name).into(), vec![device], &[], true, now, &mut changes);
    }
    store
}

fn states(store: &Store) -> Vec<(String, State)> {
    let rows = store.registrations.rows();
    let mut rows: Vec<_> = rows
        .map(|(_, row)| (row.user_id().to_string(), row.state()))
        .collect();
    rows.sort();
    rows
}

#[test]
fn what_a_reader_that_begins_anew_does_not_know_yet_stays_stale_and_what_changed_is_in_the_timeline()
 {
    let mut changes = Changes::default();
    let mut viewer = store(
        &[("ana", true), ("ben", true), ("cleo", true)],
        Millis(1_000),
    );
    viewer.unsure("the reader is gone".into(), Millis(2_000), &mut changes);
    let ana = ("ana".to_owned(), State::Lost);
    let stale = |name: &str| (name.to_owned(), State::Stale);

    // It has read Ana alone.
    let reader = store(&[("ana", false)], Millis(4_000));
    let still = reader.still(Millis(5_000));
    assert!(viewer.adopt(still, (Millis(5_000), false), &mut changes));
    assert_eq!(states(&viewer), [ana.clone(), stale("ben"), stale("cleo")]);
    let rows = &viewer.registrations;
    let (row, _) = rows
        .rows()
        .find(|(_, row)| row.user_id().to_string() == "ana")
        .unwrap();
    let timeline: Vec<_> = rows.timeline(row).map(|change| change.what).collect();
    assert!(
        matches!(
            timeline.as_slice(),
            [
                What::Fresh,
                What::Registration { .. },
                What::Stale,
                What::Appeared
            ]
        ),
        "{timeline:?}"
    );

    // It has read everyone, and there is no Cleo any more.
    let reader = store(&[("ana", false), ("ben", true)], Millis(6_000));
    let still = reader.still(Millis(7_000));
    assert!(viewer.adopt(still, (Millis(7_000), true), &mut changes));
    assert_eq!(states(&viewer), [ana, ("ben".to_owned(), State::Ok)]);
}

//! What the devices of a site come to.

use super::*;
use crate::model::registration::condition::Condition;
use crate::model::registration::memory::{RememberedPerson, Was};
use crate::model::registration::phone::Sighting;
use crate::model::registration::{Device, Update, User};
use crate::store::{Changes, Read};
use crate::vocabulary::news::PhoneNews;

/// A table with its buffer of changes.
#[derive(Default)]
struct Bench {
    table: Registrations,
    changes: Changes,
}

impl Bench {
    fn list(&mut self, people: &[(&str, Option<&str>)]) {
        let people = people.iter().map(|(id, site)| User {
            id: (*id).into(),
            name: Text::default(),
            site: site.map(Text::from),
        });
        let people = people.collect();
        self.table.users(people, Millis(1), &mut self.changes);
    }

    fn read(&mut self, user: &str, devices: &[(&str, bool)], at: i64) {
        let device = |(id, registered): &(&str, bool)| Device {
            id: (*id).into(),
            registered: *registered,
            codec: None,
        };
        let read = Read {
            devices: devices.iter().map(device).collect(),
            spoken: &[],
            whole: true,
            live: true,
            asked: None,
        };
        self.table
            .read(&user.into(), read, Millis(at), &mut self.changes);
    }

    fn hear(&mut self, user: &str, device: &str, registered: Option<bool>, at: i64) {
        let update = Update {
            user: user.into(),
            device: device.into(),
            registered,
            codec: None,
            raw: bytes::Bytes::new(),
        };
        self.table.update(update, Millis(at), &mut self.changes);
    }

    /// Devices, registered, lost, not sure, share and last change of a site; nothing of one that is not there.
    fn told(&self, name: Option<&str>) -> Told {
        let mut sites = self.table.sites();
        let Some(site) = sites.find(|site| site.name.map(Text::raw) == name) else {
            return Told::default();
        };
        let number = |number: u32| Some(i64::from(number));
        [
            number(site.devices()),
            number(site.of(State::Ok)),
            number(site.of(State::Lost)),
            number(site.unsure()),
            site.share().map(i64::from),
            site.last().map(|at| at.0),
        ]
    }
}

type Told = [Option<i64>; 6];

fn figures(counts: [i64; 4], share: Option<i64>, changed: Option<i64>) -> Told {
    let [devices, registered, lost, unsure] = counts.map(Some);
    [devices, registered, lost, unsure, share, changed]
}

#[test]
fn each_state_is_counted_once_and_the_share_is_over_what_is_known() {
    let mut bench = Bench::default();
    let was = Was {
        id: "old".into(),
        label: None,
        registered: Some(true),
        codec: None,
        as_of: Millis(0),
        checked: Millis(0),
    };
    let eve = RememberedPerson {
        id: "eve".into(),
        name: Text::default(),
        site: Some("Accra".into()),
        devices: vec![was],
    };
    bench.table.recall(vec![eve], &mut bench.changes);
    bench.list(&[
        ("ana", Some("Accra")),
        ("bob", Some("Accra")),
        ("cyd", Some("Accra")),
        ("eve", Some("Accra")),
    ]);
    let accra = |bench: &Bench| bench.told(Some("Accra"));
    assert_eq!(accra(&bench), figures([1, 0, 0, 1], None, None));
    bench.read("ana", &[("a", true), ("b", true), ("c", false)], 10);
    bench.read("bob", &[("d", false), ("e", true)], 10);
    assert_eq!(accra(&bench), figures([6, 3, 2, 1], Some(6_000), None));
    // A gap and a read that failed: two stale, one remembered, one unknown.
    bench
        .table
        .gap(&"bob".into(), Millis(20), &mut bench.changes);
    bench
        .table
        .read_failed(&"cyd".into(), Millis(20), &mut bench.changes);
    assert_eq!(accra(&bench), figures([7, 2, 1, 4], Some(6_666), None));
    bench
        .table
        .gap(&"ana".into(), Millis(30), &mut bench.changes);
    assert_eq!(accra(&bench), figures([7, 0, 0, 7], None, None));
    // What is confirmed has not changed; what is another now has.
    bench.read("bob", &[("d", false), ("e", true)], 40);
    assert_eq!(accra(&bench), figures([7, 1, 1, 5], Some(5_000), None));
    bench.hear("bob", "e", Some(false), 50);
    assert_eq!(accra(&bench), figures([7, 0, 2, 5], Some(0), Some(50)));
}

#[test]
fn what_nobody_knows_the_site_of_is_at_a_site_of_its_own_until_it_is_known() {
    let mut bench = Bench::default();
    bench.list(&[("ana", None), ("bob", Some("Accra"))]);
    assert_eq!(bench.table.sites().count(), 0, "nobody has a device");
    bench.read("ana", &[("a", true), ("b", false)], 10);
    bench.read("bob", &[("c", true)], 10);
    assert_eq!(
        bench.told(None),
        figures([2, 1, 1, 0], Some(5_000), None),
        "a site like any other"
    );
    let unknown = bench.table.sites().find(|site| site.name.is_none());
    let unknown = unknown.map(|site| site.id).unwrap();
    bench.list(&[("ana", Some("Accra"))]);
    assert!(bench.table.site(unknown).is_none(), "nothing is there");
    assert_eq!(
        bench.told(Some("Accra")),
        figures([3, 2, 1, 0], Some(6_666), None)
    );
    bench.table.users_complete(Millis(20), &mut bench.changes);
    bench.table.users_complete(Millis(30), &mut bench.changes);
    assert_eq!(bench.table.sites().count(), 0, "everybody has left");
}

#[test]
fn a_flapping_device_is_one_and_what_a_site_does_not_show_is_no_change() {
    let mut bench = Bench::default();
    bench.list(&[("ana", Some("Accra"))]);
    bench.read("ana", &[("a", true)], 10);
    for at in 11..15 {
        bench.hear("ana", "a", Some(at % 2 == 0), at);
    }
    let flapping = |bench: &Bench| bench.table.sites().map(|site| site.flapping()).sum::<u32>();
    assert_eq!(flapping(&bench), 1);
    let generation = bench.table.sites_generation();
    bench.hear("ana", "a", Some(true), 20);
    bench.hear("ana", "a", None, 21);
    bench.read("ana", &[("a", true)], 22);
    assert_eq!(bench.table.sites_generation(), generation);
    bench.table.tick(Millis(400_000), &mut bench.changes);
    assert_eq!(flapping(&bench), 0);
    assert_ne!(bench.table.sites_generation(), generation);
}

#[test]
fn a_change_that_nobody_saw_is_as_of_when_the_organisation_says() {
    let mut bench = Bench::default();
    bench.list(&[("ana", Some("Accra"))]);
    let mut sight = |device: &str, registered: Option<bool>, since, at| {
        let sighting = Sighting {
            user: "ana".into(),
            device: device.into(),
            condition: Condition::from(registered),
            reason: None,
            reach: None,
            reboots: None,
            since: Some(Millis(since)).filter(|since| since.0 > 0),
            live: false,
            asked: None,
            raw: bytes::Bytes::new(),
            edge: None,
            obstacle: None,
        };
        let news = PhoneNews::Read(vec![sighting]);
        bench.table.phones(news, Millis(at), &mut bench.changes);
        bench.told(Some("Accra"))[5]
    };
    assert_eq!(sight("a", None, 50, 100), None, "of nothing known");
    assert_eq!(sight("a", Some(true), 0, 110), None, "first read");
    assert_eq!(sight("b", Some(true), 55, 115), Some(55), "and told");
    assert_eq!(sight("a", Some(true), 60, 120), Some(60));
    // Lost and back between two reads.
    assert_eq!(sight("a", Some(true), 125, 130), Some(125));
    assert_eq!(sight("a", Some(false), 135, 140), Some(135));
}

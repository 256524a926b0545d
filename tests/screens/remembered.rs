//! What the last run knew of carriers and callbacks: shown at once, marked with its age, until it is read.

use trunkline::app::event::Event;
use trunkline::effect::Effect;
use trunkline::memory::Recalled;
use trunkline::model::callback::{Callback, Status, Stream};
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::memory::{WasCallback, WasCarrier};
use trunkline::vocabulary::news::CallbackNews;
use trunkline::vocabulary::news::News;

use super::stage::{NOON, Stage};

const HOUR: i64 = 3_600_000;

fn carrier(health: Health) -> Carrier {
    Carrier {
        health,
        ..Carrier::of_base("c-1".into(), "Northwind Telecom".into(), None)
    }
}

fn callback() -> Callback {
    Callback {
        number: "+14155550199".into(),
        time: Some(NOON.plus(HOUR)),
        queue: "q-1".into(),
        ..Callback::bare("cb-1".into(), Status::Scheduled)
    }
}

/// A console of each API that has read nothing, and remembers a carrier that was down and a callback.
fn stages() -> Vec<Stage> {
    let both = vec![Stage::new("mono"), super::platform::stage()];
    let recalled = both.into_iter().map(|mut stage| {
        let as_of = NOON.plus(-HOUR);
        let recalled = Recalled {
            carriers: vec![WasCarrier::of(&carrier(Health::Down), as_of)],
            callbacks: vec![WasCallback::of(&callback(), as_of)],
            ..Recalled::default()
        };
        stage.app.recall(Ok(recalled), NOON);
        stage.take_effects();
        stage
    });
    recalled.collect()
}

#[test]
fn carriers_of_the_last_run_are_remembered_until_the_list_is_read() {
    for mut stage in stages() {
        stage.press(&["2"]);
        let screen = stage.text((120, 40));
        let row = stage.cursor_line();
        assert!(
            row.contains("remembered") && row.contains("Northwind"),
            "{screen}"
        );
        assert!(screen.contains("remembered 1 as of 13:03"), "{screen}");
        assert!(
            screen.contains("down 0"),
            "it counts as nothing known: {screen}"
        );
        stage.press(&["Enter"]);
        let detail = stage.text((120, 40));
        assert!(
            detail.contains("(remembered, not read yet) as of 2026-06-15 13:03"),
            "{detail}"
        );
        stage.press(&["Esc", "/"]);
        stage.type_in("health:remembered");
        stage.press(&["Enter"]);
        assert!(stage.cursor_line().contains("Northwind"));
        stage.press(&["Esc"]);
        stage.feed(vec![News::Carriers {
            carriers: vec![carrier(Health::Healthy)],
            faults: Vec::new(),
        }]);
        let screen = stage.text((120, 40));
        assert!(!screen.contains("remembered 1"), "{screen}");
        assert!(stage.cursor_line().contains("healthy"), "{screen}");
        stage.pass(600_000);
        assert_eq!(
            stage.app.store.alerts.in_order().count(),
            0,
            "it was down then"
        );
    }
}

#[test]
fn callbacks_of_the_last_run_are_remembered_and_nothing_is_written_to_them() {
    for mut stage in stages() {
        stage.press(&["5"]);
        let screen = stage.text((120, 40));
        let row = stage.cursor_line();
        assert!(
            row.contains("remembered") && row.contains("+14•••••••99"),
            "{screen}"
        );
        assert!(screen.contains("remembered 1 as of 13:03"), "{screen}");
        assert!(screen.contains("scheduled 0"), "{screen}");
        for key in ["c", "E"] {
            stage.press(&[key]);
            let screen = stage.text((120, 40));
            assert!(
                screen.contains("has not been read in this run"),
                "{key}: {screen}"
            );
        }
        stage.press(&["Enter"]);
        let detail = stage.text((120, 40));
        assert!(detail.contains("remembered (was scheduled)"), "{detail}");
        let listed = CallbackNews::Listed {
            callbacks: vec![callback()],
            spoken: std::collections::HashSet::new(),
            began: NOON,
            faults: Vec::new(),
        };
        let told = [listed, CallbackNews::Stream(Stream::Live)];
        stage.feed(told.map(|told| News::Callbacks(Box::new(told))).to_vec());
        let screen = stage.text((120, 40));
        assert!(!screen.contains("remembered"), "{screen}");
        assert!(stage.cursor_line().contains("scheduled"), "{screen}");
    }
}

#[test]
fn what_was_read_or_is_remembered_is_what_the_next_run_remembers() {
    for mut stage in stages() {
        assert_eq!(
            stage.app.last_memory(),
            None,
            "nothing is newer than what is kept"
        );
        stage.feed(vec![News::Carriers {
            carriers: vec![carrier(Health::Healthy)],
            faults: Vec::new(),
        }]);
        stage.pass(60_000);
        stage.happen(Event::Tick);
        let kept = stage.take_effects();
        let kept = kept
            .iter()
            .find(|effect| matches!(effect, Effect::Remember(_)));
        assert_eq!(
            kept,
            stage.app.last_memory().as_ref(),
            "the minute, and the end"
        );
        let Some(Effect::Remember(draft)) = kept else {
            panic!("carriers that changed are kept")
        };
        let folder = tempfile::tempdir().unwrap();
        let memory = trunkline::memory::Memory::new(folder.path(), "acme", "org".to_owned());
        memory.save(draft).unwrap();
        let recalled = memory.load().unwrap();
        let health = recalled
            .carriers
            .into_iter()
            .map(|was| Carrier::from(was).health);
        assert_eq!(health.collect::<Vec<_>>(), [Health::Healthy]);
        let before = recalled.callbacks.first().map(|was| was.as_of);
        assert_eq!(
            before,
            Some(NOON.plus(-HOUR)),
            "what was not read is as old as before"
        );
    }
}

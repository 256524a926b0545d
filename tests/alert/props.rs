//! Whatever happens, every condition that settles is one alert and one end.

use proptest::prelude::*;
use trunkline::alert::{Mode, Sign};
use trunkline::model::alert::Leg;

use crate::rig::{Rig, SETTLE};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Changes far enough apart never flap: every bad stretch that is long enough is one alert and one end.
    #[test]
    fn every_settled_condition_is_one_alert_and_one_end(stretches in prop::collection::vec((1i64..40_000, 301_000i64..400_000), 1..12)) {
        let mut rig = Rig::new();
        let mut expected = 0;
        for (bad, good) in stretches {
            rig.bad(1);
            rig.pass(bad);
            rig.good(1);
            rig.pass(good);
            expected += usize::from(bad >= SETTLE);
        }
        prop_assert_eq!(rig.count(Leg::Raise), expected);
        prop_assert_eq!(rig.count(Leg::Resolve), expected);
        prop_assert_eq!(rig.book.open(), 0);
    }

    /// Anything at all, of few devices at few sites: in the end all is told, in pairs, and nothing is left to wait for.
    #[test]
    fn beginnings_and_ends_come_in_pairs(
        steps in prop::collection::vec((0u32..40, 0usize..4, 0i64..20_000), 1..300),
        answers in any::<bool>(),
        target_answers in any::<bool>(),
    ) {
        let mut rig = Rig::telling(Mode::Here, &[("log", "")]);
        rig.answers = answers;
        rig.away = if target_answers { vec![] } else { vec!["log"] };
        let sites = [Some("Accra"), Some("Lima"), None];
        for (device, sign, ms) in steps {
            let sign = [Sign::Bad, Sign::Good, Sign::Unsure, Sign::Gone][sign];
            rig.say(device, sites[device as usize % 3], sign);
            rig.pass(ms);
        }
        rig.answers = true;
        rig.away.clear();
        for device in 0..40 {
            rig.say(device, sites[device as usize % 3], Sign::Good);
        }
        rig.pass(3_600_000);
        let ids: Vec<_> = rig.book.iter().filter(|a| a.undelivered().is_some()).map(|a| a.id).collect();
        for id in ids {
            rig.engine.retry(&mut rig.book, id);
            rig.carry_out();
        }
        prop_assert_eq!(rig.book.open(), 0);
        prop_assert_eq!(rig.engine.deadline(&rig.book), None);
        prop_assert!(rig.book.iter().all(|alert| !alert.unfinished() && alert.away == 0), "{:?}", rig.book);
        for (name, answered) in [("", answers), ("log", answers && target_answers)] {
            let legs = rig.to(name);
            if answered {
                let count = |leg| legs.iter().filter(|one| **one == leg).count();
                prop_assert_eq!(count(Leg::Raise), count(Leg::Resolve));
            }
        }
    }
}

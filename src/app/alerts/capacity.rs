//! Whether the trunks of all together are nearly full: asked at every reading of their capacity.

use std::collections::BTreeSet;

use crate::alert::engine::Engine;
use crate::alert::{Key, Sign};
use crate::app::App;
use crate::model::alert::{AlertKind, Details, Severity, Subject};
use crate::store::Store;
use crate::text::Text;
use crate::time::Millis;

/// The name of the alert, as of a rule.
const NAME: &str = "capacity";

impl App {
    /// How full the trunks are has been read.
    pub(in crate::app) fn capacity_read(&mut self) {
        let Some(alarm) = &mut self.alarm else { return };
        let (percent, held) = &mut alarm.capacity;
        let around = (&mut self.store, &mut alarm.engine);
        ask(*percent, held, around, self.now);
        self.carry_out_alerts();
    }
}

/// Asks about the cloud and the premises; `percent` is from where on it is told, none never.
fn ask(
    percent: Option<u8>,
    held: &mut BTreeSet<&'static str>,
    (store, engine): (&mut Store, &mut Engine),
    now: Millis,
) {
    let Some(percent) = percent else { return };
    let rows: Vec<_> = store
        .capacity
        .rows()
        .map(|(place, row)| (place, *row))
        .collect();
    for (place, row) in rows {
        let Some(usage) = row.now.usage() else {
            continue;
        };
        let key = Key {
            kind: AlertKind::Rule(Text::from(NAME)),
            subject: Subject::Calls {
                by: NAME.into(),
                name: place.into(),
            },
        };
        let bad = usage >= f64::from(percent);
        let known = held.contains(place) || engine.knows(&key);
        if bad {
            held.insert(place);
        } else if !held.remove(place) && !known {
            continue;
        }
        let details = || Details {
            name: place.into(),
            reason: format!("{usage:.0} % of the calls that {place} can carry").into(),
            title: format!("capacity: {place} {usage:.0} % full").into(),
            severity: Severity::Critical,
            ..Details::default()
        };
        let sign = if bad { Sign::Bad } else { Sign::Good };
        engine.report(&mut store.alerts, &key, sign, now, details);
    }
}

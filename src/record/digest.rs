//! What happened between two moments: one walk over the record, told in lines that lead to their rows.
//!
//! The store plays what was told as a look back does, and what it says of its own changes is summed up beside it: a phone, a
//! carrier, an edge and an alert is held against what it was when the stretch began, so that what came and went is told too.
//! What was not known is counted as what it is: it is neither lost nor back.

mod devices;
mod movers;
mod tell;

use std::collections::BTreeMap;

use self::devices::Devices;
use self::movers::Movers;
pub use self::tell::tell;
use super::RecordError;
use super::reader::{Record, Reel};
use super::told::Told;
use crate::kind::carriers::Carriers;
use crate::kind::edges::Edges;
use crate::kind::trunks::Trunks;
use crate::model::alert::{Alert, AlertId};
use crate::model::audit::{self, AuditRef};
use crate::model::bookmark::Bookmark;
use crate::model::job::Job;
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Millis;

/// What is told beside the record, from files of their own.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Of which profile.
    pub profile: Text,
    /// The lines of the audit, in their order.
    pub audit: Vec<audit::Record>,
    /// Jobs, whatever became of them.
    pub jobs: Vec<Job>,
    /// Bookmarks, in the order of their numbers.
    pub bookmarks: Vec<Bookmark>,
}

/// What was found between two moments.
#[derive(Debug)]
pub struct Story {
    /// From here on.
    from: Millis,
    /// Until here.
    to: Millis,
    /// The record begins here, where that is later than what was asked for.
    begins: Option<Millis>,
    devices: Devices,
    carriers: Movers<Carriers>,
    trunks: Movers<Trunks>,
    edges: Movers<Edges>,
    alerts: Alerts,
    /// Lines of the audit that the record refers to, and when.
    wrote: Vec<(Millis, AuditRef)>,
    /// Nothing was recorded from one moment to the other.
    gaps: Vec<(Millis, Millis)>,
    damage: Vec<String>,
    /// The stretch before says not everything: what the next one begins with is looked at row by row.
    broken: bool,
    /// Everything known when it ends.
    end: Store,
}

/// Alerts as they were last known in the stretch, each with the moment at which the record first has it.
#[derive(Debug, Default)]
struct Alerts {
    known: BTreeMap<AlertId, (Alert, Millis)>,
    newest: AlertId,
}

impl Alerts {
    /// Takes note of what is new; what was there before the stretch is not.
    fn look(&mut self, store: &Store, at: Millis) {
        let newest = self.newest;
        let new = store.alerts.iter().rev();
        for alert in new.take_while(|alert| alert.id > newest) {
            self.newest = self.newest.max(alert.id);
            self.known.insert(alert.id, (alert.clone(), at));
        }
    }

    /// Takes in how they all are now.
    fn refresh(&mut self, store: &Store, at: Millis) {
        for alert in store.alerts.iter() {
            let known = self.known.entry(alert.id);
            let (kept, _) = known.or_insert_with(|| (alert.clone(), at));
            kept.clone_from(alert);
        }
    }
}

/// Reads what happened between two moments, as long as it is `wanted`: that is asked before each stretch.
///
/// # Errors
/// When nothing was recorded until the second one, or what is needed cannot be read.
pub fn story(
    record: &mut Record,
    (from, to): (Millis, Millis),
    wanted: &dyn Fn() -> bool,
) -> Result<Story, RecordError> {
    let (begins, _) = record.span()?;
    let begun = from.max(begins);
    let start = record.look(begun)?;
    let mut story = Story {
        from: begun,
        to: to.max(begun),
        begins: (from < begins).then_some(begins),
        carriers: Movers::new(&start.store, begun),
        trunks: Movers::new(&start.store, begun),
        edges: Movers::new(&start.store, begun),
        alerts: Alerts {
            newest: start
                .store
                .alerts
                .iter()
                .map(|alert| alert.id)
                .max()
                .unwrap_or_default(),
            ..Alerts::default()
        },
        devices: Devices::new(start.store, begun),
        wrote: Vec::new(),
        gaps: Vec::new(),
        damage: Vec::new(),
        broken: false,
        end: Store::default(),
    };
    let mut at = begun;
    while at <= story.to && wanted() {
        let reel = record.reel(at)?;
        let next = reel.next.filter(|next| *next <= story.to);
        story.roll(reel, next);
        at = match next {
            Some(next) => next.max(at.plus(1)),
            None => break,
        };
    }
    Ok(story)
}

impl Story {
    /// Goes through one stretch of the record; the next one begins there, where there is one.
    fn roll(&mut self, reel: Reel, next: Option<Millis>) {
        let Reel {
            mut store,
            moments,
            from,
            until,
            known,
            damage,
            ..
        } = reel;
        let until_next = next.map_or(self.to, |next| next.plus(-1));
        let mut changes = Changes::default();
        if from > self.from {
            if std::mem::take(&mut self.broken) {
                self.devices.first(&store, from);
            }
            self.move_on(&store, &Changes::default(), from, true);
        }
        for moment in moments {
            let at = moment.at;
            if at > until_next {
                break;
            }
            let mut alerted = false;
            for told in &moment.told {
                match told {
                    Told::Wrote(line) if at > self.from => self.wrote.push((at, line.clone())),
                    Told::Alerts(_) | Told::AlertsSince(_) => alerted = true,
                    _ => {}
                }
            }
            moment.happen(&mut store, &mut changes);
            if at > self.from {
                self.devices.notice(&store, &changes, at);
                self.move_on(&store, &changes, at, false);
                if alerted {
                    self.alerts.look(&store, at);
                }
            }
            changes.clear();
        }
        store.registrations.tick(until_next, &mut changes);
        self.alerts.refresh(&store, until_next);
        self.broken = known < until_next || !damage.is_empty();
        self.damage.extend(damage);
        if known < until_next {
            self.gaps.push((until.max(self.from), until_next));
        }
        self.end = store;
    }

    fn move_on(&mut self, store: &Store, changes: &Changes, at: Millis, fresh: bool) {
        self.carriers.notice(store, changes, at, fresh);
        self.trunks.notice(store, changes, at, fresh);
        self.edges.notice(store, changes, at, fresh);
    }
}

//! The past of one row, the newest changes first: read a stretch at a time, so that what is wanted most is there at once.

use super::RecordError;
use super::reader::{Record, Reel};
use super::told::Told;
use super::transitions::state_of;
use crate::kind::carriers::Carriers;
use crate::kind::edges::Edges;
use crate::kind::registrations::Registrations;
use crate::kind::{Kind, Value};
use crate::model::UserId;
use crate::model::trail::{TrailOf, TrailStep};
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::{News, PhoneNews};

/// Changes that are looked for; `dump` lists all.
const MOST: usize = 100;

impl Record {
    /// What became of a row until that moment. After each stretch `see` is given its changes so far, the newest first, and how
    /// far back they go; it says whether to go on. Ends with the whole of them, or with as many as anybody reads, and how far back
    /// that is.
    ///
    /// # Errors
    /// When nothing was recorded, or the folder cannot be used.
    pub fn trail(
        &mut self,
        of: &TrailOf,
        until: Millis,
        mut see: impl FnMut(&[TrailStep], Millis) -> bool,
    ) -> Result<(Vec<TrailStep>, Millis), RecordError> {
        let (begins, _) = self.span()?;
        let (mut at, mut steps) = (until, Vec::new());
        loop {
            let reel = self.reel(at)?;
            let from = reel.from;
            let mut of_reel = stretch(reel, of, at);
            of_reel.reverse();
            steps.extend(of_reel);
            tidy(&mut steps);
            if from <= begins || steps.len() >= MOST || !see(&steps, from) {
                return Ok((steps, from));
            }
            at = from.plus(-1);
        }
    }
}

/// A run that begins knows nothing: that it finds what was there when the last one ended is no change.
fn tidy(steps: &mut Vec<TrailStep>) {
    let mut n = 0;
    while let Some([newer, older]) = steps.get(n..n + 2) {
        if newer.from.is_none() && newer.to == older.to {
            steps.remove(n);
        } else {
            n += 1;
        }
    }
    steps.truncate(MOST);
}

/// The changes of a stretch, in order.
fn stretch(reel: Reel, of: &TrailOf, until: Millis) -> Vec<TrailStep> {
    let Reel {
        mut store, moments, ..
    } = reel;
    let mut changes = Changes::default();
    let mut steps = Vec::new();
    let mut known = state(&store, of, reel.from);
    for mut moment in moments {
        if moment.at > until {
            break;
        }
        moment.told.retain_mut(|told| concerns(told, of));
        if moment.told.is_empty() {
            continue;
        }
        let at = moment.at;
        moment.happen(&mut store, &mut changes);
        changes.clear();
        let now = state(&store, of, at);
        if now != known {
            let from = std::mem::replace(&mut known, now.clone());
            steps.push(TrailStep { at, from, to: now });
        }
    }
    steps
}

/// How the row is, in the word that its list has.
fn state(store: &Store, of: &TrailOf, at: Millis) -> Option<Text> {
    fn word<K: Kind>(store: &Store, id: &K::Id, at: Millis) -> Option<Text> {
        let row = K::row(store, id, at)?;
        let column = K::COLUMNS.get(state_of::<K>()?)?;
        match (column.value)(&row) {
            Value::None => None,
            value => Some(value.csv().into()),
        }
    }
    match of {
        TrailOf::Registration(user, device) => {
            let id = store.registrations.find(user, device)?;
            word::<Registrations>(store, &id, at)
        }
        TrailOf::Carrier(id) => word::<Carriers>(store, id, at),
        TrailOf::Edge(id) => word::<Edges>(store, id, at),
    }
}

/// Whether it may have to do with the row; of what is told of many, what has not goes.
fn concerns(told: &mut Told, of: &TrailOf) -> bool {
    let news = match told {
        Told::News(news) => news,
        Told::Hole | Told::Known { .. } => return true,
        _ => return false,
    };
    match of {
        TrailOf::Registration(user, _) => of_user(news, user),
        TrailOf::Carrier(_) | TrailOf::Edge(_) => matches!(
            news,
            News::Carriers { .. }
                | News::CarriersFailed(_)
                | News::CarriersPaused
                | News::Edges { .. }
        ),
    }
}

fn of_user(news: &mut News, whose: &UserId) -> bool {
    match news {
        News::Update(update) => update.user == *whose,
        News::Snapshot { user, .. }
        | News::Swept { user, .. }
        | News::Gap { user }
        | News::ReadFailed { user, .. } => user == whose,
        News::Users { users, .. } => {
            users.retain(|user| user.id == *whose);
            !users.is_empty()
        }
        News::Phones(PhoneNews::Read(seen) | PhoneNews::Events(seen)) => {
            seen.retain(|seen| seen.user == *whose);
            !seen.is_empty()
        }
        News::Phones(_) => true,
        _ => false,
    }
}

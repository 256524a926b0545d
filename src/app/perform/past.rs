//! Reads the past, beside the loop: a disk may be slow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::digest::{BesideFrom, digest};
use super::newest::Newest;
use super::packet::{PacketOrder, packet};
use crate::app::digest::DigestNews;
use crate::app::event::Done;
use crate::app::past::{AheadNews, PastNews};
use crate::app::trail::TrailNews;
use crate::effect::{DigestAsk, PacketAsk, PastAsk};
use crate::environment::Environment;
use crate::flow::operator;
use crate::kind::{Kind, Name, Visit};
use crate::model::trail::{RecordedTrail, TrailOf, TrailStep};
use crate::query::Query;
use crate::record::{Ahead, Look, Moment, Record, RecordError, RecordFolder, Turn, turns};
use crate::store::metrics::Figures;
use crate::time::{Clock, Millis};

/// Stretches that are searched for a change: two days of them, at least.
const SEARCHED: usize = 200;

/// What was found of a row is told so often while it is read.
const TRAIL_EVERY: Duration = Duration::from_millis(500);

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Where the past is read.
#[derive(Debug, Default)]
pub(super) struct PastDesk {
    /// None where there is none.
    pub(super) folder: Option<RecordFolder>,
    /// Where what is told beside it is; none is nowhere.
    pub(super) beside: Option<BesideFrom>,
    looks: Newest,
    /// What comes after the moments that were looked at: the next look does not wait for it.
    aheads: Newest,
    digests: Newest,
    trails: Newest,
}

impl PastDesk {
    /// Begins to read; what comes of it is told.
    pub(super) fn ask(&self, ask: PastAsk, done: mpsc::UnboundedSender<Done>) {
        let folder = self.folder.clone();
        match ask {
            PastAsk::Figures => {
                tokio::task::spawn_blocking(move || {
                    // Where nothing was recorded, charts begin empty.
                    let figures = folder.and_then(|folder| figures(folder).ok());
                    let _ = done.send(Done::Figures(figures.unwrap_or_default()));
                });
            }
            PastAsk::Trail { ask, of, until } => {
                let trails = self.trails.clone();
                self.trails
                    .ask(move || read_trail(folder, (ask, of, until), &trails, &done));
            }
            PastAsk::At { ask, at } => {
                self.look(ask, done, move |record, _| Ok((look(record, at)?, None)));
            }
            PastAsk::Step {
                ask,
                from,
                step,
                back,
                kind,
                filter,
            } => self.look(ask, done, move |record, looks| {
                kind.visit(Search {
                    record,
                    looks,
                    from,
                    step,
                    back,
                    kind,
                    filter,
                })
            }),
        }
    }

    /// Begins to find a moment. Tells what was known then, and after it what was told from there on: nobody waits for that before the
    /// screen can show the moment, nor before the next one is found.
    fn look(
        &self,
        ask: u64,
        done: mpsc::UnboundedSender<Done>,
        find: impl FnOnce(&mut Record, &Newest) -> Result<Found, RecordError> + Send + 'static,
    ) {
        let folder = self.folder.clone();
        let (looks, aheads) = (self.looks.clone(), self.aheads.clone());
        self.looks.ask(move || {
            let tell = |look, turn| {
                let _ = done.send(Done::Past(Box::new(PastNews { ask, look, turn })));
            };
            let opened = folder.ok_or(RecordError::NoProfile).and_then(Record::open);
            let found = opened.and_then(|mut record| Ok((find(&mut record, &looks)?, record)));
            let ((mut look, turn), mut record) = match found {
                Ok(found) => found,
                Err(error) => return tell(Err(error), None),
            };
            let (at, rest) = (look.at, std::mem::take(&mut look.rest));
            tell(Ok(Box::new(look)), turn);
            aheads.ask(move || {
                let ahead = record.ahead(rest).unwrap_or_else(|error| Ahead {
                    moments: [Moment::hole(at)].into(),
                    next: None,
                    damage: vec![error.to_string()],
                });
                let _ = done.send(Done::Ahead(Box::new(AheadNews { ask, ahead })));
            });
        });
    }

    /// Begins to put together what happened; it is told.
    pub(super) fn digest(&self, wanted: DigestAsk, done: &mpsc::UnboundedSender<Done>) {
        let DigestAsk { ask, span, whom } = wanted;
        let (folder, done) = (self.folder.clone(), done.clone());
        let beside = self.beside.clone();
        let beside = beside.unwrap_or_else(|| BesideFrom::Given(Arc::default()));
        let digests = self.digests.clone();
        self.digests.ask(move || {
            let wanted = || !digests.is_superseded();
            let digest = digest(folder, &beside, span, whom, &wanted);
            let _ = done.send(Done::Digest(Box::new(DigestNews { ask, digest })));
        });
    }
}

impl PastDesk {
    /// Begins to write a packet; what came of it is told.
    pub(super) fn packet(
        &self,
        ask: PacketAsk,
        environment: &Environment,
        done: &mpsc::UnboundedSender<Done>,
    ) {
        let done = done.clone();
        let Some(BesideFrom::Kept(state_dir, profile)) = self.beside.clone() else {
            let why = "there is no profile whose past could be written into a packet";
            let _ = done.send(Done::Failed(why.to_owned()));
            return;
        };
        let operator = operator(environment);
        tokio::task::spawn_blocking(move || {
            let lines = done.clone();
            let PacketAsk {
                of,
                to,
                masked,
                zone,
            } = ask;
            let order = PacketOrder {
                state_dir: &state_dir,
                profile: &profile,
                operator: &operator,
                zone: &zone,
                of,
                to: &to,
                masked,
                now: Clock::Real.now(),
            };
            let written = packet(&order, move |line| {
                let _ = lines.send(Done::Audited(Box::new(line.clone())));
            });
            let _ = done.send(match written {
                Ok(written) => {
                    let path = to.display();
                    let sum = written.sha256.get(..12).unwrap_or_default();
                    Done::Packed(format!(
                        "packet written to {path}, SHA-256 {sum}…; the audit has all of it"
                    ))
                }
                Err(why) => Done::Failed(why),
            });
        });
    }
}

type Found = (Look, Option<(usize, String)>);

/// What was recorded for the charts within the last day.
fn figures(folder: RecordFolder) -> Result<Vec<(Millis, Figures)>, RecordError> {
    let now = Clock::Real.now();
    Record::open(folder)?.figures(now.plus(-DAY), now)
}

/// Reads the past of a row, and tells it as it goes, until another one is wanted.
fn read_trail(
    folder: Option<RecordFolder>,
    (ask, of, until): (u64, TrailOf, Millis),
    trails: &Newest,
    done: &mpsc::UnboundedSender<Done>,
) {
    let tell = |steps: &[TrailStep], back_to, reading| {
        let trail = RecordedTrail {
            of: of.clone(),
            steps: steps.to_vec(),
            back_to,
            reading,
        };
        let _ = done.send(Done::Trail(Box::new(TrailNews { ask, trail })));
    };
    let mut told: Option<Instant> = None;
    let found = folder.ok_or(RecordError::NoProfile).and_then(|folder| {
        Record::open(folder)?.trail(&of, until, |steps, from| {
            if told.is_none_or(|told| told.elapsed() >= TRAIL_EVERY) {
                tell(steps, Some(from), true);
                told = Some(Instant::now());
            }
            !trails.is_superseded()
        })
    });
    if !trails.is_superseded() {
        let (steps, back_to) = found.ok().unzip();
        tell(&steps.unwrap_or_default(), back_to, false);
    }
}

/// A moment with the figures of the day before it.
fn look(record: &mut Record, at: Millis) -> Result<Look, RecordError> {
    let mut look = record.look(at)?;
    record.recall(&mut look.store, at)?;
    Ok(look)
}

struct Search<'a> {
    record: &'a mut Record,
    looks: &'a Newest,
    from: Millis,
    step: Option<usize>,
    back: bool,
    kind: Name,
    filter: String,
}

/// A change of state, as it is stepped to: which of those at its moment.
struct Stop {
    at: Millis,
    step: usize,
    said: String,
}

impl Visit for Search<'_> {
    type Out = Result<Found, RecordError>;

    fn visit<K: Kind>(self) -> Self::Out {
        let query = Query::parse(&self.filter, K::FIELDS).ok();
        let mut at = self.from;
        for _ in 0..SEARCHED {
            if self.looks.is_superseded() {
                break;
            }
            let reel = self.record.reel(at)?;
            let (from, next) = (reel.from, reel.next);
            let until = next.map_or(Millis(i64::MAX), |next| next.plus(-1));
            let mut stops: Vec<Stop> = Vec::new();
            turns::<K>(reel, until, query.as_ref(), |turn, _| {
                let last = stops.last().filter(|last| last.at == turn.at);
                stops.push(Stop {
                    at: turn.at,
                    step: last.map_or(0, |last| last.step + 1),
                    said: said(&turn),
                });
            });
            let found = if self.back {
                stops.into_iter().rfind(|stop| self.is_before(stop))
            } else {
                stops.into_iter().find(|stop| self.is_after(stop))
            };
            if let Some(Stop { at, step, said }) = found {
                return Ok((look(self.record, at)?, Some((step, said))));
            }
            at = match (self.back, next) {
                (true, _) => from.plus(-1),
                (false, Some(next)) if next > at => next,
                (false, Some(_)) => at.plus(1),
                (false, None) => break,
            };
        }
        Err(RecordError::NoChange {
            kind: self.kind.word(),
            after: !self.back,
        })
    }
}

impl Search<'_> {
    /// A moment that was not stepped to has everything behind it that happened at it.
    fn seen(&self) -> (Millis, usize) {
        (self.from, self.step.unwrap_or(usize::MAX))
    }

    fn is_before(&self, found: &Stop) -> bool {
        (found.at, found.step) < self.seen()
    }

    fn is_after(&self, found: &Stop) -> bool {
        (found.at, found.step) > self.seen()
    }
}

fn said<Id>(turn: &Turn<Id>) -> String {
    let at = turn.at.timestamp().strftime("%H:%M:%S%.3f");
    let what = match (turn.from.as_deref(), turn.to.as_deref()) {
        (None, Some(to)) => format!("appeared, {to}"),
        (Some(from), None) => format!("gone, was {from}"),
        (from, to) => format!("{} -> {}", from.unwrap_or_default(), to.unwrap_or_default()),
    };
    format!("{at} {}: {what}", turn.who)
}

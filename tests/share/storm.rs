//! Changes that go on and on, what consoles show meanwhile, and who reads for them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::model::registration::State;
use trunkline::store::What;
use trunkline::time::Millis;

use super::common::control::Control;
use super::common::screen::Cells;
use super::{PATIENCE, seen};

/// A device of a user.
pub type Id = (String, String);

/// Codecs that a device has in turn, so that a change that is left out is seen.
const TURN: usize = 60;

/// How long after something was left out a gap may be told, in milliseconds: so long nothing has to be heard of a reader.
const TOLD_WITHIN: i64 = 3_000;

/// How each device was changed last: for which time, and when.
type Changed = HashMap<Id, (usize, Instant)>;

/// Changes one device after the other, at a pace, until it is asked to end.
pub struct Storm {
    changed: Arc<Mutex<Changed>>,
    count: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Storm {
    /// So many changes a second of these devices.
    pub fn begin(control: &Control, ids: Vec<Id>, rate: u64) -> Self {
        let changed = Arc::new(Mutex::new(Changed::new()));
        let (count, ends) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (control, known) = (control.clone(), Arc::clone(&changed));
        let (counts, asked) = (Arc::clone(&count), Arc::clone(&ends));
        let task = tokio::spawn(async move {
            let mut pace = interval(Duration::from_millis(1_000 / rate));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for number in 0.. {
                pace.tick().await;
                if asked.load(Ordering::Acquire) {
                    return;
                }
                let (id, turn) = (&ids[number % ids.len()], number / ids.len());
                let body = json!({ "registered": registered(turn), "codec": codec(turn) });
                control.register(&id.0, &id.1, &body).await;
                let now = (turn, Instant::now());
                known.lock().unwrap().insert(id.clone(), now);
                counts.fetch_add(1, Ordering::AcqRel);
            }
        });
        Self {
            changed,
            count,
            ends,
            task,
        }
    }

    /// Changes so far.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Ends it, and waits for the last change.
    pub async fn end(&mut self) {
        self.ends.store(true, Ordering::Release);
        (&mut self.task).await.unwrap();
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap()
    }
}

fn registered(turn: usize) -> bool {
    turn % 2 == 1
}

fn codec(turn: usize) -> String {
    format!("k{}", turn % TURN)
}

/// What a console shows, looked at after everything that it takes in.
#[derive(Default)]
pub struct Look {
    /// Since when a row has been shown as sure that is not so.
    wrong: HashMap<Id, Instant>,
    /// The longest that one was.
    pub longest: Duration,
}

impl Look {
    fn take(&mut self, app: &App, changed: &Changed) {
        let now = Instant::now();
        for (_, row) in app.store.registrations.rows() {
            let id = (row.user_id().to_string(), row.device().to_string());
            let shown = match row.state() {
                State::Ok => Some(true),
                State::Lost => Some(false),
                _ => None,
            };
            let (Some(shown), Some((turn, at))) = (shown, changed.get(&id)) else {
                self.wrong.remove(&id);
                continue;
            };
            let named = row.codec().map(ToString::to_string);
            if shown == registered(*turn) && named == Some(codec(*turn)) {
                self.wrong.remove(&id);
                continue;
            }
            let since = *self.wrong.entry(id).or_insert(*at);
            self.longest = self.longest.max(now.saturating_duration_since(since));
        }
    }
}

/// Lets all consoles run, each looked at all the time, until each was once as it is to be; when each was.
pub async fn together(
    (consoles, looks): (&mut [Runner<Cells>], &[RefCell<Look>]),
    storm: &Storm,
    what: &str,
    met: impl Fn(usize, &App) -> bool,
) -> Vec<Instant> {
    let at: Vec<Cell<Option<Instant>>> = consoles.iter().map(|_| Cell::new(None)).collect();
    let runs = consoles.iter_mut().zip(looks).enumerate();
    let runs = runs.map(|(number, (console, look))| {
        let (at, met) = (&at, &met);
        console.run(move |app| {
            look.borrow_mut().take(app, &storm.changed());
            if at[number].get().is_none() && met(number, app) {
                at[number].set(Some(Instant::now()));
            }
            at.iter().all(|at| at.get().is_some())
        })
    });
    let ran = timeout(PATIENCE, join_all(runs)).await;
    if ran.is_err() {
        let shown: Vec<_> = consoles.iter().map(|console| seen(&console.app)).collect();
        panic!("{what}: {shown:#?}");
    }
    at.into_iter().map(|at| at.get().unwrap()).collect()
}

/// How many changes the timelines of a console have, and those before which one is missing without a gap that says so.
pub fn timelines(app: &App) -> (usize, Vec<String>) {
    let registrations = &app.store.registrations;
    assert_eq!(registrations.dropped().history, 0, "all of it is kept");
    let (mut count, mut left_out) = (0, Vec::new());
    for (id, row) in registrations.rows() {
        let mut timeline: Vec<_> = registrations.timeline(id).collect();
        timeline.reverse();
        let gaps: Vec<Millis> = timeline
            .iter()
            .filter(|change| change.what == What::Stale)
            .map(|change| change.at)
            .collect();
        let mut before: Option<(Millis, usize)> = None;
        for change in &timeline {
            let What::Codec { to: Some(to), .. } = change.what else {
                continue;
            };
            let to = to.to_string();
            let Some(turn) = to.strip_prefix('k').and_then(|turn| turn.parse().ok()) else {
                continue;
            };
            count += 1;
            if let Some((at, was)) = before
                && (was + 1) % TURN != turn
                && !gaps
                    .iter()
                    .any(|gap| (at..=change.at.plus(TOLD_WITHIN)).contains(gap))
            {
                let who = row.user_id();
                left_out.push(format!("{who}: {turn} after {was} at {:?}", change.at));
            }
            before = Some((change.at, turn));
        }
    }
    (count, left_out)
}

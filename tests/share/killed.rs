//! A reader that is killed again and again while the organisation changes: nothing is shown as sure for long that is not so,
//! nothing that happened is left out without a gap that says so, and in the end everything is right.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::UnixStream;
use trunkline::app::App;
use trunkline::store::What;
use trunkline::vocabulary::news::Link;

use super::common::ground::quiet;
use super::harness::Pty;
use super::storm::{Look, Storm, timelines, together};
use super::{Jump, Serving, rows};

/// Changes a second.
const RATE: u64 = 50;

/// Who reads, or would.
enum Readers {
    /// One process that is started again, as a service manager does.
    Service(Serving),
    /// Consoles of which one takes over.
    Consoles(Vec<Pty>),
}

impl Readers {
    /// Ends whoever reads, and sees to the next one.
    async fn end(&mut self, jump: &Jump, signal: Signal) {
        let reader = UnixStream::connect(jump.socket()).await.unwrap();
        let reader = reader.peer_cred().unwrap().pid().unwrap();
        kill_process(Pid::from_raw(reader).unwrap(), signal).unwrap();
        match self {
            Self::Service(service) => {
                service.0.wait().unwrap();
                *service = jump.serve();
            }
            Self::Consoles(consoles) => {
                consoles.retain(|console| console.id() != reader);
                consoles.push(console(jump));
            }
        }
    }

    /// Whether whoever does not read is attached.
    fn are_ready(&self) -> bool {
        match self {
            Self::Service(_) => true,
            Self::Consoles(consoles) => {
                let attached = |console: &&Pty| console.screen().contains("shared by");
                consoles.iter().filter(attached).count() + 1 == consoles.len()
            }
        }
    }
}

/// A console that takes over where nobody reads.
fn console(jump: &Jump) -> Pty {
    let config = jump.ground.config.to_str().unwrap();
    let console = Pty::spawn(&["--config", config]);
    console.resize(40, 140);
    console
}

fn heard(_: usize, app: &App) -> bool {
    !matches!(app.status().link, Link::Offline { .. })
}

/// How often its first row has become stale.
fn gaps(app: &App) -> usize {
    let registrations = &app.store.registrations;
    let row = registrations.rows().next().map(|(id, _)| id);
    let changes = row.into_iter().flat_map(|id| registrations.timeline(id));
    changes.filter(|change| change.what == What::Stale).count()
}

/// What came of it.
#[derive(Debug)]
struct Outcome {
    changes: usize,
    seen: Vec<usize>,
    /// Until a reader was heard again, and until every row was sure.
    heard: Vec<Duration>,
    sure: Vec<Duration>,
    /// The longest that a row was shown as sure and was not so.
    wrong: Duration,
}

/// Kills whoever reads so many times, after so many changes each.
async fn killed(jump: &Jump, mut readers: Readers, (times, each): (usize, usize)) -> Outcome {
    let mut viewers = vec![jump.console("ana", false), jump.console("ben", false)];
    let looks: [RefCell<Look>; 2] = Default::default();
    let all = jump.truth().await.len();
    let ids = jump.truth().await.into_keys().collect();
    let mut storm = Storm::begin(&jump.ground.control, ids, RATE);
    let sure = |_: usize, app: &App| rows(app).is_some_and(|rows| rows.len() == all);
    let mut outcome = Outcome {
        changes: 0,
        seen: Vec::new(),
        heard: Vec::new(),
        sure: Vec::new(),
        wrong: Duration::ZERO,
    };
    let end = |signal| if signal { Signal::TERM } else { Signal::KILL };
    for time in 0..=times {
        let of = (viewers.as_mut_slice(), looks.as_slice());
        together(of, &storm, "everything is sure", sure).await;
        let due = storm.count() + each;
        let of = (viewers.as_mut_slice(), looks.as_slice());
        together(of, &storm, "some time goes by", |_, _| {
            storm.count() >= due && readers.are_ready()
        })
        .await;
        if time == times {
            break;
        }
        // The last one is asked to end, and need not be killed.
        let before: Vec<_> = viewers.iter().map(|viewer| gaps(&viewer.app)).collect();
        let killed = Instant::now();
        readers.end(jump, end(time + 1 == times)).await;
        let of = (viewers.as_mut_slice(), looks.as_slice());
        together(of, &storm, "it is noticed", |number, app| {
            gaps(app) > before[number]
        })
        .await;
        let of = (viewers.as_mut_slice(), looks.as_slice());
        let at = together(of, &storm, "a reader is heard again", heard).await;
        outcome.heard.extend(at.into_iter().map(|at| at - killed));
        let of = (viewers.as_mut_slice(), looks.as_slice());
        let at = together(of, &storm, "everything is sure again", sure).await;
        outcome.sure.extend(at.into_iter().map(|at| at - killed));
    }
    storm.end().await;
    outcome.changes = storm.count();
    let truth = jump.truth().await;
    let of = (viewers.as_mut_slice(), looks.as_slice());
    together(of, &storm, "it is as the organisation has it", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    for (viewer, look) in viewers.iter().zip(looks) {
        let (count, left_out) = timelines(&viewer.app);
        assert!(left_out.is_empty(), "{left_out:#?}");
        outcome.seen.push(count);
        outcome.wrong = outcome.wrong.max(look.into_inner().longest);
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_are_right_after_a_reader_was_killed_three_times_while_things_change() {
    let jump = Jump::start(quiet(12, "direct")).await;
    let outcome = killed(&jump, Readers::Service(jump.serve()), (3, 60)).await;
    eprintln!("{outcome:#?}");
    assert!(outcome.seen.iter().all(|seen| *seen > 60), "{outcome:#?}");
}

/// `cargo test --test share -- --ignored --nocapture killed_twenty_times`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "five minutes, and bounds that a busy machine may not keep"]
async fn a_console_takes_over_from_one_that_is_killed_twenty_times() {
    let jump = Jump::with(quiet(30, "direct"), "take_over = true").await;
    let consoles = vec![console(&jump), console(&jump), console(&jump)];
    let found = || std::os::unix::net::UnixStream::connect(jump.socket()).is_ok();
    super::harness::poll("a reader", || found().then_some(()));
    let mut outcome = killed(&jump, Readers::Consoles(consoles), (21, 500)).await;
    eprintln!("{outcome:#?}");
    // The last one ended in order.
    let graceful = outcome.heard.split_off(outcome.heard.len() - 2);
    outcome.heard.sort_unstable();
    let most = outcome.heard.last().unwrap();
    assert!(*most <= Duration::from_secs(5), "{most:?}");
    assert!(
        graceful.iter().all(|took| *took <= Duration::from_secs(1)),
        "{graceful:?}"
    );
    assert!(
        outcome.wrong <= Duration::from_secs(3),
        "{:?}",
        outcome.wrong
    );
}

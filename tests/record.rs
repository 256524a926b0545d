//! The past against the organisation itself: what it was at a moment is what the record says it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the lint knows test functions but not their helpers; a soak says what it saw"
)]

#[path = "common/all.rs"]
mod common;
#[path = "record/soak.rs"]
mod soak;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::environment::Environment;
use trunkline::kind::{Kind, Name, Visit, sheet};
use trunkline::listen;
use trunkline::model::registration::State;
use trunkline::model::registration::condition::Condition;
use trunkline::org::Options;
use trunkline::record::{LookCoverage, Record, RecordFolder, verify};
use trunkline::store::{Believed, Row, Store};
use trunkline::time::Millis;

use common::ground::{Ground, faulty};
use common::program::{answer, said};
use common::screen::Cells;

/// What happened so close to a moment may be told after it, in milliseconds: the machine of a test has more to do.
const ON_ITS_WAY: i64 = 3_000;

/// A polled row is stale at the latest after three rounds of polls (30 s each unless the budget is short) and the look at its
/// age, in milliseconds.
const OUTDATED: i64 = 3 * 30_000 + 11_000;

/// One look at the organisation from behind.
struct Seen {
    at: Millis,
    rows: Value,
}

fn moment(text: &Value) -> Millis {
    let at: jiff::Timestamp = text.as_str().unwrap().parse().unwrap();
    Millis(at.as_millisecond())
}

fn folder(ground: &Ground) -> RecordFolder {
    RecordFolder::of(&ground.state_dir(), "org")
}

fn serve(ground: &Ground) -> Child {
    let args = ["serve", "--listen", "127.0.0.1:0"];
    ground.program(&args).stderr(Stdio::null()).spawn().unwrap()
}

/// Looks at the organisation so often, once everything was read.
async fn watch(ground: &Ground, times: usize, every: Duration) -> Vec<Seen> {
    let all = ground.control.get("/_org/state").await["registrations"]
        .as_array()
        .unwrap()
        .len();
    let started = now();
    while known(ground, started) < all {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut seen = Vec::new();
    for _ in 0..times {
        tokio::time::sleep(every).await;
        let state = ground.control.get("/_org/state").await;
        seen.push(Seen {
            at: moment(&state["time"]),
            rows: state["registrations"].clone(),
        });
    }
    seen
}

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// How many rows the record knows by now, of a run that began after that moment.
fn known(ground: &Ground, started: Millis) -> usize {
    let Ok(mut record) = Record::open(folder(ground)) else {
        return 0;
    };
    let ours = record.reel(now()).is_ok_and(|reel| reel.from >= started);
    let look = record.look(now()).ok().filter(|_| ours);
    look.map_or(0, |look| look.store.registrations.counts().known() as usize)
}

/// What is said of a row: a live one is as it is now, a polled one as it was when it was last checked.
struct Claim {
    state: State,
    believed: Believed,
    as_of: Millis,
    how: &'static str,
    words: String,
}

impl Claim {
    fn of(row: &Row<'_>, at: Millis) -> Self {
        let (how, checked) = (row.source(), row.checked());
        let as_of = if how == "live" { at } else { checked };
        let fresh = at.0 - as_of.0 < OUTDATED;
        assert!(
            fresh || row.state() == State::Stale,
            "polled at {checked}, and not stale at {at}"
        );
        Self {
            state: row.state(),
            believed: row.believed(),
            as_of,
            how,
            words: format!("{} since {}", row.status(), row.since()),
        }
    }
}

/// Rows that were held against the organisation.
#[derive(Debug, Default)]
struct Held {
    live: usize,
    polled: usize,
    unsure: usize,
}

/// Holds every row of every look against the record.
fn compared(ground: &Ground, seen: &[Seen]) -> Held {
    let mut record = Record::open(folder(ground)).unwrap();
    let mut held = Held::default();
    for Seen { at, rows } in seen {
        let look = record.look(*at).unwrap();
        assert_eq!(look.damage, Vec::<String>::new());
        assert_eq!(look.coverage, LookCoverage::Recorded, "{at}");
        let there = look.store.registrations.rows().map(|(_, row)| {
            let key = (
                row.user_id().raw().to_owned(),
                row.device().raw().to_owned(),
            );
            (key, Claim::of(&row, *at))
        });
        let there: HashMap<_, _> = there.collect();
        for row in rows.as_array().unwrap() {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let found = there.get(&(text("userId"), text("deviceId")));
            let claim = found.unwrap_or_else(|| panic!("{row} is missing at {at}"));
            // It became what it is after that, or a moment before: it may have been told otherwise.
            if moment(&row["since"]).0 > claim.as_of.0 - ON_ITS_WAY {
                continue;
            }
            if !matches!(claim.state, State::Ok | State::Lost) {
                held.unsure += 1;
                continue;
            }
            let registered = row["registered"].as_bool().unwrap();
            assert_eq!(
                claim.believed,
                Condition::from(registered).worth(),
                "{row} at {at}, {} as of {}: {}",
                claim.how,
                claim.as_of,
                claim.words
            );
            held.live += usize::from(claim.how == "live");
            held.polled += usize::from(claim.how == "polled");
        }
    }
    held
}

fn stop(child: &mut Child) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Every row of every recorded kind with all its columns, from what the console itself knew: exactly.
struct Rows<'s>(&'s Store, Millis);

impl Visit for Rows<'_> {
    type Out = BTreeSet<String>;

    fn visit<K: Kind>(self) -> BTreeSet<String> {
        // What probes find is not recorded.
        let probed = ["tls", "accord", "days", "proxy", "probed", "found"];
        let of_probes = |n: &usize| K::NAME == "carriers" && probed.contains(&K::COLUMNS[*n].name);
        let columns: Vec<usize> = (0..K::COLUMNS.len()).filter(|n| !of_probes(n)).collect();
        let rows = K::rows(self.0, self.1);
        rows.iter()
            .map(|row| sheet::json::<K>(row, &columns))
            .collect()
    }
}

const KINDS: [Name; 8] = [
    Name::Registrations,
    Name::Users,
    Name::Sites,
    Name::Carriers,
    Name::Trunks,
    Name::Edges,
    Name::Callbacks,
    Name::Interactions,
];

fn rows(store: &Store, at: Millis) -> Vec<BTreeSet<String>> {
    KINDS.map(|kind| kind.visit(Rows(store, at))).to_vec()
}

/// Runs a console on the organisation, and holds what it knew at hundreds of moments against what it has recorded.
async fn is_what_the_console_knew(api: &'static str, faults: &[&str]) {
    let ground = Ground::start(Options {
        rate: 20.0,
        ..faulty(40, api, faults)
    })
    .await;
    let mut loaded = ground.load();
    // A mask would be the only difference.
    loaded.config.record.mask = false;
    let app = App::new(loaded);
    let runner = Runner::new(app, Cells::dark(), Environment::default(), listen::nobody());
    let mut runner = runner.recording(&ground.state_dir());
    let knew = RefCell::new(Vec::new());
    let look = |app: &App| {
        let mut knew = knew.borrow_mut();
        let due = knew.last().map_or(0, |(at, _): &(Millis, _)| at.0 + 25);
        if app.now().0 >= due && app.status().enumerated {
            knew.push((app.now(), rows(&app.store, app.now())));
        }
        knew.len() >= 300
    };
    runner.run(look).await.unwrap();
    runner.close();
    let mut record = Record::open(folder(&ground)).unwrap();
    // The last one may have more to come at the same moment.
    let knew = knew.into_inner();
    for (at, wanted) in &knew[..knew.len() - 1] {
        let found = rows(&record.look(*at).unwrap().store, *at);
        for ((kind, found), wanted) in KINDS.iter().zip(&found).zip(wanted) {
            let more: Vec<_> = found.difference(wanted).collect();
            let less: Vec<_> = wanted.difference(found).collect();
            assert!(
                more.is_empty() && less.is_empty(),
                "{api} {} at {at}: recorded {more:#?}, known {less:#?}",
                kind.word()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_of_the_direct_api_is_what_the_console_knew() {
    is_what_the_console_knew("direct", &["ws-drop=3", "http-503=0.05", "callback-ms=300"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_of_the_platform_api_is_what_the_console_knew() {
    is_what_the_console_knew("platform", &["http-503=0.02", "ws-closing=4"]).await;
}

async fn is_as_it_was(api: &'static str, faults: &[&str]) {
    let ground = Ground::start(Options {
        rate: 5.0,
        ..faulty(100, api, faults)
    })
    .await;
    let mut serving = serve(&ground);
    let seen = watch(&ground, 25, Duration::from_millis(330)).await;
    stop(&mut serving);
    let held = compared(&ground, &seen);
    assert!(held.live + held.polled > 25 * 40, "{api}: {held:?}");
    // Streams that break again and again are lent to the polls.
    let breaks = faults.iter().any(|fault| fault.starts_with("ws-drop"));
    assert!(!breaks || held.polled > 0, "{held:?}");
    let sound = verify(&folder(&ground)).unwrap();
    assert_eq!((sound.damage.len(), sound.torn), (0, 0));
    the_commands_say_the_same(&ground, seen.last().unwrap());
}

/// What the library says, the commands print.
fn the_commands_say_the_same(ground: &Ground, seen: &Seen) {
    let at = seen.at.to_string();
    let one = ground.run(&["dump", "registrations", "--at", &at, "--json"]);
    let other = ground.run(&["get", "registrations", "--at", &at, "--json"]);
    assert_eq!(one.status.code(), Some(0), "{}", said(&one));
    let rows = answer(&one);
    assert_eq!(rows, answer(&other));
    assert_eq!(
        rows.as_array().unwrap().len(),
        seen.rows.as_array().unwrap().len()
    );
    let turned = ground.run(&[
        "dump",
        "registrations",
        "--from",
        "-1h",
        "--where",
        "state:lost",
        "--json",
    ]);
    let turned = answer(&turned);
    let turned = turned.as_array().unwrap();
    assert!(!turned.is_empty());
    for turn in turned {
        let lost = [&turn["from"], &turn["to"]]
            .iter()
            .any(|state| **state == "lost");
        assert!(lost, "{turn}");
    }
    let table = ground.run(&["dump", "carriers", "--at", &at]);
    assert_eq!(table.status.code(), Some(0), "{}", said(&table));
    let refused = ground.run(&["dump", "probes", "--at", &at]);
    assert!(
        said(&refused).contains("not recorded"),
        "{}",
        said(&refused)
    );
    let early = ground.run(&["dump", "registrations", "--at", "2001-01-01"]);
    assert!(
        said(&early).contains("the record begins at"),
        "{}",
        said(&early)
    );
    let status = answer(&ground.run(&["record", "status", "--json"]));
    assert_eq!(status["recording"], false);
    let verified = ground.run(&["record", "verify"]);
    assert_eq!(verified.status.code(), Some(0));
    assert_eq!(ground.run(&["record", "prune"]).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_of_the_direct_api_is_as_it_was() {
    is_as_it_was("direct", &["http-503=0.05", "latency=30", "ws-drop=3"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_of_the_platform_api_is_as_it_was() {
    is_as_it_was("platform", &["http-503=0.02"]).await;
}

/// Killed in the middle of it: what was told until the last second is there, and the next run goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_recorder_loses_the_last_second_at_most() {
    let ground = Ground::start(Options {
        rate: 10.0,
        ..faulty(100, "direct", &[])
    })
    .await;
    let mut last = None;
    for _ in 0..3 {
        let mut serving = serve(&ground);
        let seen = watch(&ground, 6, Duration::from_millis(400)).await;
        serving.kill().unwrap();
        serving.wait().unwrap();
        let killed = now();
        // The last looks may be of the second that was lost.
        let held = compared(&ground, &seen[..2]);
        assert!(held.live > 20, "{held:?}");
        let (_, to) = Record::open(folder(&ground)).unwrap().span().unwrap();
        assert!(killed.since(to) < 2_500, "{to} to {killed}");
        assert!(last.is_none_or(|last| last < to));
        last = Some(to);
        let sound = verify(&folder(&ground)).unwrap();
        assert_eq!(sound.damage, []);
    }
}

/// Where no file may grow beyond some kilobytes, as on a full disk: recording stops, and nothing else does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_recording_and_nothing_else() {
    let ground = Ground::start(Options {
        rate: 200.0,
        ..faulty(20, "direct", &[])
    })
    .await;
    let inner = ground.program(&["serve", "--listen", "127.0.0.1:0"]);
    let mut small = Command::new("sh");
    // A write beyond the limit is an error, and no signal: who ignores it hands that on.
    let limited = "trap '' XFSZ; ulimit -f 24; exec \"$0\" \"$@\"";
    small
        .args(["-c", limited])
        .arg(inner.get_program())
        .args(inner.get_args());
    small.env_clear();
    small.envs(
        inner
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let mut serving = small
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let recording = || {
        let status = answer(&ground.run(&["record", "status", "--json"]));
        (
            status["recording"] == true,
            status["bytes"].as_u64().unwrap(),
        )
    };
    let started = now();
    while known(&ground, started) == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while recording().0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (_, stopped) = recording();
    // It follows the organisation as before: every stream is open.
    let streams = ground.control.get("/_org/state").await;
    assert_eq!(serving.try_wait().unwrap(), None);
    assert_eq!(streams["streams"], 20, "{streams}");
    let sound = verify(&folder(&ground)).unwrap();
    assert_eq!(sound.damage, []);
    assert_eq!(recording(), (false, stopped));
    let late = ground.run(&["dump", "registrations", "--at", "now", "--json"]);
    assert_eq!(late.status.code(), Some(5), "{}", said(&late));
    let rows = answer(&late);
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row["state"] == "stale")
    );
    stop(&mut serving);
    let told = std::io::read_to_string(serving.stderr.take().unwrap()).unwrap();
    assert!(told.contains("nothing is recorded any more"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_recorded_where_nobody_wants_it_and_mistakes_are_named() {
    let ground = Ground::start(faulty(4, "direct", &[])).await;
    let config = std::fs::read_to_string(&ground.config).unwrap();
    let with = |text: &str| std::fs::write(&ground.config, format!("{config}\n{text}\n")).unwrap();
    with("[record]\nenabled = false\nkeep = \"7 parsecs\"");
    let check = ground.run(&["config", "check"]);
    assert!(said(&check).contains("record.keep"), "{}", said(&check));
    with("[record]\nenabled = false\nkeep = \"48h\"\nsize = \"1GiB\"\nmask = false");
    let shown = String::from_utf8(ground.run(&["config", "show"]).stdout).unwrap();
    for line in [
        "enabled = false",
        "keep = \"2d\"",
        "size = \"1GiB\"",
        "mask = false",
    ] {
        let (key, value) = line.split_once(" = ").unwrap();
        assert!(
            shown.contains(&format!("record.{key} = {value}")),
            "{line}: {shown}"
        );
    }
    let status = ground.run(&["record", "status"]);
    let text = String::from_utf8(status.stdout).unwrap();
    assert!(text.contains("[record] enabled = false"), "{text}");
    let none = ground.run(&["dump", "registrations", "--at", "now"]);
    assert!(
        said(&none).contains("Nothing is recorded"),
        "{}",
        said(&none)
    );
}

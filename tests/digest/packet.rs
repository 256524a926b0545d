//! A packet: it says what the record says, of its time alone; it opens where there is no profile, and not where a byte of it is
//! another one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::Runner;
use trunkline::environment::Environment;
use trunkline::kind::{Kind, Name, Visit, sheet};
use trunkline::listen;
use trunkline::model::audit::LineStatus;
use trunkline::model::bookmark::Bookmark;
use trunkline::model::callback::{Callback, Status};
use trunkline::model::interaction::{Interaction, Participant, Standing};
use trunkline::model::registration::State;
use trunkline::packet::{About, Making, Packet, Written, write};
use trunkline::record::{
    About as Head, LookCoverage, Record, RecordFolder, RecordSettings, Told, Writer, verify,
};
use trunkline::store::Store;
use trunkline::time::Millis;
use trunkline::vocabulary::news::{CallbackNews, News};

use super::served::{Serving, registered, until};
use super::told::{at, everyone, opened, phone};
use crate::common::ground::{Ground, quiet, written};
use crate::common::program::said;
use crate::common::screen::{Cells, key, lines};

const CALLER: &str = "+14155550199";

fn callers() -> Vec<Told> {
    let callback = Callback {
        number: CALLER.into(),
        queue: "q-1".into(),
        caller: Some("Canary Caller".into()),
        ..Callback::bare("cb-1".into(), Status::Scheduled)
    };
    let caller = Participant {
        name: "Canary Caller".into(),
        address: CALLER.into(),
        ..Participant::default()
    };
    let call = Interaction {
        participants: vec![caller],
        ..Interaction::bare("call-1".into(), Standing::Active)
    };
    let news = CallbackNews::Heard(vec![callback]);
    vec![
        Told::News(News::Callbacks(Box::new(news))),
        Told::Interactions {
            interactions: vec![call],
            faults: Vec::new(),
        },
    ]
}

/// Three hours over midnight with a break in them, nothing masked.
fn recorded(folder: &RecordFolder) {
    let open = || {
        let settings = RecordSettings {
            mask: false,
            ..RecordSettings::default()
        };
        let about = Head {
            profile: "lab".to_owned(),
            api: "platform".to_owned(),
            ..Head::default()
        };
        opened(|| Writer::open(folder.clone(), about.clone(), settings))
    };
    // 2026-06-15T23:00:00Z.
    let begin = 20 * 60;
    let mut writer = open();
    writer.tell(at(begin), everyone()).unwrap();
    writer.tell(at(begin + 1), callers()).unwrap();
    for n in 0_i64..100 {
        let who = u32::try_from(n % 4).unwrap();
        writer
            .tell(at(begin + 2 + n).plus(n), phone(who, n % 3 == 0))
            .unwrap();
    }
    writer.close(at(begin + 105)).unwrap();
    let mut writer = open();
    writer.tell(at(begin + 120), everyone()).unwrap();
    writer.tell(at(begin + 121), callers()).unwrap();
    writer.tell(at(begin + 130), phone(1, false)).unwrap();
    writer.close(at(begin + 140)).unwrap();
}

struct Rows<'s>(&'s Store, Millis);

impl Visit for Rows<'_> {
    type Out = BTreeSet<String>;

    fn visit<K: Kind>(self) -> BTreeSet<String> {
        let columns: Vec<usize> = (0..K::COLUMNS.len()).collect();
        let rows = K::rows(self.0, self.1);
        rows.iter()
            .map(|row| sheet::json::<K>(row, &columns))
            .collect()
    }
}

fn rows(record: &mut Record, at: Millis) -> (Vec<BTreeSet<String>>, LookCoverage) {
    let look = record.look(at).unwrap();
    assert_eq!(look.damage, Vec::<String>::new());
    let kinds = [
        Name::Registrations,
        Name::Users,
        Name::Sites,
        Name::Callbacks,
        Name::Interactions,
    ];
    let all = kinds.map(|kind| kind.visit(Rows(&look.store, at)));
    (all.to_vec(), look.coverage)
}

fn made(dir: &Path, masked: bool, (from, to): (i64, i64)) -> (PathBuf, Written) {
    let bookmark = Bookmark {
        number: 4,
        at: at(from + 3),
        pane: "registrations".to_owned(),
        row: "deviceId=\"phone-1\"".to_owned(),
        note: "look at this one".into(),
        ..Bookmark::default()
    };
    let making = Making {
        about: About {
            version: "0.2.0".to_owned(),
            profile: "lab".into(),
            by: "ana".into(),
            from: at(from),
            to: at(to),
            begin: at(from + 3),
            masked,
            ..About::default()
        },
        record: RecordFolder::at(dir.join("record")),
        state_dir: dir,
        bookmarks: vec![bookmark],
        zone: &TimeZone::UTC,
    };
    let to = dir.join(format!("{masked}-{from}-{to}.packet"));
    let scratch = tempfile::tempdir_in(dir).unwrap();
    let written = write(making, scratch.path(), &to).unwrap();
    (to, written)
}

#[test]
fn it_says_what_the_record_says_and_of_its_time_alone() {
    let dir = tempfile::tempdir().unwrap();
    let folder = RecordFolder::at(dir.path().join("record"));
    recorded(&folder);
    let mut record = Record::open(folder).unwrap();
    let begin = 20 * 60;
    // Over midnight, over the break, from within a stretch and from before the begin.
    for (from, to) in [
        (begin + 30, begin + 135),
        (begin + 50, begin + 80),
        (begin - 60, begin + 20),
    ] {
        let (file, written) = made(dir.path(), false, (from, to));
        assert_eq!(written.damage, Vec::<String>::new());
        let packet = Packet::open(&file).unwrap();
        let unfolded = dir.path().join(format!("unfolded-{from}"));
        let part = packet.unfold(&unfolded).unwrap();
        assert_eq!(verify(&part).unwrap().damage, []);
        let mut part = Record::open(part).unwrap();
        assert_eq!(part.span().unwrap().0, at(from.max(begin)));
        for minute in from.max(begin)..=to {
            for moment in [at(minute), at(minute).plus(31_234)] {
                if moment <= at(to) {
                    assert_eq!(
                        rows(&mut part, moment),
                        rows(&mut record, moment),
                        "{moment}"
                    );
                }
            }
        }
        // Of what came after it, it knows nothing.
        assert!(matches!(
            part.look(at(to + 1)).unwrap().coverage,
            LookCoverage::Nothing(_)
        ));
    }
}

#[test]
fn callers_are_masked_in_it_unless_said_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    recorded(&RecordFolder::at(dir.path().join("record")));
    let begin = 20 * 60;
    for (masked, from) in [(true, begin), (true, begin + 40), (false, begin + 40)] {
        let (file, written) = made(dir.path(), masked, (from, begin + 135));
        assert_eq!(written.about.masked, masked);
        let packet = Packet::open(&file).unwrap();
        assert_eq!(packet.about.masked, masked);
        let said = if masked {
            "Callers are masked"
        } else {
            "Callers are not masked"
        };
        assert!(packet.summary.contains(said), "{}", packet.summary);
        let unfolded = dir.path().join(format!("unfolded-{masked}-{from}"));
        let mut part = Record::open(packet.unfold(&unfolded).unwrap()).unwrap();
        for minute in [from + 5, begin + 60, begin + 130] {
            let store = part.look(at(minute)).unwrap().store;
            let known = format!("{:?} {:?}", store.callbacks, store.transfers);
            for canary in [CALLER, "Canary Caller"] {
                assert_eq!(known.contains(canary), !masked, "{minute}: {known}");
            }
        }
    }
}

#[test]
fn a_byte_that_was_changed_anywhere_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    recorded(&RecordFolder::at(dir.path().join("record")));
    let begin = 20 * 60;
    let (file, _) = made(dir.path(), true, (begin, begin + 30));
    let bytes = std::fs::read(&file).unwrap();
    let other = dir.path().join("other.packet");
    let mut named = BTreeSet::new();
    let mut refused = |bytes: &[u8], place: usize| {
        std::fs::write(&other, bytes).unwrap();
        let why = Packet::open(&other).map(|_| ()).unwrap_err().to_string();
        let part = why
            .split(" refused: ")
            .nth(1)
            .unwrap_or("the first line")
            .to_owned();
        assert!(why.contains("other.packet"), "{place}: {why}");
        named.insert(part);
    };
    let head = bytes
        .split(|byte| *byte == b'\n')
        .take(3)
        .map(|line| line.len() + 1)
        .sum::<usize>();
    // Every byte of what it says of itself, and every third of the rest.
    for place in (0..head).chain((head..bytes.len()).step_by(3)) {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        refused(&changed, place);
    }
    for length in (0..bytes.len()).step_by(97) {
        refused(&bytes[..length], length);
    }
    refused(&[bytes.as_slice(), b"x"].concat(), bytes.len());
    let wanted = [
        "audit.jsonl",
        "bookmarks.json",
        "record/2026-06-15.data",
        "record/2026-06-15.index",
        "summary.md",
        "the first line",
        "the table of contents",
        "what follows its last part",
    ];
    let found: Vec<String> = named
        .iter()
        .map(|part| part.replace(" is not as it was written", ""))
        .collect();
    let missing: Vec<_> = wanted
        .iter()
        .filter(|part| !found.contains(&(**part).to_owned()))
        .collect();
    // Nothing was written to this organisation: that part is empty, and has no byte to change.
    assert_eq!(missing, [&"audit.jsonl"], "{found:?}");
    assert!(Packet::open(&file).is_ok());
}

/// A console on a packet, where there is neither a profile nor a network.
struct Opened {
    runner: Runner<Cells>,
    keys: mpsc::UnboundedSender<Event>,
    _folder: tempfile::TempDir,
}

impl Opened {
    fn open(file: &Path) -> Self {
        let (loaded, folder) = written(None, "mono");
        let packet = Packet::open(file).unwrap();
        let record = packet.unfold(&folder.path().join("record")).unwrap();
        let (screen, keys) = Cells::new(120, 40);
        let mut app = App::new(loaded);
        app.replay(packet.about.begin, 0);
        app.give(&packet.beside, packet.api());
        let runner = Runner::new(app, screen, Environment::default(), listen::nobody());
        let runner = runner.rewinding(record).told_beside(packet.beside);
        Self {
            runner,
            keys,
            _folder: folder,
        }
    }

    async fn until(&mut self, text: &str) -> String {
        let wait = tokio::time::timeout(Duration::from_secs(40), async {
            loop {
                let screen = lines(&self.runner.screen.shown).join("\n");
                if screen.contains(text) {
                    return screen;
                }
                let turns = std::cell::Cell::new(0);
                self.runner
                    .run(|_| turns.replace(turns.get() + 1) > 0)
                    .await
                    .unwrap();
            }
        });
        let found = wait.await;
        found.unwrap_or_else(|_| {
            panic!(
                "no {text:?}:\n{}",
                lines(&self.runner.screen.shown).join("\n")
            )
        })
    }

    fn press(&self, keys: &[&str]) {
        for name in keys {
            self.keys.send(Event::Key(key(name))).unwrap();
        }
    }

    fn command(&self, line: &str) {
        self.press(&[":"]);
        for c in line.chars() {
            self.press(&[c.to_string().as_str()]);
        }
        self.press(&["Enter"]);
    }
}

async fn is_opened_by_whoever_has_no_access(api: &'static str) {
    let ground = Ground::start(quiet(4, api)).await;
    let serving = Serving::start(&ground);
    let all = registered(&ground).await;
    until(&ground, State::Ok, u32::try_from(all.len()).unwrap()).await;
    let (user, device) = &all[0];
    ground
        .control
        .register(user, device, &json!({"registered": false}))
        .await;
    until(&ground, State::Lost, 1).await;
    let output = ground.run(&["handover", "--since", "5m", "--take"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    // The end of the record lies behind the line of the audit.
    until(&ground, State::Lost, 1).await;
    let file = ground.folder.path().join("case.packet");
    let name = file.to_str().unwrap();
    let output = ground.run(&["packet", "--from", "5m", "-o", name]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    drop(serving);

    // Its sum is printed, and stands in the audit.
    let bytes = std::fs::read(&file).unwrap();
    let sum = format!("{:x}", Sha256::digest(&bytes));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, format!("{sum}  {name}\n"));
    let audit = ground.audit();
    let line = audit
        .iter()
        .rfind(|line| line.action.raw() == "packet.write")
        .unwrap();
    assert_eq!(
        (line.status, line.extra["sha256"].as_str()),
        (LineStatus::Ok, Some(sum.as_str()))
    );
    let twice = ground.run(&["packet", "--from", "5m", "-o", name]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(
        said(&twice).contains("is there already"),
        "{}",
        said(&twice)
    );

    // Elsewhere: no configuration, no state, nobody to ask.
    let elsewhere = tempfile::tempdir().unwrap();
    let there = |args: &[&str]| {
        crate::common::program::program(elsewhere.path())
            .args(args)
            .output()
            .unwrap()
    };
    let shown = there(&["packet", "--show", name]);
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
    let page = String::from_utf8(shown.stdout).unwrap();
    assert!(
        page.starts_with("# Packet: org\n") && page.contains("## lost (1)"),
        "{page}"
    );
    let mut changed = bytes.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(&file, &changed).unwrap();
    for args in [["packet", "--show", name], ["replay", "--speed=0", name]] {
        let output = there(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            said(&output).contains(".index is not as it was written"),
            "{args:?}: {}",
            said(&output)
        );
    }
    std::fs::write(&file, &bytes).unwrap();
    let mut console = Opened::open(&file);
    console.until(" PAST ").await;
    console.command(&format!("at {}", at_end(&file)));
    console.command("registrations state:lost");
    console.until("1 rows").await;
    console.press(&["A"]);
    let screen = console.until("lost (1)").await;
    assert!(screen.contains("lost for"), "{screen}");
    console.press(&["Esc"]);
    console.command("audit");
    console.until("handover.take").await;
    console.command("takeover");
    console.until("nothing is sent from it").await;
}

fn at_end(file: &Path) -> String {
    Packet::open(file).unwrap().about.to.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packet_of_the_direct_api_opens_where_there_is_no_profile() {
    is_opened_by_whoever_has_no_access("direct").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packet_of_the_platform_api_opens_where_there_is_no_profile() {
    is_opened_by_whoever_has_no_access("platform").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_bookmarks_lead_to_their_moment_and_their_row() {
    let dir = tempfile::tempdir().unwrap();
    recorded(&RecordFolder::at(dir.path().join("record")));
    let begin = 20 * 60;
    let (file, _) = made(dir.path(), true, (begin, begin + 60));
    let mut console = Opened::open(&file);
    console.until(" PAST 2026-06-15 23:03:00 UTC").await;
    console.command("at 2026-06-15T23:40:00Z");
    console.until(" PAST 2026-06-15 23:40:00 UTC").await;
    console.command("bookmarks");
    console.until("look at this one").await;
    console.press(&["Enter"]);
    console.until(" PAST 2026-06-15 23:03:00 UTC").await;
    console.press(&["Enter"]);
    console.until("Person 1").await;
    // Nothing of this machine is kept from it.
    console.press(&["Esc", "b"]);
    console.until("no profile to keep a bookmark for").await;
    console.command("packet 1h");
    console.until("no profile whose past").await;
}

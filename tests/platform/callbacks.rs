//! Callbacks: found by a query, booked, moved, ended, and found again when the answer is lost.

mod follow;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use trunkline::app::{perform, probes};
use trunkline::audit::read;
use trunkline::cloud::{Client, Settings, Urgency};
use trunkline::config::{self, Flags, Paths};
use trunkline::environment::Environment;
use trunkline::flow::callback::platform::{EndedCallback, Reschedule};
use trunkline::flow::{self, Kit, Order, Stop, Tell, callback};
use trunkline::model::api::Api;
use trunkline::model::audit::{LineStatus as OnRecord, Record};
use trunkline::model::callback::{Appointment, BOOKED_AS, Move, REASON, Status};
use trunkline::model::flow::{FlowId, Outcome};
use trunkline::org::Options;
use trunkline::text::Text;

use super::rig::{Rig, options};

const NUMBER: &str = "+14155550199";

/// An organisation whose callbacks stay as they are, with further faults.
fn quiet(faults: &[&str]) -> Options {
    let mut options = options(3);
    for fault in std::iter::once(&"callback-ms=0").chain(faults) {
        options.faults.set(fault).unwrap();
    }
    options
}

/// What a flow and the program work with.
struct Desk {
    rig: Rig,
    folder: TempDir,
    config: PathBuf,
}

impl Desk {
    async fn start(faults: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let rig = Rig::start(Options {
            profile_out: Some(config.clone()),
            rate_limit: 0,
            ..quiet(faults)
        })
        .await;
        let written = std::fs::read_to_string(&config).unwrap();
        let platform = written.replacen("api = \"direct\"", "api = \"platform\"", 1);
        std::fs::write(&config, platform).unwrap();
        Self {
            rig,
            folder,
            config,
        }
    }

    async fn kit(&self) -> Kit {
        let flags = Flags {
            config: Some(self.config.clone()),
            ..Flags::default()
        };
        let environment = Environment::default();
        let paths = Paths::under(self.folder.path());
        let loaded = config::load(&flags, &environment, &paths).unwrap();
        let profile = Arc::new(loaded.profile.unwrap());
        let client = perform::client(&profile, &environment).await.unwrap();
        let prober = probes::settings(&profile, [], &environment).await;
        let prober = prober.map(trunkline::probe::Prober::new);
        let state = self.state();
        Kit::open(client, profile, prober, &environment, &state).await
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state").join("trunkline")
    }

    fn audit(&self) -> Vec<Record> {
        let mut lines = Vec::new();
        read::each(&self.state(), "org", |line| {
            lines.push(line.record.expect("a line that can be read"));
        })
        .unwrap();
        lines
    }

    async fn carry_out(&self, order: callback::CallbackOrder) -> Outcome {
        let tell: Tell = Arc::new(|_, _| {});
        let (_stopper, stop) = Stop::new();
        let kit = self.kit().await;
        flow::run(&kit, FlowId(1), Order::Callback(order), &tell, &stop).await
    }

    fn program(&self, args: &[&str]) -> Output {
        std::process::Command::new(env!("CARGO_BIN_EXE_trunkline"))
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("USER", "noc")
            .arg("--config")
            .arg(&self.config)
            .args(args)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    /// The organisation's own book, by what it calls the reason.
    async fn booked(&self, reason: &str) -> Vec<Value> {
        let path = "/_org/callbacks?updates=0";
        let book = self.rig.control(Method::GET, path, None).await;
        let all = book["callbacks"].as_array().unwrap().iter();
        all.filter(|one| one["reason"] == reason).cloned().collect()
    }

    async fn requests(&self, verb: &str, path: &str) -> usize {
        let seen = self.rig.control(Method::GET, "/_org/requests", None).await;
        let seen = seen["requests"].as_array().unwrap().iter();
        seen.filter(|one| one["verb"] == verb && one["path"] == path)
            .count()
    }
}

fn appointment(reason: &str) -> Appointment {
    let ahead = SignedDuration::from_hours(24 * 3);
    let time = Timestamp::now().checked_add(ahead).unwrap();
    Appointment {
        queue_id: "queue_night_us".to_owned(),
        callback_numbers: vec![NUMBER.into()],
        callback_user_name: Some("Ana Petrova".to_owned()),
        callback_scheduled_time: Some(time.strftime("%Y-%m-%dT%H:%M:00.000Z").to_string()),
        validate_callback_numbers: true,
        data: [(REASON, reason), (BOOKED_AS, "cb_test")]
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .into(),
        ..Appointment::default()
    }
}

fn answer(out: &Output) -> Value {
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {out:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_query_finds_is_what_the_organisation_has() {
    let rig = Rig::start(quiet(&[])).await;
    let book = rig
        .control(Method::GET, "/_org/callbacks?updates=0", None)
        .await;
    let theirs = book["callbacks"].as_array().unwrap().iter();
    let open = |one: &&Value| {
        !matches!(
            one["status"].as_str(),
            Some("completed" | "failed" | "cancelled")
        )
    };
    let mut theirs: Vec<(String, String)> = theirs
        .filter(open)
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            (text("id"), text("status"))
        })
        .collect();
    theirs.sort();
    assert!(!theirs.is_empty());
    let listing = rig.client.callbacks(Urgency::Reread).await.unwrap();
    assert_eq!(listing.faults, []);
    let ours = listing.callbacks.iter().filter(|one| !one.status.over());
    let mut ours: Vec<(String, String)> = ours
        .map(|one| (one.id.raw().to_owned(), one.status.word().to_owned()))
        .collect();
    ours.sort();
    assert_eq!(ours, theirs);

    let first = listing
        .callbacks
        .iter()
        .find(|one| !one.status.over())
        .unwrap();
    assert!(first.time.is_some() && first.began.is_some() && !first.number.is_empty());
    assert_eq!(first.reason, None, "analytics does not tell");
    let read = rig
        .client
        .callback(&first.id, Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&read.number, read.time, &read.queue),
        (&first.number, first.time, &first.queue)
    );
    assert!(read.reason.is_some());
    let gone = rig.client.callback(&"nobody".into(), Urgency::Reread).await;
    assert_eq!(gone.unwrap_err().status(), Some(404));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_booked_moved_and_ended() {
    let desk = Desk::start(&[]).await;
    let wanted = appointment("Router down");
    let order = callback::CallbackOrder::Appoint(Box::new(wanted.clone()));
    let outcome = desk.carry_out(order).await;
    assert!(
        matches!(&outcome, Outcome::Done(what) if what.raw().starts_with("booked as")),
        "{outcome}"
    );
    let booked = desk.booked("Router down").await;
    assert_eq!(booked.len(), 1);
    let id = booked[0]["id"].as_str().unwrap();

    let client = &desk.rig.client;
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.status, Status::Scheduled);
    assert_eq!(read.booked_as.as_ref().map(Text::raw), Some("cb_test"));
    assert_eq!(read.caller.as_ref().map(Text::raw), Some("Ana Petrova"));
    assert_eq!(
        read.time.map(trunkline::time::Millis::timestamp),
        wanted.time()
    );

    let later = wanted
        .time()
        .unwrap()
        .checked_add(SignedDuration::from_hours(1))
        .unwrap();
    let moved = Reschedule {
        queue: "queue_night_us".into(),
        change: Move {
            conversation_id: id.to_owned(),
            agent_id: "u-2".to_owned(),
            callback_scheduled_time: later.to_string(),
        },
    };
    let outcome = desk
        .carry_out(callback::CallbackOrder::Move(Box::new(moved)))
        .await;
    assert!(
        matches!(&outcome, Outcome::Done(what) if what.raw().starts_with("moved")),
        "{outcome}"
    );
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.time.map(trunkline::time::Millis::timestamp),
        Some(later)
    );

    let ended = vec![EndedCallback::from(&read)];
    let outcome = desk.carry_out(callback::CallbackOrder::End(ended)).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let read = client
        .callback(&id.into(), Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.status, Status::Cancelled);
    let listing = client.callbacks(Urgency::Reread).await.unwrap();
    let over = listing.callbacks.iter().find(|one| one.id == read.id);
    assert_eq!(
        over.map(|one| one.status),
        Some(Status::Cancelled),
        "what just ended is told"
    );

    let kept = desk.audit();
    let deeds: Vec<_> = kept
        .iter()
        .map(|line| (line.action.raw(), line.status))
        .collect();
    let pair = |deed| [(deed, OnRecord::Intent), (deed, OnRecord::Ok)];
    let all = ["callback.book", "callback.reschedule", "callback.cancel"].map(pair);
    assert_eq!(deeds, all.concat());
    assert!(!format!("{kept:?}").contains("5550199"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_whose_answer_was_lost_is_found_by_our_name_and_not_made_again() {
    let desk = Desk::start(&["lose-answer=1"]).await;
    let order = callback::CallbackOrder::Appoint(Box::new(appointment("Lost")));
    let outcome = desk.carry_out(order).await;
    let found =
        matches!(&outcome, Outcome::Done(what) if what.raw().contains("its answer was lost"));
    assert!(found, "{outcome}");
    assert_eq!(desk.booked("Lost").await.len(), 1);
    let posts = desk
        .requests("POST", "/api/v2/conversations/callbacks")
        .await;
    assert_eq!(posts, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_books_lists_and_ends_callbacks_in_the_api_s_own_shape() {
    let desk = Desk::start(&[]).await;
    let body = desk.folder.path().join("body.json");
    std::fs::write(&body, json!(appointment("By script")).to_string()).unwrap();
    let file = body.to_str().unwrap();
    let out = desk.program(&["callback", "book", "-f", file, "--dry-run", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    assert_eq!(
        answer(&out)["request"]["body"],
        json!(appointment("By script"))
    );
    assert!(desk.booked("By script").await.is_empty());

    let out = desk.program(&["callback", "book", "-f", file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let id = answer(&out)["id"].as_str().unwrap().to_owned();
    let filter = format!("id={id}");
    let out = desk.program(&["callback", "list", "--json", "--where", &filter]);
    assert_eq!(answer(&out)[0]["status"], "scheduled", "{out:?}");
    assert!(!String::from_utf8_lossy(&out.stdout).contains(NUMBER));

    let out = desk.program(&["callback", "cancel", &id, "--dry-run", "--json"]);
    let request = &answer(&out)["requests"][0];
    assert_eq!(request["body"]["state"], "disconnected", "{out:?}");
    assert!(request["body"]["startTime"].is_string() && request["body"]["participants"].is_array());
    let out = desk.program(&["callback", "cancel", &id, "--yes", "--json"]);
    assert_eq!(answer(&out)["outcome"], "ok", "{out:?}");
    assert_eq!(desk.booked("By script").await[0]["status"], "cancelled");

    let rows = desk.folder.path().join("rows.csv");
    let start = Timestamp::now()
        .checked_add(SignedDuration::from_hours(48))
        .unwrap();
    let table = format!(
        "callback_number,queue_id,start,reason,fallback\n{NUMBER},queue_night_us,{start},By table,\n{NUMBER},queue_night_us,{start},Odd,sms\n"
    );
    std::fs::write(&rows, table).unwrap();
    let rows = rows.to_str().unwrap();
    let out = desk.program(&[
        "callback",
        "book",
        "--csv",
        rows,
        "--partial",
        "--yes",
        "--json",
    ]);
    assert_eq!(out.status.code(), Some(5), "{out:?}");
    let told = answer(&out).to_string();
    assert!(
        told.contains("fallback: the organisation's API has no such thing"),
        "{told}"
    );
    assert_eq!(desk.booked("By table").await.len(), 1);
    assert!(desk.booked("Odd").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_say_how_they_call_back_and_nothing_that_they_do_not_know() {
    let rig = Rig::start(quiet(&[])).await;
    let listing = rig.client.queues(Urgency::Reread).await.unwrap();
    assert_eq!(listing.faults, []);
    let night = listing
        .queues
        .iter()
        .find(|one| one.id.raw() == "queue_night_us");
    let night = night.unwrap();
    assert_eq!(night.mode.as_ref().map(Text::raw), Some("CustomerFirst"));
    assert_eq!((night.room(), &night.calendar), (None, &None));
    let one = rig.client.queue(&night.id, Urgency::Write).await.unwrap();
    assert_eq!(one, *night);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedule_groups_open_queues_as_the_queues_say_themselves() {
    let rig = Rig::start(quiet(&[])).await;
    let client = |api, hours: BTreeMap<String, String>| {
        Client::new(Settings {
            api,
            queue_hours: hours,
            ..rig.settings()
        })
        .unwrap()
    };
    let direct = client(Api::Direct, BTreeMap::new());
    let told = direct.queues(Urgency::Reread).await.unwrap().queues;
    let ids = told.iter().map(|queue| queue.id.raw().to_owned());
    let groups = ids.map(|id| (id.clone(), format!("sg-{id}")));
    let platform = client(Api::Platform, groups.collect());
    let reckoned = platform.queues(Urgency::Reread).await.unwrap();
    assert_eq!(reckoned.faults, []);
    for own in told {
        let other = reckoned.queues.iter().find(|one| one.id == own.id).unwrap();
        assert_eq!(other.faults, [], "{}", own.id);
        assert_eq!(other.zone_name, own.zone_name);
        let (own, other) = (own.calendar.unwrap(), other.calendar.clone().unwrap());
        let today = Timestamp::now().to_zoned(own.zone.clone()).date();
        for ahead in -20..60 {
            let date = today.saturating_add(ahead.days());
            assert!(other.knows(date));
            assert_eq!(other.open_on(date), own.open_on(date), "{date}");
            assert_eq!(
                other.holiday(date).is_some(),
                own.holiday(date).is_some(),
                "{date}"
            );
        }
    }
    let wrong = client(
        Api::Platform,
        [("Support".to_owned(), "Nowhere".to_owned())].into(),
    );
    let queues = wrong.queues(Urgency::Reread).await.unwrap().queues;
    let faulty = queues.iter().filter(|one| !one.faults.is_empty());
    for one in faulty {
        assert!(one.faults[0].raw().contains("Nowhere"), "{:?}", one.faults);
    }
}

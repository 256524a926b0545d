use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use reqwest::Certificate;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;
use trunkline::app::{perform, probes};
use trunkline::audit::read;
use trunkline::cloud::Urgency;
use trunkline::config::{self, Flags, Paths};
use trunkline::environment::Environment;
use trunkline::flow::phone::{self, Deed};
use trunkline::flow::{self, FlowNews, Kit, Order, Stop, Tell};
use trunkline::model::UserId;
use trunkline::model::flow::{FlowId, Outcome, StepState};
use trunkline::model::job::{Job, JobState};
use trunkline::model::softphone::Softphone;
use trunkline::org::{self, Options, Org};
use trunkline::probe::Prober;

/// An organisation, a profile that reaches it by the Platform API, and what flows work with.
struct Rig {
    org: Org,
    folder: TempDir,
    kit: Kit,
}

/// What a flow came to.
struct Ran {
    outcome: Outcome,
    news: Vec<FlowNews>,
}

impl Rig {
    async fn start(faults: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut options = Options {
            api: "platform",
            users: 6,
            rate: 0.0,
            rate_limit: 0,
            profile_out: Some(config.clone()),
            ..Options::default()
        };
        for fault in ["station-ms=50", "reboot-ms=50"].iter().chain(faults) {
            options.faults.set(fault).unwrap();
        }
        let org = org::start(options).await.unwrap();
        let flags = Flags {
            config: Some(config),
            ..Flags::default()
        };
        let environment = Environment::default();
        let paths = Paths::under(folder.path());
        let loaded = config::load(&flags, &environment, &paths).unwrap();
        let profile = Arc::new(loaded.profile.unwrap());
        let client = perform::client(&profile, &environment).await.unwrap();
        let prober = probes::settings(&profile, [], &environment).await;
        let prober = prober.map(Prober::new);
        let state = state_dir(&folder);
        let kit = Kit::open(client, profile, prober, &environment, &state).await;
        Self { org, folder, kit }
    }

    async fn run(&self, order: Order) -> Ran {
        let told: Arc<Mutex<Vec<FlowNews>>> = Arc::default();
        let keep = Arc::clone(&told);
        let tell: Tell = Arc::new(move |_, news| keep.lock().unwrap().push(news));
        let (_stopper, stop) = Stop::new();
        let outcome = flow::run(&self.kit, FlowId(1), order, &tell, &stop).await;
        let news = std::mem::take(&mut *told.lock().unwrap());
        Ran { outcome, news }
    }

    async fn wanted(&self, user: &str, name: &str) -> Softphone {
        let premises = self.kit.client.premises(Urgency::Reread).await.unwrap();
        assert!(
            !premises.sites.is_empty() && premises.bases.len() == 1,
            "{premises:?}"
        );
        Softphone {
            web_rtc_user: user.into(),
            name: name.into(),
            ..Softphone::draft(&premises)
        }
    }

    async fn create(&self, wanted: Softphone) -> Ran {
        let order = phone::PhoneOrder::Create(Box::new(wanted));
        self.run(Order::Phone(order)).await
    }

    /// What the organisation says of itself.
    async fn control(&self, path: &str) -> Value {
        let ca = Certificate::from_pem(self.org.ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([ca]).build();
        let url = format!("{}/_org/{path}", self.org.base_url());
        let seen = http.unwrap().get(url);
        let seen = seen.bearer_auth(self.org.control_token().expose_secret());
        seen.send().await.unwrap().json().await.unwrap()
    }

    /// Requests that the organisation saw, `POST /path` each.
    async fn requests(&self) -> Vec<String> {
        let seen = self.control("requests").await;
        let line = |request: &Value| {
            let text = |key: &str| request[key].as_str().unwrap().to_owned();
            format!("{} {}", text("verb"), text("path"))
        };
        seen["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(line)
            .collect()
    }

    async fn count(&self, verb: &str, ending: &str) -> usize {
        let seen = self.requests().await;
        let seen = seen.iter().filter(|line| line.starts_with(verb));
        seen.filter(|line| line.ends_with(ending)).count()
    }

    /// What is on record of writes that had an outcome: `action status`.
    fn record(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let read = read::each(&state_dir(&self.folder), &self.kit.profile.name, |line| {
            let record = line.record.expect("a line that can be read");
            lines.push(format!("{} {:?}", record.action, record.status));
        });
        read.unwrap();
        lines.retain(|line| !line.ends_with("Intent") && !line.ends_with("Note"));
        lines
    }
}

fn state_dir(folder: &TempDir) -> PathBuf {
    folder.path().join("state").join("trunkline")
}

impl Ran {
    fn steps(&self) -> Vec<(&'static str, StepState)> {
        let step = |news: &FlowNews| match news {
            FlowNews::Step { step, .. } if step.took.is_some() => Some((step.name, step.state)),
            _ => None,
        };
        self.news.iter().filter_map(step).collect()
    }

    fn job(&self) -> Option<Job> {
        let mut row: Option<Job> = None;
        for item in &self.news {
            if let FlowNews::Job(key, event) = item {
                row.get_or_insert_with(|| Job::new(key.clone()))
                    .apply(event.clone());
            }
        }
        row
    }
}

#[tokio::test]
async fn a_phone_is_made_waited_for_seated_and_seen() {
    let rig = Rig::start(&[]).await;
    let ran = rig.create(rig.wanted("u-2", "webrtc-new").await).await;
    let Outcome::Done(said) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(said.raw().contains("created webrtc-new"), "{said}");
    let names: Vec<_> = ran.steps().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "base", "look", "submit", "station", "submit", "submit", "confirm"
        ]
    );
    let user = UserId::from("u-2");
    let phones = rig
        .kit
        .client
        .softphones_of(&user, Urgency::Reread)
        .await
        .unwrap();
    let made = phones
        .iter()
        .find(|phone| phone.name.raw() == "webrtc-new")
        .unwrap();
    let stations = rig
        .kit
        .client
        .stations_of(&user, Urgency::Reread)
        .await
        .unwrap();
    let station = stations
        .iter()
        .find(|station| station.of(&made.lines))
        .unwrap();
    assert!(station.seats(&user));
    let seats = rig.kit.client.seats(&user, Urgency::Reread).await.unwrap();
    assert_eq!(
        (seats.associated.as_ref(), seats.default.as_ref()),
        (Some(&station.id), Some(&station.id))
    );
    let job = ran.job().unwrap();
    assert_eq!(job.state(), JobState::Completed);
    assert_eq!(job.results.first().unwrap().id, made.id.0);
    assert_eq!(
        rig.record(),
        [
            "phone.create Ok",
            "station.associate Ok",
            "station.default Ok"
        ]
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_with_what_is_there() {
    let rig = Rig::start(&[]).await;
    rig.create(rig.wanted("u-2", "webrtc-new").await).await;
    // The same person's is seen before anything is sent, another's when the organisation refuses.
    let ran = rig.create(rig.wanted("u-2", "webrtc-new").await).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(
        why.raw().contains("already the phone webrtc-new of u-2"),
        "{why}"
    );
    assert!(ran.job().is_none());
    assert_eq!(rig.count("POST", "/edges/phones").await, 1);
    let ran = rig.create(rig.wanted("u-3", "webrtc-new").await).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(
        why.raw().contains("409") && why.raw().contains("webrtc-new of u-2"),
        "{why}"
    );
    assert_eq!(ran.job().unwrap().state(), JobState::Refused);
}

#[tokio::test]
async fn what_is_no_web_rtc_base_stops_it_before_anything_is_sent() {
    let rig = Rig::start(&[]).await;
    let mut wanted = rig.wanted("u-2", "webrtc-new").await;
    wanted.line_base_settings = "line-base-of-nobody".into();
    let ran = rig.create(wanted.clone()).await;
    assert!(matches!(&ran.outcome, Outcome::Refused(why) if why.raw().contains("no line base")));
    wanted.phone_base_settings = "nothing".into();
    let ran = rig.create(wanted).await;
    assert!(matches!(ran.outcome, Outcome::Refused(_)));
    assert_eq!(rig.count("POST", "/edges/phones").await, 0);
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_nothing_is_sent_twice() {
    let rig = Rig::start(&["lose-answer=1"]).await;
    let ran = rig.create(rig.wanted("u-2", "webrtc-new").await).await;
    // The phone is found by its name; the seat's own answer is lost as well, and that is where it ends.
    assert!(
        matches!(ran.outcome, Outcome::Unknown { .. }),
        "{:?}",
        ran.outcome
    );
    assert!(
        ran.steps().contains(&("reconcile", StepState::Done)),
        "{:?}",
        ran.steps()
    );
    assert_eq!(rig.count("POST", "/edges/phones").await, 1);
    let seats = rig.requests().await;
    let seats = seats
        .iter()
        .filter(|line| line.contains("associatedstation"));
    assert_eq!(seats.count(), 1);
    assert_eq!(ran.job().unwrap().state(), JobState::Unknown);
    assert_eq!(
        rig.record(),
        ["phone.create Unknown", "station.associate Unknown"]
    );
}

#[tokio::test]
async fn a_conflict_right_after_the_making_is_tried_again_on_record() {
    let rig = Rig::start(&["station-conflict=0.5"]).await;
    let ran = rig.create(rig.wanted("u-2", "webrtc-new").await).await;
    let record = rig.record();
    let associate = |end: &str| {
        let line = format!("station.associate {end}");
        record.iter().filter(|known| **known == line).count()
    };
    // However the dice fell: every refusal is on record, and the end is what the last one was.
    match &ran.outcome {
        Outcome::Done(_) => assert_eq!(associate("Ok"), 1, "{record:?}"),
        other => {
            assert!(matches!(other, Outcome::Refused(_)), "{other:?}");
            assert!(associate("Refused") > 1, "{record:?}");
        }
    }
}

#[tokio::test]
async fn phones_start_anew_and_one_without_an_edge_says_why() {
    let rig = Rig::start(&[]).await;
    let state = rig.control("state").await;
    let phone = |wanted: fn(&str) -> bool| {
        let mut all = state["registrations"].as_array().unwrap().iter();
        let found = all.find_map(|device| device["deviceId"].as_str().filter(|id| wanted(id)));
        let id = found.unwrap();
        Deed::Reboot {
            phone: id.into(),
            name: id.into(),
        }
    };
    let known = phone(|id| !id.starts_with("webrtc-"));
    let browser = phone(|id| id.starts_with("webrtc-"));
    let gone = Deed::Reboot {
        phone: "nobody".into(),
        name: "nobody".into(),
    };
    let order = |deeds: Vec<Deed>| Order::Phone(phone::PhoneOrder::Deeds(deeds));
    let ran = rig.run(order(vec![known.clone()])).await;
    assert!(matches!(ran.outcome, Outcome::Done(_)), "{:?}", ran.outcome);
    let ran = rig.run(order(vec![browser])).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(why.raw().contains("cannot be rebooted"), "{why}");
    let ran = rig.run(order(vec![gone, known])).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(
        why.raw().contains("404") && why.raw().contains("Done before or beside it"),
        "{why}"
    );
    assert_eq!(
        rig.record(),
        [
            "phone.reboot Ok",
            "phone.reboot Refused",
            "phone.reboot Refused",
            "phone.reboot Ok"
        ]
    );
}

#[tokio::test]
async fn somebody_is_moved_out_and_seated_again() {
    let rig = Rig::start(&[]).await;
    let client = &rig.kit.client;
    let user = UserId::from("u-1");
    let stations = client.stations_of(&user, Urgency::Reread).await.unwrap();
    let (station, name) = (stations[0].id.clone(), stations[0].name.clone());
    let associate = Deed::Associate {
        user: user.clone(),
        station: station.clone(),
        name: name.clone(),
    };
    let free = Deed::Free {
        station: station.clone(),
        name,
    };
    let deeds = vec![free, associate];
    let ran = rig.run(Order::Phone(phone::PhoneOrder::Deeds(deeds))).await;
    assert!(matches!(ran.outcome, Outcome::Done(_)), "{:?}", ran.outcome);
    assert!(
        client
            .station(&station, Urgency::Reread)
            .await
            .unwrap()
            .seats(&user)
    );
    assert_eq!(rig.record(), ["station.free Ok", "station.associate Ok"]);
}

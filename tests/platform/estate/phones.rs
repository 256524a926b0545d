use serde_json::Value;
use trunkline::cloud::Urgency;
use trunkline::flow::phone::{self, Deed};
use trunkline::flow::{FlowNews, Kit, Order};
use trunkline::model::UserId;
use trunkline::model::flow::{Outcome, StepState};
use trunkline::model::job::{Job, JobState};
use trunkline::model::softphone::Softphone;

use crate::common::ground::{Ground, faulty};
use crate::common::ran::{Ran, run};

/// An organisation, a profile that reaches it by the Platform API, and what flows work with.
struct Rig {
    ground: Ground,
    kit: Kit,
}

impl Rig {
    async fn start(faults: &[&str]) -> Self {
        let faults = [&["station-ms=50", "reboot-ms=50"], faults].concat();
        let ground = Ground::start(faulty(6, "platform", &faults)).await;
        let kit = ground.kit().await;
        Self { ground, kit }
    }

    async fn wanted(&self, user: &str, name: &str) -> Softphone {
        let premises = self
            .kit
            .client
            .platform()
            .unwrap()
            .premises(Urgency::Reread)
            .await
            .unwrap();
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
        run(&self.kit, Order::Phone(order)).await
    }

    async fn count(&self, verb: &str, ending: &str) -> usize {
        self.ground.control.asked(verb, ending).await
    }

    /// What is on record of writes that had an outcome: `action status`.
    fn record(&self) -> Vec<String> {
        let records = self.ground.audit().into_iter();
        let told = records.map(|record| format!("{} {:?}", record.action, record.status));
        let mut lines: Vec<String> = told.collect();
        lines.retain(|line| !line.ends_with("Intent") && !line.ends_with("Note"));
        lines
    }
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
        .platform()
        .unwrap()
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
        .platform()
        .unwrap()
        .stations_of(&user, Urgency::Reread)
        .await
        .unwrap();
    let station = stations
        .iter()
        .find(|station| station.of(&made.lines))
        .unwrap();
    assert!(station.seats(&user));
    let seats = rig
        .kit
        .client
        .platform()
        .unwrap()
        .seats(&user, Urgency::Reread)
        .await
        .unwrap();
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
    let seen = rig.ground.control.requests().await;
    let seat = |one: &&Value| one["path"].as_str().unwrap().contains("associatedstation");
    assert_eq!(seen.iter().filter(seat).count(), 1);
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
    let state = rig.ground.control.state().await;
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
    let ran = run(&rig.kit, order(vec![known.clone()])).await;
    assert!(matches!(ran.outcome, Outcome::Done(_)), "{:?}", ran.outcome);
    let ran = run(&rig.kit, order(vec![browser])).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(why.raw().contains("cannot be rebooted"), "{why}");
    let ran = run(&rig.kit, order(vec![gone, known])).await;
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
async fn an_edge_is_told_to_start_anew_and_the_request_is_on_record() {
    let rig = Rig::start(&["reboot-ms=60000"]).await;
    let edge = "af-west-1-edge-0b17";
    let deed = Deed::RebootEdge {
        edge: edge.into(),
        name: "AF West 1".into(),
    };
    let ran = run(&rig.kit, Order::Phone(phone::PhoneOrder::Deeds(vec![deed]))).await;
    let Outcome::Done(text) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert_eq!(text.raw(), "AF West 1 reboot requested");
    assert_eq!(rig.record(), ["edge.reboot Ok"]);
    let away = async {
        loop {
            let seen = rig.ground.control.state().await;
            let mut edges = seen["edges"].as_array().unwrap().iter();
            if edges.any(|it| it["id"] == edge && it["onlineStatus"] == "OFFLINE") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let away = tokio::time::timeout(std::time::Duration::from_secs(30), away).await;
    assert!(away.is_ok(), "it never went");
}

#[tokio::test]
async fn somebody_is_moved_out_and_seated_again() {
    let rig = Rig::start(&[]).await;
    let client = &rig.kit.client;
    let user = UserId::from("u-1");
    let stations = client
        .platform()
        .unwrap()
        .stations_of(&user, Urgency::Reread)
        .await
        .unwrap();
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
    let ran = run(&rig.kit, Order::Phone(phone::PhoneOrder::Deeds(deeds))).await;
    assert!(matches!(ran.outcome, Outcome::Done(_)), "{:?}", ran.outcome);
    assert!(
        client
            .platform()
            .unwrap()
            .station(&station, Urgency::Reread)
            .await
            .unwrap()
            .seats(&user)
    );
    assert_eq!(rig.record(), ["station.free Ok", "station.associate Ok"]);
}

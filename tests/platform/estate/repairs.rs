//! Phones moved, renamed and deleted, and conversations disconnected: each a write of its own, and what is so already left alone.

use serde_json::{Value, json};
use trunkline::cloud::Urgency;
use trunkline::flow::repair::Repair;
use trunkline::flow::{FlowNews, Kit, Order};
use trunkline::model::DeviceId;
use trunkline::model::flow::Outcome;
use trunkline::model::softphone::Named;

use crate::common::ground::{Ground, faulty};
use crate::common::ran::{Ran, run};

struct Rig {
    ground: Ground,
    kit: Kit,
    phones: Vec<String>,
    sites: Vec<Named>,
}

impl Rig {
    async fn start(faults: &[&str]) -> Self {
        let ground = Ground::start(faulty(6, "platform", faults)).await;
        let kit = ground.kit().await;
        let platform = kit.client.platform().unwrap();
        let premises = platform.premises(Urgency::Reread).await.unwrap();
        let state = ground.control.state().await;
        let phones = state["registrations"].as_array().unwrap().iter();
        let phones = phones.map(|one| one["deviceId"].as_str().unwrap().to_owned());
        Self {
            phones: phones.collect(),
            sites: premises.sites,
            ground,
            kit,
        }
    }

    async fn phone(&self, id: &str) -> Option<Value> {
        let platform = self.kit.client.platform().unwrap();
        let id = DeviceId::from(id);
        let read = platform.phone_record(&id, Urgency::Reread).await;
        read.unwrap()
    }

    fn moved(phone: &str, site: &Named) -> Repair {
        Repair::Move {
            phone: phone.into(),
            name: phone.into(),
            from: None,
            site: site.clone(),
        }
    }

    async fn run(&self, all: Vec<Repair>) -> Ran {
        run(&self.kit, Order::Repair(all)).await
    }

    fn record(&self) -> Vec<String> {
        let records = self.ground.audit().into_iter();
        let told = records.map(|record| format!("{} {:?}", record.action, record.status));
        let mut lines: Vec<String> = told.collect();
        lines.retain(|line| !line.ends_with("Intent") && !line.ends_with("Note"));
        lines
    }
}

fn done(ran: &Ran) -> String {
    match &ran.outcome {
        Outcome::Done(said) => said.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn phones_are_moved_one_by_one_and_asked_again_nothing_is_sent() {
    let rig = Rig::start(&[]).await;
    let site = rig.sites.last().unwrap();
    let all: Vec<Repair> = rig
        .phones
        .iter()
        .map(|phone| Rig::moved(phone, site))
        .collect();
    let before = rig.phone(&rig.phones[0]).await.unwrap();
    let ran = rig.run(all.clone()).await;
    let said = done(&ran);
    assert!(said.contains(&format!("of {} moved", all.len())), "{said}");
    let writes = rig.record().len();
    assert!(writes > 1 && rig.record().iter().all(|line| line == "phone.move Ok"));
    for phone in &rig.phones {
        let is = rig.phone(phone).await.unwrap();
        assert_eq!(is["site"]["id"], json!(site.id.raw()));
    }
    let after = rig.phone(&rig.phones[0]).await.unwrap();
    let of = |phone: &Value| {
        (
            phone["name"].clone(),
            phone["lines"].clone(),
            phone["properties"].clone(),
        )
    };
    assert_eq!(of(&before), of(&after), "nothing else is another");
    let progress = ran.news.iter().any(|news| match news {
        FlowNews::Step { step, .. } => {
            step.name == "progress" && step.note.raw().contains(" a second, ")
        }
        _ => false,
    });
    assert!(progress, "how far and how fast is told");
    let said = done(&rig.run(all).await);
    assert!(said.contains("were so already"), "{said}");
    assert_eq!(
        rig.record().len(),
        writes,
        "asked for again, nothing is sent"
    );
}

#[tokio::test]
async fn a_phone_that_shows_what_was_written_was_written_though_the_answer_is_lost() {
    let rig = Rig::start(&[]).await;
    let phone = rig.phones[0].clone();
    rig.ground.control.fault(&json!({"lose-answer": 1})).await;
    let rename = Repair::Rename {
        phone: phone.as_str().into(),
        name: phone.as_str().into(),
        to: "desk 12".into(),
    };
    assert_eq!(done(&rig.run(vec![rename.clone()]).await), "renamed");
    assert_eq!(rig.phone(&phone).await.unwrap()["name"], "desk 12");
    assert_eq!(
        rig.record(),
        ["phone.rename Unknown"],
        "what was answered is not known"
    );
    rig.ground.control.fault(&json!({"lose-answer": 0})).await;
    let said = done(&rig.run(vec![rename]).await);
    assert_eq!(said, "nothing was sent: it is so already");
}

#[tokio::test]
async fn a_name_that_another_has_is_refused_and_a_phone_that_is_gone_is_deleted() {
    let rig = Rig::start(&[]).await;
    let (first, second) = (rig.phones[0].clone(), rig.phones[1].clone());
    let taken = rig.phone(&second).await.unwrap()["name"].clone();
    let rename = Repair::Rename {
        phone: first.as_str().into(),
        name: first.as_str().into(),
        to: taken.as_str().unwrap().into(),
    };
    let ran = rig.run(vec![rename]).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert!(why.raw().contains("409"), "{why}");
    let delete = |phone: &str| Repair::Delete {
        phone: phone.into(),
        name: phone.into(),
    };
    let said = done(
        &rig.run(vec![delete(&first), delete("nobody"), delete(&second)])
            .await,
    );
    assert_eq!(said, "2 of 3 deleted, 1 were so already");
    assert!(rig.phone(&first).await.is_none() && rig.phone(&second).await.is_none());
}

#[tokio::test]
async fn a_conversation_that_hangs_is_over_for_everybody_and_one_that_is_over_is_refused() {
    let rig = Rig::start(&[]).await;
    let calls = rig.kit.client.interactions(Urgency::Reread).await.unwrap();
    let one = calls.interactions.iter().find(|one| !one.standing.over());
    let one = one.unwrap();
    let disconnect = Repair::Disconnect {
        conversation: one.id.clone(),
        name: "a call".into(),
    };
    assert_eq!(
        done(&rig.run(vec![disconnect.clone()]).await),
        "disconnected"
    );
    let ran = rig.run(vec![disconnect]).await;
    assert!(
        matches!(ran.outcome, Outcome::Refused(_)),
        "{:?}",
        ran.outcome
    );
    assert_eq!(
        rig.record(),
        [
            "conversation.disconnect Ok",
            "conversation.disconnect Refused"
        ]
    );
}

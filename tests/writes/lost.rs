//! What is known of a write when its answer does not come, and what is then done about it: never the same once more.

use trunkline::app::probes;
use trunkline::config::profile::TurnAccount;
use trunkline::config::secret::SecretSource;
use trunkline::environment::Environment;
use trunkline::flow::FlowNews;
use trunkline::model::audit::LineStatus;
use trunkline::model::flow::Outcome;
use trunkline::model::job::{Job, JobKey, JobState};
use trunkline::probe::Prober;

use crate::common::ran::Ran;
use crate::rig::Rig;

/// The row that the news of a flow makes.
fn row(ran: &Ran) -> Job {
    let mut job = Job::new(JobKey("".into()));
    for news in &ran.news {
        if let FlowNews::Job(_, event) = news {
            job.apply(event.clone());
        }
    }
    job
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_provisioned_and_on_record() {
    let rig = Rig::with(&[]).await;
    let kit = rig.kit().await;
    let ran = rig.provision(&kit, rig.endpoint("edge-01")).await;
    assert!(matches!(&ran.outcome, Outcome::Done(what) if what.raw().contains("edge-01")));
    let job = row(&ran);
    assert_eq!(job.state(), JobState::Completed);
    assert_eq!(job.results.first().unwrap().name, "edge-01".into());
    assert_eq!((rig.submits().await, rig.connections().await), (1, 1));
    let audit = rig.audit();
    let statuses: Vec<_> = audit.iter().map(|line| line.status).collect();
    assert_eq!(
        statuses,
        [LineStatus::Intent, LineStatus::Ok, LineStatus::Ok]
    );
    assert_eq!(audit[2].action.raw(), "provision.end");
    assert_eq!(
        audit[1].job_id.as_ref().map(trunkline::text::Text::raw),
        job.id.as_ref().map(trunkline::model::JobId::raw)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_answer_was_lost_is_found_and_not_submitted_again() {
    let rig = Rig::with(&["lose-answer=1"]).await;
    let kit = rig.kit().await;
    let ran = rig.provision(&kit, rig.endpoint("edge-02")).await;
    let doubted = ran.news.iter().any(
        |news| matches!(news, FlowNews::Job(_, event) if format!("{event:?}").starts_with("Doubted")),
    );
    assert!(doubted, "the row says unknown until the job is found");
    assert_eq!(row(&ran).state(), JobState::Completed, "{}", ran.outcome);
    assert_eq!((rig.submits().await, rig.connections().await), (1, 1));
    let statuses: Vec<_> = rig.audit().iter().map(|line| line.status).collect();
    // What became of it is known by its job, and is on record under the same id.
    let known = [LineStatus::Intent, LineStatus::Unknown, LineStatus::Ok];
    assert_eq!(statuses, known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_cannot_be_found_stays_unknown_and_is_not_submitted_again() {
    let rig = Rig::with(&["lose-request=1"]).await;
    let kit = rig.kit().await;
    let ran = rig.provision(&kit, rig.endpoint("edge-03")).await;
    assert!(matches!(&ran.outcome, Outcome::Unknown { check, .. } if !check.is_empty()));
    assert_eq!(row(&ran).state(), JobState::Unknown);
    assert_eq!((rig.submits().await, rig.connections().await), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_stops_the_submit_and_is_named() {
    let rig = Rig::with(&[]).await;
    let kit = rig.kit().await;
    let nobody = {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.local_addr().unwrap()
    };
    let mut body = rig.endpoint("edge-04");
    body.stun_servers.push(nobody.to_string());
    let ran = rig.provision(&kit, body).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{}", ran.outcome);
    };
    assert!(why.raw().contains("stunServers[1]"), "{why}");
    assert!(why.raw().contains(&nobody.to_string()), "{why}");
    assert_eq!(rig.submits().await, 0);
    let audit = rig.audit();
    let refused = audit.iter().map(|line| line.status);
    assert!(refused.eq([LineStatus::Refused]), "{audit:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_that_cannot_be_written_stops_the_write() {
    let rig = Rig::with(&[]).await;
    let mut kit = rig.kit().await;
    kit.audit = Err("The audit cannot be opened.".into());
    let ran = rig.provision(&kit, rig.endpoint("edge-05")).await;
    assert!(matches!(&ran.outcome, Outcome::Refused(why) if why.raw().contains("record")));
    assert_eq!(rig.submits().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_refuses_the_profiles_account_stops_the_submit() {
    let rig = Rig::with(&[]).await;
    let mut profile = rig.profile();
    // It answers a Binding, and is no relay for anybody.
    let server = rig.org.stun().to_string();
    profile.probes.turn = vec![TurnAccount {
        server: format!("turn:{server}").parse().unwrap(),
        username: "console".to_owned(),
        password: SecretSource::Held("s3cret-of-a-relay".into()),
    }];
    let environment = Environment::default();
    let settings = probes::settings(&profile, &profile.probes.turn, &environment).await;
    let mut kit = crate::common::ground::kit(profile, &rig.state_dir()).await;
    kit.prober = Ok(Prober::new(settings.unwrap()));
    let mut body = rig.endpoint("edge-05");
    body.turn_servers.push(server.clone());
    let ran = rig.provision(&kit, body).await;
    let Outcome::Refused(why) = &ran.outcome else {
        panic!("{}", ran.outcome);
    };
    assert!(why.raw().contains("turnServers[0]: turn:"), "{why}");
    assert_eq!(rig.submits().await, 0);
    assert!(!format!("{:?}", rig.audit()).contains("s3cret"));
}

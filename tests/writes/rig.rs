//! An organisation, and the writes that a flow and the program make to it.

use std::collections::BTreeMap;

use trunkline::flow::{Kit, Order};
use trunkline::model::audit::LineStatus;
use trunkline::model::provision::Provision;

pub use crate::common::ground::Ground as Rig;
use crate::common::ground::faulty;
use crate::common::ran::{Ran, run};

impl Rig {
    pub async fn with(faults: &[&str]) -> Self {
        let faults = [&["job-ms=50"], faults].concat();
        Self::start(faulty(240, "direct", &faults)).await
    }

    pub fn endpoint(&self, name: &str) -> Provision {
        let stun = format!("stun:{}", self.org.stun()).parse().unwrap();
        Provision::draft(name.into(), "us-east-1-edge-7f3a".into(), [&stun], [])
    }

    pub async fn provision(&self, kit: &Kit, body: Provision) -> Ran {
        let order = Order::Provision {
            body: Box::new(body),
            follow: true,
        };
        run(kit, order).await
    }

    /// Requests to submit a job that the organisation saw, whatever it answered.
    pub async fn submits(&self) -> usize {
        self.control.asked("POST", "/provision").await
    }

    /// Connections that jobs have created.
    pub async fn connections(&self) -> u64 {
        let state = self.control.state().await;
        state["connections"].as_u64().unwrap()
    }

    /// How each write ended, by its id; an intent without an outcome is `intent`.
    pub fn endings(&self) -> BTreeMap<String, LineStatus> {
        let lines = self.audit();
        let writes = lines.iter().filter(|line| line.status != LineStatus::Note);
        writes
            .map(|line| (line.id.raw().to_owned(), line.status))
            .collect()
    }
}

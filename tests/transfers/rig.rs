//! The organisation of the write tests, with a session that is less patient, and the table that a flow's news make.

use std::time::Duration;

use serde_json::{Value, json};
use trunkline::cloud::direct::transfer::{Session, Timing};
use trunkline::flow::transfer::{Move, Patience, Transfers};
use trunkline::flow::{FlowNews, Kit, Order};
use trunkline::model::flow::Outcome;
use trunkline::model::transfer::made::Made;
use trunkline::model::transfer::{Limits, Request};
use trunkline::store::transfers::Transfers as Table;
use trunkline::time::Millis;

use crate::common::ran::{self, run};
pub use crate::writes::Rig;

/// A hundredth of a shift: waits that a person would not sit through in a test.
pub const TIMING: Timing = Timing {
    pong: Duration::from_secs(3),
    answer: Duration::from_millis(1_500),
    keep: Duration::from_secs(20),
    idle: Duration::from_secs(120),
    retry: Duration::from_millis(20),
    jitter: Duration::from_millis(10),
};

/// A kit of that organisation; `settings` goes into the profile's table of transfers.
pub async fn kit(rig: &Rig, settings: &str) -> Kit {
    let config = std::fs::read_to_string(&rig.config).unwrap();
    let table = "[profiles.org.transfers]";
    // Where the organisation has written such a table already, what is asked goes into it.
    let config = match config.split_once(table) {
        Some((before, after)) => format!("{before}{table}\n{settings}\n{after}"),
        None => format!("{config}\n{table}\n{settings}\n"),
    };
    std::fs::write(&rig.config, config).unwrap();
    let mut kit = rig.kit().await;
    kit.transfers = Session::new(kit.client.clone(), TIMING);
    kit
}

/// A kit of the same organisation by the Platform API.
pub async fn platform(rig: &Rig) -> Kit {
    let config = std::fs::read_to_string(&rig.config).unwrap();
    let config = config.replace("api = \"direct\"", "api = \"platform\"");
    assert!(config.contains("api = \"platform\""), "{config}");
    std::fs::write(&rig.config, config).unwrap();
    let mut kit = rig.kit().await;
    kit.patience = Patience {
        first: Duration::from_millis(20),
        most: Duration::from_millis(200),
        all: Duration::from_secs(20),
    };
    kit
}

pub fn wanted(interaction: &str, to: &str) -> Move {
    let request = Request {
        interaction_id: interaction.into(),
        destination_uri: to.into(),
        ..Request::blank(&Limits::default())
    };
    Move::new(request, Millis(0))
}

/// What a flow came to.
pub struct Ran {
    pub outcome: Outcome,
    pub table: Table,
}

impl Ran {
    /// The transfers, as they were asked for.
    pub fn made(&self) -> Vec<&Made> {
        let mut made: Vec<_> = self.table.made().collect();
        made.reverse();
        made
    }
}

pub async fn transfer(kit: &Kit, moves: Vec<Move>, stop_on_failure: bool) -> Ran {
    let order = Order::Transfer(Box::new(Transfers {
        moves,
        stop_on_failure,
    }));
    let ran::Ran { outcome, news } = run(kit, order).await;
    let mut table = Table::default();
    for item in &news {
        if let FlowNews::Transfer(id, happening) = item {
            table.happened(*id, (**happening).clone(), Millis(0));
        }
    }
    Ran { outcome, table }
}

/// Begins that many interactions.
pub async fn begin(rig: &Rig, count: usize) -> Vec<String> {
    let wanted = json!({ "count": count });
    let begun = rig.control.post("/_org/interactions", &wanted).await;
    let ids = begun["ids"].as_array().unwrap();
    ids.iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

/// The organisation's own log of transfers.
pub async fn log(rig: &Rig) -> Vec<Value> {
    let log = rig.control.get("/_org/transfers").await;
    assert_eq!(log["dropped"], 0);
    log["transfers"].as_array().unwrap().clone()
}

//! Flows that are run, what they tell, and what of them is on record.

use std::path::Path;
use std::sync::{Arc, Mutex};

use trunkline::audit::{AuditError, read};
use trunkline::flow::{self, FlowNews, Kit, Order, Stop, Tell};
use trunkline::model::audit::Record;
use trunkline::model::flow::{FlowId, Outcome};

/// What a flow came to.
pub struct Ran {
    pub outcome: Outcome,
    pub news: Vec<FlowNews>,
}

/// What was told of one run.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<FlowNews>>>);

impl Told {
    pub fn tell(&self) -> Tell {
        let told = Arc::clone(&self.0);
        Arc::new(move |_, news| told.lock().unwrap().push(news))
    }

    pub fn news(&self) -> Vec<FlowNews> {
        self.0.lock().unwrap().clone()
    }
}

/// Runs a flow to its end.
pub async fn run(kit: &Kit, order: Order) -> Ran {
    let (told, (_stopper, stop)) = (Told::default(), Stop::new());
    let outcome = flow::run(kit, FlowId(1), order, &told.tell(), &stop).await;
    let news = told.news();
    Ran { outcome, news }
}

/// All lines of the audit of a profile, none where nothing was recorded.
pub fn records(state: &Path, profile: &str) -> Vec<Record> {
    let mut lines = Vec::new();
    let read = read::each(state, profile, |line| {
        lines.push(line.record.expect("a line that can be read"));
    });
    assert!(
        matches!(read, Ok(()) | Err(AuditError::Missing(_))),
        "{read:?}"
    );
    lines
}

/// The audit of every profile that is kept there, as it is on disk.
pub fn written(state: &Path) -> String {
    let files = std::fs::read_dir(state.join("audit"));
    let files = files
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    let lines = files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    lines
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

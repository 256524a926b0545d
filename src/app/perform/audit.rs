//! Reads the audit for the pane.

use std::path::Path;

use super::flows::{FlowStarter, lock};
use crate::app::event::Done;
use crate::audit::verify::verify;
use crate::audit::{AuditError, read};
use crate::config::Profile;
use crate::flow::{FlowNews, Later};
use crate::model::audit::Chain;
use crate::model::flow::FlowId;
use crate::store::audit::KEPT;
use crate::time::Clock;

impl FlowStarter {
    /// Puts on record what was learnt late; the program waits for it before it ends.
    pub(super) fn record(&self, later: Later) {
        let (kit, done) = (self.kit(), self.done.clone());
        let mut writing = lock(&self.writing);
        while writing.try_join_next().is_some() {}
        writing.spawn(async move {
            // What was told came over a connection, so there is one.
            let Some(kit) = kit.get() else { return };
            if let Err(why) = later.put(kit).await {
                let _ = done.send(Done::Failed(why));
            }
        });
    }

    /// Counts the bookings that wait; nothing is said of none.
    pub(super) fn count_waiting(&self) {
        let (kit, done) = (self.kit(), self.done.clone());
        tokio::spawn(async move {
            let kit = kit.wait().await;
            let waiting = kit.waiting.clone();
            let counted = tokio::task::spawn_blocking(move || waiting.count()).await;
            if let Ok(Ok(count)) = counted
                && count.count > 0
            {
                // Told as a flow tells it; there is none to tell it of.
                let news = FlowNews::Waiting(count);
                let _ = done.send(Done::Flow(FlowId::default(), Box::new(news)));
            }
        });
    }

    /// Reads the newest lines and verifies all of them; where nothing is ever written there is nothing to read.
    pub(super) fn read_audit(&self, profile: Option<&Profile>) {
        let (Some(state_dir), Some(profile)) = (self.state_dir.clone(), profile) else {
            return;
        };
        let (name, done) = (profile.name.clone(), self.done.clone());
        self.audits.ask(move || {
            let _ = done.send(look(&state_dir, &name));
        });
    }
}

fn look(state_dir: &Path, profile: &str) -> Done {
    let at = Clock::Real.now();
    let chain = match verify(state_dir, profile) {
        Ok(report) => match report.fault {
            Some(fault) => Chain::Broken {
                fault: fault.to_string(),
                at,
            },
            None => Chain::Good {
                lines: report.lines,
                at,
            },
        },
        Err(AuditError::Missing(_)) => Chain::Empty,
        Err(error) => Chain::Unreadable(error.to_string()),
    };
    match read::newest(state_dir, profile, KEPT) {
        Ok(records) => Done::AuditRead(records, chain),
        Err(error) => Done::AuditRead(Vec::new(), Chain::Unreadable(error.to_string())),
    }
}

//! What is known around a phone when an alert is made of it.

use crate::alert::Key;
use crate::model::EdgeId;
use crate::model::alert::{AlertKind, Details, Severity, Subject};
use crate::model::edge::Edge;
use crate::model::registration::State;
use crate::model::registration::condition::Condition;
use crate::store::Row;
use crate::store::carriers::Carriers;
use crate::store::edges::Edges;
use crate::text::Text;

/// The edges and carriers that are known.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub edges: &'a Edges,
    pub carriers: &'a Carriers,
}

impl Around<'_> {
    /// What is known of a phone. Its edges are those of its site where it is not known which one serves it.
    pub fn details(self, row: &Row<'_>, severity: Severity) -> Details {
        let rows = self.edges.worst_first();
        let rows = rows.iter().map(|row| &row.edge);
        let serves = |edge: &Edge| match row.edge() {
            Some(id) => *id == edge.id,
            None => row.site() == Some(&edge.site),
        };
        let here: Vec<_> = rows.filter(|edge| serves(edge)).collect();
        let runs = |on: Option<&EdgeId>| here.iter().any(|edge| Some(&edge.id) == on);
        let carriers = self.carriers.iter().filter(|row| {
            let mut trunks = row.carrier().trunks.iter();
            trunks.any(|trunk| runs(trunk.edge.as_ref()))
        });
        Details {
            name: row.user().clone(),
            site: row.site().cloned(),
            codec: row.codec().cloned(),
            registered: Some(row.state() == State::Ok),
            edge: row.edge().map(|edge| edge.0.clone()),
            reason: reason(row),
            title: Text::default(),
            severity,
            edges: here.iter().map(|edge| edge.title().clone()).collect(),
            carriers: carriers.map(|row| row.name().clone()).collect(),
        }
    }
}

/// The condition of a phone.
pub(super) fn device_key(kind: AlertKind, row: &Row<'_>) -> Key {
    let (user, device) = (row.user_id().clone(), row.device().clone());
    Key {
        kind,
        subject: Subject::Device { user, device },
    }
}

/// What a phone is said to be, where that is more than lost.
fn reason(row: &Row<'_>) -> Text {
    match row.condition() {
        Condition::Registered | Condition::Lost | Condition::Unknown => Text::default(),
        _ => Text::from(row.status().into_owned()),
    }
}

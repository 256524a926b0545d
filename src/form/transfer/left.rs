//! A batch that broke off and is filled in again: what the audit has as transferred there is left out, and so is what may have
//! been.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::form::{Check, CheckVerdict};
use crate::model::audit::{LineStatus, transfers_to};
use crate::model::transfer::Destination;
use crate::store::Store;
use crate::text::fit;
use crate::time::Millis;

/// How far back a batch may have begun: a shift and a half.
const WITHIN_MS: i64 = 12 * 60 * 60 * 1_000;

/// Columns of the ids that are named.
const SHOWN: usize = 80;

/// The interactions of a batch that are not moved again.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    done: usize,
    /// Ids of which it is not known whether they were moved.
    unknown: Vec<String>,
}

impl LeftOut {
    /// What is left of a batch that was sent with this body, and what is not.
    pub(super) fn of(
        about: &[String],
        body: &Value,
        store: &Store,
        now: Millis,
    ) -> (Vec<String>, Self) {
        let to = body.get("destination_uri").and_then(Value::as_str);
        let Some(to) = to.and_then(|uri| Destination::parse(uri).ok()) else {
            return (about.to_vec(), Self::default());
        };
        let records = store.audit.newest_first().map(|row| &row.record);
        let since = now.plus(-WITHIN_MS);
        let ends: BTreeMap<String, LineStatus> = transfers_to(records, &to.masked(), since);
        let (mut left, mut out) = (Vec::new(), Self::default());
        for id in about {
            match ends.get(id) {
                Some(LineStatus::Ok) => out.done += 1,
                Some(LineStatus::Unknown | LineStatus::Intent) => out.unknown.push(id.clone()),
                _ => left.push(id.clone()),
            }
        }
        (left, out)
    }

    /// Says what is left out.
    pub(super) fn check(&self) -> Option<Check> {
        let said = |verdict, said| {
            let path = "destination_uri";
            Some(Check::known(path, "left out", verdict, said))
        };
        match (self.done, self.unknown.as_slice()) {
            (0, []) => None,
            (done, []) => said(
                CheckVerdict::Good,
                format!("{done} that were transferred there already"),
            ),
            (done, unknown) => said(
                CheckVerdict::Warning,
                format!(
                    "{done} that were transferred there already, and {} that may have been: look at {}",
                    unknown.len(),
                    fit(&unknown.join(", "), SHOWN)
                ),
            ),
        }
    }
}

//! What the audit learns of a booking after its answer: that it is there after all, and what the stream tells of it.

use serde_json::json;

use super::direct::RESERVATION;
use crate::audit::{Ending, Entry, read};
use crate::flow::{Kit, Run};
use crate::model::audit::LineStatus;
use crate::model::callback::{Callback, Update};
use crate::model::payload::Fault;
use crate::model::write::Write;
use crate::text::Text;

/// The audit's word for what the stream tells of a reservation that was booked here.
pub const ACTION: &str = "callback.update";

impl Run<'_> {
    /// Puts on record that a booking whose answer was lost is there.
    pub(super) async fn known_later(
        &self,
        submit: &str,
        write: Result<Write, Vec<Fault>>,
        found: &Callback,
    ) {
        // What was sent could be written down before.
        let Ok(write) = write else { return };
        let entry = Entry::of(&write, &self.kit.operator);
        let mut ending = Ending::new(LineStatus::Ok);
        let id = json!(found.id.raw());
        ending.extra.insert(RESERVATION.into(), id);
        ending.extra.insert("knownByReading".into(), true.into());
        let submit = submit.to_owned();
        let written = self
            .kit
            .on_disk(move |audit| audit.later(&submit, &entry, ending));
        if let Err(why) = written.await {
            self.begin("audit", "").failed(why);
        }
    }
}

/// Puts an update of a reservation on record, under the id of its booking: the name of the update is what the organisation
/// knows it by. One that is delivered again is there already.
pub async fn updated(kit: &Kit, submit: &Text, update: &Update) -> Result<(), String> {
    let callback = &update.callback;
    let extra = [
        (RESERVATION, json!(callback.id.raw())),
        (read::CORRELATION, json!(update.correlation.raw())),
        ("callbackStatus", json!(callback.status.word())),
        ("queueId", json!(callback.queue.raw())),
    ];
    let entry = Entry {
        action: ACTION.to_owned(),
        operator: kit.operator.clone(),
        subject: callback.id.to_string(),
        extra: extra.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Entry::default()
    };
    let submit = submit.raw().to_owned();
    let written =
        kit.on_disk(move |audit| audit.later(&submit, &entry, Ending::new(LineStatus::Ok)));
    written.await.map(drop)
}

//! Reads the webhooks of the organisation, of both kinds. Writes are flows.

use std::sync::Arc;

use tokio::sync::{SetOnce, mpsc};

use crate::app::event::Done;
use crate::app::webhooks::WebhookAnswer;
use crate::cloud::Urgency;
use crate::flow::{Kit, webhook};

/// Reads both lists; one that cannot be had is an answer for both, so that nothing counts as gone.
pub(super) fn read(kit: Arc<SetOnce<Kit>>, urgent: bool, done: mpsc::UnboundedSender<Done>) {
    tokio::spawn(async move {
        let kit = kit.wait().await;
        let urgency = if urgent {
            Urgency::Reread
        } else {
            Urgency::Survey
        };
        let told = match webhook::all(kit, urgency).await {
            Ok((all, faults)) => WebhookAnswer::Read(all, faults),
            Err(error) => WebhookAnswer::Unread(error.problem().text),
        };
        let _ = done.send(Done::Webhooks(told));
    });
}

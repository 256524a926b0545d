//! Whoever is told beside the organisation: the sync webhook of routes, the media server. A telling that fails is made again as
//! an alert's is: twice (contract §5).

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;
use url::Url;

use super::guard::Done;
use super::step::Doing;
use super::{Failure, Run};
use crate::config::profile::alerts::WebhookAddress;
use crate::model::write::Write;

/// Tellings after the first.
const RETRIES: u32 = 2;

/// The wait before the first of them; doubled before the next, equal jitter.
const FIRST_WAIT: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// Sends a write that goes to a hook of the profile through the gate: the body, as [`Run::tell_outside`] posts it; the step hears of
    /// each wait. Whatever goes wrong there, it may have arrived.
    pub(super) async fn post_hook(
        &self,
        mut write: Write,
        body: &Value,
        to: &WebhookAddress,
        doing: &mut Doing<'_>,
    ) -> Result<(), Failure> {
        write.body = Some(body.to_string());
        write.note.insert("to", to.to_string().into());
        let post = async |_: &str| {
            let body = write.body.as_deref().unwrap_or_default();
            let patience = self.kit.profile.deadlines.webhook();
            let note = |why: String| doing.note(why);
            let sent = self.tell_outside(&to.0, body, patience, note).await;
            let mut done = Done::plain(());
            let posted = sent.map_err(|why| Failure::unknown(why, "Look at the receiver."))?;
            done.note.insert("attempts".into(), posted.into());
            Ok(done)
        };
        self.guarded(&write, post).await
    }

    /// Posts JSON to a place beside the organisation, and again when that fails; `note` hears of each wait. How often it was
    /// posted, or why the last one failed.
    pub(super) async fn tell_outside(
        &self,
        to: &Url,
        body: &str,
        patience: Duration,
        mut note: impl FnMut(String),
    ) -> Result<u32, String> {
        let mut wait = FIRST_WAIT;
        let mut posted = 0;
        loop {
            posted += 1;
            let client = &self.kit.client;
            let sent = client.post_outside(to, body.to_owned(), patience).await;
            let why = match sent {
                Ok(()) => return Ok(posted),
                Err(why) if posted > RETRIES => {
                    return Err(format!("{why} It was notified {posted} times."));
                }
                Err(why) => why,
            };
            let pause = wait.mul_f64(0.5 + fastrand::f64() / 2.0);
            note(format!("{why} Again in {:.1} s", pause.as_secs_f64()));
            sleep(pause).await;
            wait *= 2;
        }
    }
}

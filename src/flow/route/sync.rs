//! The sync webhook of the profile: whoever keeps a copy of the routes hears of every deployment (contract §9).

use serde_json::json;

use crate::flow::guard::Done;
use crate::flow::{Failure, Run};
use crate::model::RouteId;
use crate::model::route::Deed;
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;

/// Tells the webhook, if there is one. What goes wrong is a warning, because the route runs.
pub(super) async fn tell(run: &Run<'_>, id: &RouteId, name: &str, deed: Deed) -> Option<Text> {
    let hook = run.kit.profile.routes.sync_webhook.as_ref()?;
    let mut doing = run.begin("sync", hook.to_string());
    let body = json!({
        "event": format!("route.{}", deed.word()),
        "id": id.raw(),
        "name": name,
        "operator": run.kit.operator,
        "timestamp": run.kit.clock.now().to_string(),
    });
    let mut write = Write::bare(
        WriteKind::RouteSync,
        Method::Post,
        &[],
        crate::text::safe(name),
    );
    write.body = Some(body.to_string());
    write.note.insert("to", json!(hook.to_string()));
    let post = async |_: &str| {
        let body = write.body.as_deref().unwrap_or_default();
        let patience = run.kit.profile.deadlines.webhook();
        let note = |why: String| doing.note(why);
        let sent = run.tell_outside(&hook.0, body, patience, note).await;
        let mut done = Done::plain(());
        // Whatever went wrong there, it may have heard.
        let posted = sent.map_err(|why| Failure::unknown(why, "Look at the receiver."))?;
        done.note.insert("attempts".into(), posted.into());
        Ok(done)
    };
    let sent = run.guarded(&write, post).await;
    match sent {
        Ok(()) => {
            doing.done("");
            None
        }
        Err(failure) => {
            let why = format!("the sync webhook {hook} was not notified: {failure}");
            doing.failed(why.as_str());
            Some(why.into())
        }
    }
}

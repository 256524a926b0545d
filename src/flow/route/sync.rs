//! The sync webhook of the profile: whoever keeps a copy of the routes hears of every deployment (contract §9).

use serde_json::json;

use crate::flow::Run;
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
    let write = Write::bare(
        WriteKind::RouteSync,
        Method::Post,
        &[],
        crate::text::safe(name),
    );
    match run.post_hook(write, &body, hook, &mut doing).await {
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

//! What a request or two read: routes, callbacks, queues, interactions.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::ListRequest;
use crate::cloud::{Error, Urgency};
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::{Kit, route, webhook};
use crate::headless::write::kit;
use crate::headless::{Exit, say};
use crate::kind::callbacks::{CallbackLine, Callbacks};
use crate::kind::interactions::Interactions;
use crate::kind::queues::Queues;
use crate::kind::routes::Routes;
use crate::kind::webhooks::Webhooks;
use crate::kind::{Kind, Name};
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Clock;

/// Reads what can be read so; none when it takes the whole application.
pub async fn read(
    name: Name,
    profile: &Profile,
    environment: &Environment,
    state_dir: &Path,
    wanted: &ListRequest,
) -> Option<Result<u8, String>> {
    match name {
        Name::Routes | Name::Callbacks | Name::Queues | Name::Interactions | Name::Webhooks => {}
        _ => return None,
    }
    let kit = match kit(Arc::new(profile.clone()), environment, state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Some(Ok(code)),
    };
    Some(match name {
        Name::Routes => routes(&kit, wanted).await,
        Name::Callbacks => callbacks(&kit, wanted).await,
        Name::Queues => queues(&kit, wanted).await,
        Name::Webhooks => webhooks(&kit, wanted).await,
        _ => interactions(&kit, wanted).await,
    })
}

fn write<K: Kind>(kit: &Kit, wanted: &ListRequest, rows: Vec<K::Row<'_>>) -> Result<(), String> {
    let zone = kit.profile.time_zone.clone().unwrap_or(TimeZone::UTC);
    let can = kit.client.api().capabilities();
    wanted.write::<K>(rows, can, &zone, Clock::Real.now())
}

/// The reservations.
pub async fn callbacks(kit: &Kit, wanted: &ListRequest) -> Result<u8, String> {
    let store = match reservations(kit, true).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let rows = Callbacks::rows(&store, Clock::Real.now()).into_iter();
    // Nothing was asked of a stream: what was read is as of now.
    let fresh = rows.map(|line| CallbackLine {
        stale: false,
        ..line
    });
    write::<Callbacks>(kit, wanted, fresh.collect())?;
    Ok(left_out(store.queues.faults().iter().chain(store.callbacks.faults())) as u8)
}

/// The queues.
pub async fn queues(kit: &Kit, wanted: &ListRequest) -> Result<u8, String> {
    let store = match reservations(kit, false).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    write::<Queues>(kit, wanted, Queues::rows(&store, Clock::Real.now()))?;
    Ok(left_out(store.queues.faults()) as u8)
}

/// The routes.
pub async fn routes(kit: &Kit, wanted: &ListRequest) -> Result<u8, String> {
    let listing = match route::all(kit).await {
        Ok(listing) => listing,
        Err(ending) => return Ok(crate::headless::route::unread(&ending)),
    };
    let mut store = Store::default();
    let routes = &mut store.routes;
    routes.unread(listing.unread);
    routes.read(listing.routes, Vec::new(), listing.listed, kit.clock.now());
    routes.opened(crate::headless::route::deployments(kit).await?);
    write::<Routes>(kit, wanted, Routes::rows(&store, kit.clock.now()))?;
    Ok(left_out(listing.faults.iter()) as u8)
}

/// The webhooks. Their receivers are not looked at: `webhook test` does that.
async fn webhooks(kit: &Kit, wanted: &ListRequest) -> Result<u8, String> {
    let can = kit.client.api().capabilities();
    let mut store = Store::default();
    let mut faults = Vec::new();
    if can.job_webhooks || can.callback_webhooks {
        let read = webhook::all(kit, Urgency::Reread).await;
        let (all, wrong) = match read {
            Ok(read) => read,
            Err(error) => return Ok(tell(error) as u8),
        };
        store.webhooks.read(all, Vec::new(), kit.clock.now());
        faults = wrong;
    } else {
        say("webhooks are not available from the API of this organisation");
    }
    write::<Webhooks>(kit, wanted, Webhooks::rows(&store, kit.clock.now()))?;
    Ok(left_out(&faults) as u8)
}

async fn interactions(kit: &Kit, wanted: &ListRequest) -> Result<u8, String> {
    let listing = match kit.client.interactions(Urgency::Reread).await {
        Ok(listing) => listing,
        Err(error) => return Ok(tell(error) as u8),
    };
    let mut store = Store::default();
    let now = Clock::Real.now();
    store
        .transfers
        .listed(listing.interactions, Vec::new(), now);
    write::<Interactions>(kit, wanted, Interactions::rows(&store, now))?;
    if listing.left_out > 0 {
        let count = listing.left_out;
        say(&format!(
            "{count} more interactions were not read: they would take too many requests"
        ));
        return Ok(Exit::Partial as u8);
    }
    Ok(left_out(listing.faults.iter().map(|fault| &fault.0)) as u8)
}

/// Reads the queues, and the reservations where they are wanted, into tables like the console's.
pub async fn reservations(kit: &Kit, callbacks: bool) -> Result<Store, Exit> {
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let now = Clock::Real.now();
    let queues = kit.client.queues(Urgency::Reread).await.map_err(tell)?;
    let faults = queues.faults.into_iter().map(|fault| fault.0).collect();
    store
        .queues
        .listed(queues.queues, faults, now, &mut changes);
    if callbacks {
        let listing = kit.client.callbacks(Urgency::Reread).await.map_err(tell)?;
        let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
        let none = std::collections::HashSet::new();
        store
            .callbacks
            .listed(listing.callbacks, &none, now, faults, now, &mut changes);
    }
    Ok(store)
}

/// Says what could not be used.
pub fn left_out<'a>(faults: impl IntoIterator<Item = &'a Text>) -> Exit {
    let mut exit = Exit::Ok;
    for fault in faults {
        say(&format!("not everything could be used: {fault}"));
        exit = Exit::Partial;
    }
    exit
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err takes"
)]
/// Says why it could not be read.
#[must_use]
pub fn tell(error: Error) -> Exit {
    say(&error.to_string());
    Exit::from(error.trouble())
}

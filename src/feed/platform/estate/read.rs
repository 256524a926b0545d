//! One whole read of the estate: carriers and trunks, then what can be done without.

use crate::cloud::platform::trunks::BATCH;
use crate::cloud::{Client, Error, Fault, Urgency};
use crate::model::estate::Estate;
use crate::model::trunk::{By, Heard};
use crate::model::{EdgeId, TrunkId};
use crate::text::Text;
use crate::time::Clock;

/// Reads everything into the estate. Without trunk bases and trunks there is nothing to tell; edges and metrics that cannot
/// be read are told as faults, and what was known of them stays.
pub(super) async fn whole(
    client: &Client,
    estate: &mut Estate,
    urgency: Urgency,
) -> Result<Vec<Text>, Error> {
    let bases = client.platform()?.trunk_bases(urgency).await?;
    let trunks = client.platform()?.trunks(urgency).await?;
    let mut faults: Vec<Fault> = bases.faults;
    faults.extend(trunks.faults);
    let before = estate.clone();
    let mut part = bases.lack.is_some() || trunks.lack.is_some();
    estate.trunks_read(bases.entries, trunks.entries, polled());
    match client.platform()?.machines(urgency).await {
        Ok(edges) => {
            part |= edges.lack.is_some();
            estate.edges_read(edges.entries, polled());
            faults.extend(edges.faults);
        }
        Err(error) => faults.push(fault(&error)),
    }
    if part {
        estate.keep(before);
    }
    let metrics = metrics(client, estate, urgency).await;
    faults.extend(metrics.err().map(|error| fault(&error)));
    Ok(faults.into_iter().map(|fault| fault.0).collect())
}

/// Reads calls and load, a hundred ids at a time. The first failure ends it: the next batch would fail alike.
async fn metrics(client: &Client, estate: &mut Estate, urgency: Urgency) -> Result<(), Error> {
    let trunks: Vec<TrunkId> = estate.trunk_ids().cloned().collect();
    for batch in trunks.chunks(BATCH) {
        for (trunk, traffic) in client.platform()?.trunk_calls(batch, urgency).await? {
            estate.counted(&trunk, traffic);
        }
    }
    let edges: Vec<EdgeId> = estate.edge_ids().cloned().collect();
    for batch in edges.chunks(BATCH) {
        for (edge, load) in client.platform()?.edge_loads(batch, urgency).await? {
            estate.measured(&edge, load);
        }
    }
    Ok(())
}

fn polled() -> Heard {
    Heard {
        at: Clock::Real.now(),
        by: By::Poll,
    }
}

fn fault(error: &Error) -> Fault {
    Fault(error.to_string().into())
}

//! Edges of the Platform API: the machines, whether the cloud reaches them, and how busy they are.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Platform;
use super::estate::{EDGES, Reference, TELEPHONY, moment, refer, text, told};
use super::pages::{List, Whole};
use crate::cause::misread;
use crate::cloud::entities::one;
use crate::cloud::entities::{Faults, id, lenient};
use crate::cloud::{Error, Urgency};
use crate::model::EdgeId;
use crate::model::edge::{Edge, Load};
use crate::text::Text;

impl Platform<'_> {
    /// Reads the edges with their state; those that carry cloud media are among them.
    pub async fn machines(self, urgency: Urgency) -> Result<Whole<Edge>, Error> {
        let list = List {
            path: &EDGES,
            query: &[],
            permissions: TELEPHONY,
        };
        self.all(list, urgency, edge).await
    }

    /// Reads one edge; none when the organisation has it no more.
    pub async fn machine(self, of: &EdgeId, urgency: Urgency) -> Result<Option<Edge>, Error> {
        let path = [&EDGES[..], &[of.raw()]].concat();
        let call = self.call("GET", &path, &[], TELEPHONY)?;
        let body = match self.ask(&call, urgency).await {
            Ok(body) => body,
            Err(error) if error.status() == Some(404) => return Ok(None),
            Err(error) => return Err(error),
        };
        let read: Result<EdgeEntity, String> = one(&body);
        let read = read.and_then(edge);
        read.map(Some)
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads how busy these edges are, [`super::trunks::BATCH`] at most.
    pub async fn edge_loads(
        self,
        edges: &[EdgeId],
        urgency: Urgency,
    ) -> Result<Vec<(EdgeId, Load)>, Error> {
        let ids: Vec<&str> = edges.iter().map(EdgeId::raw).collect();
        let call = self.call(
            "GET",
            &[&EDGES[..], &["metrics"]].concat(),
            &[("edgeIds", &ids.join(","))],
            TELEPHONY,
        )?;
        let body = self.ask(&call, urgency).await?;
        let rows: Vec<&RawValue> =
            serde_json::from_slice(&body).map_err(|error| Error::answer(&call, misread(&error)))?;
        Ok(Faults::new(&call).keep(&rows, measured))
    }
}

/// Reads an event of `v2.telephony.providers.edges.{id}`: whether the cloud reaches the edge, when it says.
pub fn edge_event(body: &[u8]) -> Result<Option<Text>, String> {
    let entity: OnlineEntity = one(body)?;
    Ok(told(entity.online_status))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnlineEntity {
    #[serde(default, deserialize_with = "lenient")]
    online_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EdgeEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    site: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    online_status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    call_draining_state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    conversation_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    edge_deployment_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    software_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetricsEntity {
    #[serde(default, deserialize_with = "lenient")]
    edge: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    event_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    up_time_msec: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    processors: Option<Vec<ProcessorEntity>>,
    #[serde(default, deserialize_with = "lenient")]
    memory: Option<Vec<SpaceEntity>>,
    #[serde(default, deserialize_with = "lenient")]
    disks: Option<Vec<SpaceEntity>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProcessorEntity {
    #[serde(default, deserialize_with = "lenient")]
    active_time_pct: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpaceEntity {
    #[serde(default, deserialize_with = "lenient")]
    available_bytes: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    total_bytes: Option<f64>,
}

fn edge(entity: EdgeEntity) -> Result<Edge, String> {
    let draining = told(entity.call_draining_state).filter(|state| state.raw() != "NONE");
    Ok(Edge {
        name: text(entity.name),
        site: refer(entity.site).1,
        online: told(entity.online_status),
        status: told(entity.status_code),
        draining,
        conversations: entity
            .conversation_count
            .and_then(|n| u64::try_from(n).ok()),
        deployment: told(entity.edge_deployment_type),
        version: told(entity.software_version),
        ..Edge::unknown(EdgeId(id(entity.id, "id")?))
    })
}

fn measured(entity: MetricsEntity) -> Result<(EdgeId, Load), String> {
    let (edge, _) = refer(entity.edge);
    let edge = edge.ok_or("edge.id is missing")?;
    let processors = entity.processors.unwrap_or_default();
    let busiest = processors.iter().filter_map(|p| p.active_time_pct);
    let load = Load {
        processor: worst(busiest),
        memory: worst(entity.memory.unwrap_or_default().iter().filter_map(used)),
        disk: worst(entity.disks.unwrap_or_default().iter().filter_map(used)),
        up_ms: entity.up_time_msec.and_then(|ms| u64::try_from(ms).ok()),
        at: moment(entity.event_time),
    };
    Ok((EdgeId(edge), load))
}

/// The largest share that makes sense, in parts of a hundred.
fn worst(shares: impl Iterator<Item = f64>) -> Option<f64> {
    let sound = shares.filter(|share| share.is_finite() && (0.0..=100.0).contains(share));
    sound.reduce(f64::max)
}

fn used(space: &SpaceEntity) -> Option<f64> {
    let (available, total) = (space.available_bytes?, space.total_bytes?);
    (total > 0.0).then(|| (total - available) / total * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edge::EdgeState;

    fn read(body: &str) -> Result<Edge, String> {
        one::<EdgeEntity>(body.as_bytes()).and_then(edge)
    }

    #[test]
    fn an_edge_is_read_with_its_state() {
        let edge = read(
            r#"{"id":"e-1","name":"Denver","site":{"id":"s","name":"Denver"},"onlineStatus":"ONLINE","statusCode":"ACTIVE",
            "callDrainingState":"WAIT","conversationCount":12,"edgeDeploymentType":"CDM","softwareVersion":"1.2","x":1}"#,
        )
        .unwrap();
        assert_eq!((edge.site.raw(), edge.conversations), ("Denver", Some(12)));
        assert_eq!(edge.state(), EdgeState::Draining);
        let bare =
            read(r#"{"id":"e-1","callDrainingState":"NONE","conversationCount":-3}"#).unwrap();
        assert_eq!(
            (bare.state(), bare.conversations),
            (EdgeState::Unknown, None)
        );
        assert!(read(r#"{"id":""}"#).is_err() && read("{}").is_err());
    }

    #[test]
    fn the_busiest_part_counts_and_nonsense_does_not() {
        let load = |body: &str| one::<MetricsEntity>(body.as_bytes()).and_then(measured);
        let (id, told) = load(
            r#"{"edge":{"id":"e"},"eventTime":"2026-06-15T14:00:00Z","upTimeMsec":86400000,
            "processors":[{"activeTimePct":12.5},{"activeTimePct":71},{"activeTimePct":1e9},{}],
            "memory":[{"availableBytes":25,"totalBytes":100},{"availableBytes":1,"totalBytes":0}],
            "disks":[{"availableBytes":null,"totalBytes":5}]}"#,
        )
        .unwrap();
        assert_eq!(id, "e".into());
        assert_eq!(
            (told.processor, told.memory, told.disk),
            (Some(71.0), Some(75.0), None)
        );
        assert!(told.at.is_some() && told.up_ms == Some(86_400_000));
        assert_eq!(load(r#"{"edge":{"id":"e"}}"#).unwrap().1, Load::default());
        assert!(load("{}").is_err());
    }

    #[test]
    fn an_event_tells_of_the_connection_only() {
        let offline = edge_event(br#"{"id":"e","onlineStatus":"OFFLINE"}"#).unwrap();
        assert_eq!(offline, Some("OFFLINE".into()));
        assert_eq!(edge_event(br#"{"id":"e"}"#).unwrap(), None);
        assert!(edge_event(b"nothing").is_err());
    }
}

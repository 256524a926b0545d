//! One phone looked at closely, with its stations: what its detail shows.

use serde::Deserialize;
use serde_json::Value;

use super::Platform;
use super::estate::{EDGES, Reference, TELEPHONY, moment, refer, told};
use crate::cloud::entities::id;
use crate::cloud::entities::one;
use crate::cloud::{Error, Urgency};
use crate::model::DeviceId;
use crate::model::registration::closeup::{Closeup, LineView, Side};
use crate::text::Text;

/// Lines of one phone that are looked at; a browser has one.
const LINES: usize = 4;

/// Addresses of one line that are kept.
const CONTACTS: usize = 4;

impl Platform<'_> {
    /// Looks at a phone: one call, and one for the station of each of its first lines. None when the organisation has it no more.
    pub async fn closeup(
        self,
        phone: &DeviceId,
        urgency: Urgency,
    ) -> Result<Option<Closeup>, Error> {
        let path = [&EDGES[..], &["phones", phone.raw()]].concat();
        let call = self.call("GET", &path, &[], TELEPHONY)?;
        let body = match self.ask(&call, urgency).await {
            Ok(body) => body,
            Err(error) if error.status() == Some(404) => return Ok(None),
            Err(error) => return Err(error),
        };
        let entity = one(&body).map_err(|reason| Error::answer(&call, reason))?;
        let (mut closeup, lines) = phone_of(entity);
        for line in &lines {
            let stations = self.stations_of_line(line, urgency).await?;
            closeup.stations.extend(stations);
        }
        Ok(Some(closeup))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    lines: Option<Vec<Line>>,
    status: Option<SideEntity>,
    secondary_status: Option<SideEntity>,
    user_agent_info: Option<Agent>,
}

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    /// Each as `{"value": {"instance": …, "default": …}}`.
    #[serde(default)]
    properties: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SideEntity {
    operational_status: Option<String>,
    edges_status: Option<String>,
    edge: Option<Reference>,
    provision: Option<Provision>,
    line_statuses: Option<Vec<LineEntity>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provision {
    error_info: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineEntity {
    reachable: Option<bool>,
    reachable_state_time: Option<String>,
    address_of_record: Option<String>,
    contact_addresses: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agent {
    manufacturer: Option<String>,
    model: Option<String>,
    firmware_version: Option<String>,
}

/// What a phone says by itself, and the ids of its first lines.
fn phone_of(entity: Entity) -> (Closeup, Vec<Text>) {
    let lines = entity.lines.unwrap_or_default();
    let keeps = lines.iter().find_map(|line| {
        let value = &line.properties["station_persistent_timeout"]["value"];
        value["instance"].as_u64().or(value["default"].as_u64())
    });
    let ids = lines.into_iter().filter_map(|line| id(line.id?, "id").ok());
    let closeup = Closeup {
        primary: entity.status.map(side),
        secondary: entity.secondary_status.map(side),
        agent: entity.user_agent_info.and_then(agent),
        keeps_s: keeps,
        stations: Vec::new(),
    };
    (closeup, ids.take(LINES).collect())
}

fn side(status: SideEntity) -> Side {
    let (edge, name) = refer(status.edge);
    let lines = status.line_statuses.unwrap_or_default().into_iter();
    Side {
        edge: Some(name).filter(|name| !name.raw().is_empty()).or(edge),
        operational: told(status.operational_status),
        service: told(status.edges_status),
        fault: status.provision.and_then(|made| told(made.error_info)),
        lines: lines.take(LINES).map(line).collect(),
    }
}

fn line(status: LineEntity) -> LineView {
    let contacts = status.contact_addresses.unwrap_or_default().into_iter();
    LineView {
        reachable: status.reachable,
        since: moment(status.reachable_state_time),
        address: told(status.address_of_record),
        contacts: contacts.take(CONTACTS).map(Text::from).collect(),
    }
}

/// What a phone says that it is, in a line.
pub(super) fn agent(agent: Agent) -> Option<Text> {
    let words = [agent.manufacturer, agent.model, agent.firmware_version];
    let mut words: Vec<String> = words.into_iter().flatten().collect();
    words.retain(|word| !word.is_empty());
    words.dedup();
    told(Some(words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Closeup, Vec<Text>) {
        phone_of(one(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_phone_tells_its_edges_its_line_and_what_it_is() {
        let (closeup, lines) = read(
            r#"{"id":"p","lines":[{"id":"l-1","properties":{"station_persistent_timeout":{"value":{"instance":600}}}}],
            "status":{"operationalStatus":"DEGRADED","edgesStatus":"IN_SERVICE","edge":{"id":"e-1","name":"North"},
              "provision":{"errorInfo":"no template"},
              "lineStatuses":[{"reachable":true,"reachableStateTime":"2026-06-15T14:03:22.123456Z",
                "addressOfRecord":"sip:a@b","contactAddresses":["sip:1","sip:2"]}]},
            "secondaryStatus":{"edge":{"id":"e-2"},"edgesStatus":"LATER_WORD"},
            "userAgentInfo":{"manufacturer":"polycom","model":"polycom","firmwareVersion":"5.9"}}"#,
        );
        assert_eq!(lines, ["l-1".into()]);
        assert_eq!(closeup.keeps_s, Some(600));
        assert_eq!(closeup.agent, Some("polycom 5.9".into()));
        let sides: Vec<_> = closeup.sides().collect();
        assert_eq!(
            (sides[0].0, &sides[0].1.edge),
            ("primary", &Some("North".into()))
        );
        assert_eq!(sides[0].1.fault, Some("no template".into()));
        assert_eq!(
            (sides[1].0, &sides[1].1.edge),
            ("secondary", &Some("e-2".into()))
        );
        assert_eq!(sides[1].1.service, Some("LATER_WORD".into()));
        let line = closeup.line().unwrap();
        assert_eq!((line.reachable, line.contacts.len()), (Some(true), 2));
        assert_eq!(line.since.unwrap().0, 1_781_532_202_123);
    }

    #[test]
    fn what_is_left_out_is_not_told() {
        assert_eq!(read("{}"), (Closeup::default(), Vec::new()));
        let (closeup, lines) = read(
            r#"{"lines":[{},{"id":""},{"id":"l","properties":null}],"status":{"edge":{"name":""},"lineStatuses":[{}]},
            "userAgentInfo":{"model":""}}"#,
        );
        assert_eq!((lines.len(), closeup.agent), (1, None));
        assert_eq!(closeup.primary.unwrap().lines, [LineView::default()]);
    }
}

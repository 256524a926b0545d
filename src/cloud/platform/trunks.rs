//! Carriers as the Platform API has them: trunk bases, their trunks on each edge, and the calls over those.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Platform;
use super::estate::{EDGES, Reference, TELEPHONY, moment, refer, text, told};
use super::pages::{List, Whole};
use crate::cause::misread;
use crate::cloud::entities::one;
use crate::cloud::entities::{Faults, id, lenient};
use crate::cloud::{CarrierListing, Error, Urgency};
use crate::model::carrier::Carrier;
use crate::model::estate::{Base, Estate, Listed};
use crate::model::trunk::{Heard, Proxies, SIGNS_KEPT, Seen, Sign, Signs, Traffic, Trunk, Use};
use crate::model::trunk::{Ip, SignFault};
use crate::model::{CarrierId, EdgeId, TrunkId};
use crate::text::Text;

/// Ids in one question for metrics; the organisation refuses more.
pub const BATCH: usize = 100;

/// The kind of trunk that leads to a carrier; the others lead to phones and to edges.
const EXTERNAL: &str = "EXTERNAL";

impl Platform<'_> {
    /// Reads the carriers as they are set up: external trunk bases.
    pub async fn trunk_bases(self, urgency: Urgency) -> Result<Whole<Base>, Error> {
        let list = List {
            path: &[&EDGES[..], &["trunkbasesettings"]].concat(),
            query: &[],
            permissions: TELEPHONY,
        };
        let read = self.all(list, urgency, base).await?;
        Ok(read.filter_map(|base| base))
    }

    /// Reads the external trunks, one of each carrier on each edge.
    pub async fn trunks(self, urgency: Urgency) -> Result<Whole<Listed>, Error> {
        let list = List {
            path: &[&EDGES[..], &["trunks"]].concat(),
            query: &[("trunkType", EXTERNAL)],
            permissions: TELEPHONY,
        };
        self.all(list, urgency, listed).await
    }

    /// Reads the calls of these trunks, [`BATCH`] at most.
    pub async fn trunk_calls(
        self,
        trunks: &[TrunkId],
        urgency: Urgency,
    ) -> Result<Vec<(TrunkId, Traffic)>, Error> {
        let ids: Vec<&str> = trunks.iter().map(TrunkId::raw).collect();
        let call = self.call(
            "GET",
            &[&EDGES[..], &["trunks", "metrics"]].concat(),
            &[("trunkIds", &ids.join(","))],
            TELEPHONY,
        )?;
        let body = self.ask(&call, urgency).await?;
        let rows: Vec<&RawValue> =
            serde_json::from_slice(&body).map_err(|error| Error::answer(&call, misread(&error)))?;
        Ok(Faults::new(&call).keep(&rows, counted))
    }

    /// Reads the carriers with everything that is known of their trunks but the calls.
    pub(in crate::cloud) async fn carriers(
        self,
        urgency: Urgency,
    ) -> Result<CarrierListing, Error> {
        let (bases, trunks) = (
            self.trunk_bases(urgency).await?,
            self.trunks(urgency).await?,
        );
        let mut estate = Estate::default();
        estate.trunks_read(bases.entries, trunks.entries, Heard::default());
        let carriers: Vec<Carrier> = estate.carriers();
        Ok(CarrierListing {
            carriers,
            faults: bases.faults.into_iter().chain(trunks.faults).collect(),
        })
    }
}

/// Reads an event of `v2.telephony.providers.edges.trunks.{id}`; what it leaves out stays as it was.
pub fn trunk_event(body: &[u8]) -> Result<Seen, String> {
    one::<SeenEntity>(body).map(SeenEntity::seen)
}

/// Reads an event of `v2.telephony.providers.edges.trunks.{id}.metrics`.
pub fn calls_event(body: &[u8]) -> Result<Traffic, String> {
    one::<MetricsEntity>(body).map(|entity| entity.traffic())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BaseEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    trunk_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrunkEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    edge: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    trunk_base: Option<Reference>,
    in_service: Option<bool>,
    enabled: Option<bool>,
    options_enabled_status: Option<String>,
    registers_enabled_status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    proxy_address_list: Option<Vec<String>>,
    #[serde(flatten)]
    seen: SeenEntity,
}

/// The part of a trunk that its topic speaks of too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "they are the wire's")]
struct SeenEntity {
    connected_status: Option<ConnectedEntity>,
    options_status: Option<Vec<OptionsEntity>>,
    registers_status: Option<Vec<RegistersEntity>>,
    ip_status: Option<IpEntity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectedEntity {
    connected: Option<bool>,
    connected_state_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptionsEntity {
    proxy_address: Option<String>,
    option_state: Option<bool>,
    option_state_time: Option<String>,
    error_info: Option<FaultEntity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistersEntity {
    proxy_address: Option<String>,
    register_state: Option<bool>,
    register_state_time: Option<String>,
    error_info: Option<FaultEntity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IpEntity {
    address: Option<String>,
    error_info: Option<FaultEntity>,
}

#[derive(Deserialize)]
struct FaultEntity {
    text: Option<String>,
    code: Option<String>,
    details: Option<DetailEntity>,
}

#[derive(Deserialize)]
struct DetailEntity {
    message: Option<String>,
    hostname: Option<String>,
}

#[derive(Deserialize)]
struct MetricsEntity {
    trunk: Option<Reference>,
    calls: Option<CallsEntity>,
    qos: Option<QosEntity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallsEntity {
    inbound_call_count: Option<i64>,
    outbound_call_count: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QosEntity {
    mismatch_count: Option<i64>,
}

/// A trunk base that leads to a carrier; none for one that leads elsewhere.
fn base(entity: BaseEntity) -> Result<Option<Base>, String> {
    let external = entity.trunk_type.is_none_or(|kind| kind == EXTERNAL);
    if !external {
        return Ok(None);
    }
    Ok(Some(Base {
        id: CarrierId(id(entity.id, "id")?),
        name: text(entity.name),
        state: told(entity.state),
    }))
}

fn listed(entity: TrunkEntity) -> Result<Listed, String> {
    let word = |word: Option<String>| word.as_deref().map_or(Use::Untold, Use::of_word);
    let edge = refer(entity.edge);
    let base = refer(entity.trunk_base);
    let proxies = entity.proxy_address_list.unwrap_or_default();
    let mut signs = Signs::default();
    signs.hear(entity.seen.seen());
    let trunk = Trunk {
        id: TrunkId(id(entity.id, "id")?),
        name: text(entity.name),
        edge: edge.0.map(EdgeId),
        edge_name: edge.1,
        in_service: entity.in_service,
        enabled: entity.enabled,
        signs,
        options: word(entity.options_enabled_status),
        registers: word(entity.registers_enabled_status),
        proxies: proxies
            .into_iter()
            .take(SIGNS_KEPT)
            .map(Text::from)
            .collect(),
        traffic: None,
        heard: Heard::default(),
    };
    Ok(Listed {
        base: base.0.map(CarrierId),
        base_name: base.1,
        trunk,
    })
}

fn counted(entity: MetricsEntity) -> Result<(TrunkId, Traffic), String> {
    let traffic = entity.traffic();
    let (trunk, _) = refer(entity.trunk);
    let trunk = trunk.ok_or("trunk.id is missing")?;
    Ok((TrunkId(trunk), traffic))
}

impl MetricsEntity {
    fn traffic(&self) -> Traffic {
        // A count below nothing is a mistake of theirs, and no count.
        let count = |count: Option<i64>| count.and_then(|n| u64::try_from(n).ok());
        let calls = self.calls.as_ref();
        Traffic {
            inbound: count(calls.and_then(|calls| calls.inbound_call_count)),
            outbound: count(calls.and_then(|calls| calls.outbound_call_count)),
            mismatches: count(self.qos.as_ref().and_then(|qos| qos.mismatch_count)),
        }
    }
}

impl SeenEntity {
    fn seen(self) -> Seen {
        let connected = self
            .connected_status
            .map(|status| (status.connected, moment(status.connected_state_time)));
        let options = self.options_status.map(|proxies| {
            proxies_of(proxies, |proxy| Sign {
                proxy: text(proxy.proxy_address),
                good: proxy.option_state,
                since: moment(proxy.option_state_time),
                fault: proxy.error_info.and_then(fault),
            })
        });
        let registers = self.registers_status.map(|proxies| {
            proxies_of(proxies, |proxy| Sign {
                proxy: text(proxy.proxy_address),
                good: proxy.register_state,
                since: moment(proxy.register_state_time),
                fault: proxy.error_info.and_then(fault),
            })
        });
        let ip = self.ip_status.map(|ip| Ip {
            address: text(ip.address),
            fault: ip.error_info.and_then(fault),
        });
        Seen {
            connected,
            options,
            registers,
            ip,
        }
    }
}

fn proxies_of<E>(proxies: Vec<E>, sign: impl Fn(E) -> Sign) -> Proxies {
    let beyond = proxies.len().saturating_sub(SIGNS_KEPT);
    Proxies {
        kept: proxies.into_iter().take(SIGNS_KEPT).map(sign).collect(),
        beyond,
    }
}

/// A fault, unless there is nothing in it.
fn fault(entity: FaultEntity) -> Option<SignFault> {
    let (message, host) = entity
        .details
        .map(|details| (details.message, details.hostname))
        .unwrap_or_default();
    let detail = [message, host].into_iter().flatten();
    let detail: Vec<String> = detail.filter(|part| !part.is_empty()).collect();
    let fault = SignFault {
        code: text(entity.code),
        text: text(entity.text),
        detail: Text::from(detail.join(" at ")),
    };
    (!fault.is_empty()).then_some(fault)
}

#[cfg(test)]
mod tests;

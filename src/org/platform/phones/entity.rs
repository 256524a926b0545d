//! A phone as the wire shows it, whole and as an event.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::people::{KINDS, kind_of};
use crate::org::platform::bases;
use crate::org::platform::query::Query;
use crate::org::platform::refer;
use crate::org::platform::sparse::sparse;
use crate::org::state::{Device, DeviceKey, World};

/// What a call asks for beyond the fields that every phone has.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one word of expand or fields"
)]
pub(super) struct PhoneFields {
    status: bool,
    lines: bool,
    site: bool,
    base: bool,
    properties: bool,
    web_rtc_user: bool,
    logged_in_user: bool,
    default_for_user: bool,
}

impl PhoneFields {
    /// As a single phone is read.
    pub(super) const ALL: Self = Self {
        status: true,
        lines: true,
        site: true,
        base: true,
        properties: true,
        web_rtc_user: true,
        logged_in_user: true,
        default_for_user: true,
    };

    /// By `expand` and `fields`.
    pub(super) fn of(query: &Query) -> Self {
        let expanded = |word: &str| query.names("expand", word);
        let field = |word: &str| query.names("fields", word);
        let properties = |word: &&str| word.starts_with("properties.");
        Self {
            status: expanded("status")
                || expanded("status.primaryEdgesStatus")
                || expanded("status.secondaryEdgesStatus"),
            lines: expanded("lines"),
            site: expanded("site"),
            base: expanded("phoneBaseSettings"),
            properties: expanded("properties") || query.list("fields").iter().any(properties),
            web_rtc_user: field("webRtcUser"),
            logged_in_user: field("lines.loggedInUser"),
            default_for_user: field("lines.defaultForUser"),
        }
    }
}

/// Whether a phone is a browser.
pub(in crate::org) fn is_web_rtc(device: &Device) -> bool {
    kind_of(&device.id) == KINDS[0]
}

/// The id of a phone's only line.
pub(in crate::org::platform) fn line_id(device: &Device) -> String {
    format!("ln-{}", device.id)
}

/// A phone; one that is gone is null, and none is asked for.
pub(super) fn phone(world: &World, place: DeviceKey, wanted: PhoneFields) -> Value {
    let Some(device) = world.device(place) else {
        return Value::Null;
    };
    let (kind, site) = (kind_of(&device.id), world.site_of(place));
    let set = world.plant.settings(place);
    let (edge, second) = world.edges_of(place);
    let mut phone = json!({
        "id": device.id,
        "name": world.phone_name(place),
        "division": refer::division(),
        "version": set.map_or(1, |set| set.version),
        "state": "active",
        "site": if wanted.site { refer::site(site) } else { refer::unnamed("sites", crate::org::people::site_id(site)) },
        "phoneBaseSettings": bases::phone_base_ref(kind, wanted.base),
        "lineBaseSettings": bases::line_base_ref(kind),
        "phoneMetaBase": bases::phone_meta_base(kind),
        "lines": [line(world, place, device, wanted)],
        "capabilities": capabilities(device),
        "standAlone": false,
        "primaryEdge": refer::edge(world, edge),
        "secondaryEdge": refer::edge(world, second),
        "selfUri": refer::edges_uri("phones", &device.id),
    });
    if wanted.status {
        phone["status"] = status(world, place, device, true);
        phone["secondaryStatus"] = status(world, place, device, false);
        phone["userAgentInfo"] = user_agent(kind);
    }
    if wanted.properties {
        phone["properties"] = json!(set.map(|set| &set.properties).cloned().unwrap_or_default());
    }
    if wanted.web_rtc_user && is_web_rtc(device) {
        phone["webRtcUser"] = refer::user(world, place.person);
    }
    phone
}

/// The line of a phone, as it is read alone; one that is gone is null, and none is asked for.
pub(in crate::org::platform) fn whole_line(world: &World, place: DeviceKey) -> Value {
    let device = world.device(place);
    device.map_or(Value::Null, |device| {
        line(world, place, device, PhoneFields::ALL)
    })
}

/// The line of a phone, as `lines` lists it.
fn line(world: &World, place: DeviceKey, device: &Device, wanted: PhoneFields) -> Value {
    let id = line_id(device);
    let mut line = json!({
        "id": id, "name": world.phone_name(place), "state": "active", "version": 1,
        "selfUri": refer::edges_uri("lines", &id),
    });
    if wanted.lines {
        let kind = kind_of(&device.id);
        line["lineBaseSettings"] = bases::line_base_ref(kind);
        line["site"] = refer::site(world.site_of(place));
        line["primaryEdge"] = refer::edge(world, world.edge_of(place));
        line["properties"] = bases::line_properties(kind);
    }
    if let Some(user) = world.plant.user_of(place).filter(|_| wanted.logged_in_user) {
        line["loggedInUser"] = refer::user(world, user);
    }
    if wanted.default_for_user && !is_web_rtc(device) {
        line["defaultForUser"] = refer::user(world, place.person);
    }
    line
}

/// What an edge says of a phone. A desk phone registers with its primary one, and the other would take it. A browser does not register:
/// both say that they could reach it as long as its edge is there, whatever the browser does.
fn status(world: &World, place: DeviceKey, device: &Device, primary: bool) -> Value {
    let (own, second) = world.edges_of(place);
    let edge = if primary { own } else { second };
    let up = world.plant.is_up(edge);
    let (there, since) = sign(world, place, device);
    let mut status = json!({
        "id": device.id,
        "operationalStatus": if there { "OPERATIONAL" } else { "OFFLINE" },
        "edgesStatus": if up { "IN_SERVICE" } else { "OUT_OF_SERVICE" },
        "eventCreationTime": microseconds(since),
        "provision": {"time": since, "source": "edge"},
        "phoneAssignmentToEdgeType": if primary { "PRIMARY" } else { "SECONDARY" },
        "edge": refer::edge(world, edge),
        "lineStatuses": [],
    });
    if primary || is_web_rtc(device) {
        status["lineStatuses"] = json!([line_status(world, place, device, there, since)]);
    }
    status
}

/// Whether a phone's edge says that it reaches it, and since when: of a browser, whether and since when the edge is there.
fn sign(world: &World, place: DeviceKey, device: &Device) -> (bool, Timestamp) {
    if !is_web_rtc(device) {
        return (device.registered, device.since);
    }
    let edge = world.edge_of(place);
    let since = world.plant.edges.get(edge).map(|edge| edge.since);
    (world.plant.is_up(edge), since.unwrap_or(device.since))
}

/// What an edge says of a line; a browser has neither an address of record nor anywhere to be contacted.
fn line_status(
    world: &World,
    place: DeviceKey,
    device: &Device,
    reachable: bool,
    since: Timestamp,
) -> Value {
    let registers = !is_web_rtc(device);
    let contact = || format!("sip:{}@{}:5060", device.id, address(world, place));
    let contacts = Vec::from_iter((registers && reachable).then(contact));
    sparse(json!({
        "id": line_id(device), "reachable": reachable, "reachableStateTime": since,
        "addressOfRecord": registers.then(|| format!("sip:{}@org.example", device.id)),
        "contactAddresses": contacts,
    }))
}

/// Where a desk phone is: each site has a network for every 200 of its people.
fn address(world: &World, place: DeviceKey) -> String {
    let (net, host) = (place.person / 200 % 250, place.person % 200);
    format!("10.{}.{net}.{}", world.site_of(place), host + 10)
}

/// How a phone is, in one word.
pub(super) fn operational(world: &World, place: DeviceKey, device: &Device) -> &'static str {
    if sign(world, place, device).0 {
        "OPERATIONAL"
    } else {
        "OFFLINE"
    }
}

/// What a topic tells of a phone.
pub(super) fn event(world: &World, place: DeviceKey) -> Value {
    let Some(device) = world.device(place) else {
        return Value::Null;
    };
    let told = |primary| {
        let mut status = status(world, place, device, primary);
        if let Some(fields) = status.as_object_mut() {
            fields.remove("edgesStatus");
            fields.remove("phoneAssignmentToEdgeType");
            fields["eventCreationTime"] = json!(microseconds(Timestamp::now()));
        }
        status
    };
    json!({
        "id": device.id, "status": told(true), "secondaryStatus": told(false),
        "userAgentInfo": user_agent(kind_of(&device.id)),
    })
}

fn user_agent(kind: &str) -> Value {
    json!({"firmwareVersion": "1.0", "manufacturer": kind, "model": kind})
}

/// Whether a phone can be told to start anew; a browser cannot.
pub(super) fn allows_reboot(device: &Device) -> bool {
    !is_web_rtc(device)
}

/// What a phone can do; its codec in use comes first.
fn capabilities(device: &Device) -> Value {
    let mut codecs = vec![format!("audio/{}", device.codec)];
    if device.codec != "PCMU" {
        codecs.push("audio/PCMU".to_owned());
    }
    let web_rtc = is_web_rtc(device);
    json!({
        "provisions": !web_rtc, "registers": true, "dualRegisters": true, "allowReboot": allows_reboot(device),
        "noRebalance": web_rtc, "noCloudProvisioning": false, "mediaCodecs": codecs, "cdm": true,
    })
}

/// A time with microseconds, as events of phones are seen to have.
fn microseconds(at: Timestamp) -> String {
    format!("{at:.6}")
}

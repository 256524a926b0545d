//! Phones made, changed, deleted and rebooted.

use std::sync::Arc;

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::Instant;
use uuid::Uuid;

use super::entity::{self, PhoneFields};
use super::find;
use crate::org::people::{self, KINDS};
use crate::org::platform::{Answer, Call, bases, busy, ok, users};
use crate::org::reply::{self, Refusal};
use crate::org::shared::Shared;
use crate::org::state::{DeviceKey, MAX_DEVICES, World};

/// The longest name.
const LONGEST: usize = 256;

#[derive(Deserialize)]
struct EntityRef {
    id: Option<CompactString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineRequest {
    default_for_user: Option<EntityRef>,
}

/// A phone as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneRequest {
    name: Option<CompactString>,
    version: Option<u64>,
    site: Option<EntityRef>,
    phone_base_settings: Option<EntityRef>,
    lines: Option<Vec<LineRequest>>,
    web_rtc_user: Option<EntityRef>,
    properties: Option<Map<String, Value>>,
}

fn id(named: Option<&EntityRef>) -> Option<&str> {
    named?.id.as_deref()
}

fn missing(code: &'static str, message: &str) -> Refusal {
    Refusal::bad_request(message).coded(code)
}

impl PhoneRequest {
    fn name(&self) -> Result<&CompactString, Refusal> {
        let name = self.name.as_ref();
        let name = name.filter(|name| !name.trim().is_empty() && name.len() <= LONGEST);
        name.ok_or_else(|| missing("invalid.value", "name is 1 to 256 bytes"))
    }

    fn site(&self) -> Result<u8, Refusal> {
        let site = id(self.site.as_ref()).and_then(people::find_site);
        site.ok_or_else(|| missing("invalid.value", "site is required, and one there is"))
    }

    fn kind(&self) -> Result<&'static str, Refusal> {
        let base = id(self.phone_base_settings.as_ref());
        let kind = base.and_then(bases::kind_of_base);
        kind.ok_or_else(|| {
            let message = "phoneBaseSettings is required, and one there is";
            missing("base.settings.required", message)
        })
    }

    fn lines(&self) -> Result<&[LineRequest], Refusal> {
        let lines = self.lines.as_deref().filter(|lines| !lines.is_empty());
        lines.ok_or_else(|| missing("lines.required", "a phone has at least one line"))
    }

    /// Whose phone it is: a browser's user, or whom a desk phone's line is for.
    fn user(&self, world: &World, kind: &str) -> Result<Option<usize>, Refusal> {
        let lines = self.lines()?;
        let user = if kind == KINDS[0] {
            let required = "a WebRTC phone needs a webRtcUser";
            let user = id(self.web_rtc_user.as_ref());
            Some(user.ok_or_else(|| missing("webrtc.user.required", required))?)
        } else {
            let mut lines = lines.iter();
            lines.find_map(|line| id(line.default_for_user.as_ref()))
        };
        user.map(|user| users::find(world, user)).transpose()
    }
}

/// Refuses a name that another phone has.
fn unique(world: &World, name: &str, own: Option<DeviceKey>) -> Result<(), Refusal> {
    let taken = |place: &DeviceKey| Some(*place) != own && world.phone_name(*place) == name;
    if world.places().any(|place| taken(&place)) {
        let message = format!("There is a phone named {name} already.");
        return Err(conflict(message));
    }
    Ok(())
}

fn conflict(message: String) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "general.conflict", message)
}

/// `POST …/phones`. The phone is there at once; its station follows, and it registers when somebody sits at it.
pub(super) fn create(call: &Call<'_>) -> Answer {
    let asked: PhoneRequest = call.read()?;
    let (name, site, kind) = (asked.name()?, asked.site()?, asked.kind()?);
    let lag = call.shared.faults().station_ms;
    let draw = call.shared.draw();
    let now = Timestamp::now();
    let mut world = call.shared.world();
    let user = asked.user(&world, kind)?;
    unique(&world, name, None)?;
    let number = Uuid::new_v4().simple().to_string();
    let device = format!("{kind}-{}", number.get(..8).unwrap_or(&number));
    let place = match user {
        Some(person) => world.place_device(person, &device, now),
        None => world.place_somewhere(draw, &device, now),
    };
    let place = place
        .ok_or_else(|| Refusal::bad_request(format!("a user has at most {MAX_DEVICES} phones")))?;
    let set = world.plant.settings_mut(place);
    set.name = Some(name.clone());
    set.site = Some(site);
    set.properties = asked.properties.unwrap_or_default();
    set.station_at = Some(Instant::now() + lag);
    ok(&entity::phone(&world, place, PhoneFields::ALL))
}

/// `PUT …/phones/{id}`, with the version that was read.
pub(super) fn change(call: &Call<'_>) -> Answer {
    let asked: PhoneRequest = call.read()?;
    let (name, site) = (asked.name()?, asked.site()?);
    asked.lines()?;
    let mut world = call.shared.world();
    let place = find(&world, call.id(0))?;
    let version = world.plant.settings(place).map_or(1, |set| set.version);
    match asked.version {
        None => return Err(missing("invalid.value", "version is required")),
        Some(given) if given != version => {
            return Err(conflict(format!(
                "The phone has version {version}, not {given}."
            )));
        }
        Some(_) => {}
    }
    unique(&world, name, Some(place))?;
    let set = world.plant.settings_mut(place);
    set.name = Some(name.clone());
    set.site = Some(site);
    if let Some(properties) = asked.properties {
        set.properties = properties;
    }
    set.version = set.version.saturating_add(1);
    ok(&entity::phone(&world, place, PhoneFields::ALL))
}

/// `DELETE …/phones/{id}`.
pub(super) fn delete(call: &Call<'_>) -> Answer {
    let mut world = call.shared.world();
    let place = find(&world, call.id(0))?;
    world.delete_device(place, Timestamp::now());
    Ok(reply::empty(StatusCode::OK))
}

/// `POST …/phones/{id}/reboot`.
pub(super) fn reboot(call: &Call<'_>) -> Answer {
    let place = find(&call.shared.world(), call.id(0))?;
    restart(call.shared, vec![place])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RebootRequest {
    #[serde(default)]
    phone_ids: Vec<CompactString>,
    site_id: Option<CompactString>,
}

/// `POST …/phones/reboot`: the phones that are named, or all of a site.
pub(super) fn reboot_several(call: &Call<'_>) -> Answer {
    let asked: RebootRequest = call.read()?;
    let world = call.shared.world();
    let places = if let Some(site) = &asked.site_id {
        let site = people::find_site(site).ok_or_else(|| {
            Refusal::not_found(format!("Unable to find a site with the id {site}"))
        })?;
        let all = world.places();
        let here = all.filter(|place| world.site_of(*place) == site);
        here.filter(|place| world.device(*place).is_some_and(entity::allows_reboot))
            .collect()
    } else {
        let ids = asked.phone_ids.iter();
        ids.map(|id| find(&world, id)).collect::<Result<_, _>>()?
    };
    drop(world);
    restart(call.shared, places)
}

/// Phones lose their registration and come back a moment later.
fn restart(shared: &Arc<Shared>, places: Vec<DeviceKey>) -> Answer {
    let world = shared.world();
    let stranded = |place: &DeviceKey| !world.plant.is_up(world.edge_of(*place));
    if places.iter().any(stranded) {
        return Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "providerapi.error.phone.no.active.edge",
            "The phone has no active edge.",
        ));
    }
    let able = |place: &&DeviceKey| world.device(**place).is_some_and(entity::allows_reboot);
    if let Some(odd) = places.iter().find(|place| !able(place)) {
        let name = world.phone_name(*odd);
        return Err(conflict(format!(
            "{name} cannot be rebooted: its capabilities do not allow it."
        )));
    }
    drop(world);
    let away = shared.faults().reboot_ms;
    let back = Arc::clone(shared);
    let begun = shared.errands.begin(async move {
        let turn = |on| {
            let now = Timestamp::now();
            let mut world = back.world();
            for place in &places {
                world.update(*place, Some(on), None, now);
            }
        };
        turn(false);
        tokio::time::sleep(away).await;
        turn(true);
    });
    if begun {
        Ok(reply::empty(StatusCode::ACCEPTED))
    } else {
        Err(busy())
    }
}

/// `GET …/phones/template`: what a new phone begins with.
pub(super) fn template(call: &Call<'_>) -> Answer {
    let base = call.query.get("phoneBaseSettingsId").unwrap_or_default();
    let kind = bases::kind_of_base(base).ok_or_else(|| {
        missing(
            "base.settings.required",
            "phoneBaseSettingsId is none there is",
        )
    })?;
    ok(&bases::blank_phone(kind))
}

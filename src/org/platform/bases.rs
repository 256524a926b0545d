//! The base settings of phones and lines, one of each for every kind of device there is, and the meta bases behind them.

use serde_json::{Value, json};

use super::access::TELEPHONY;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation, refer};
use crate::org::people::KINDS;
use crate::org::reply::Refusal;

const PHONE_BASES: &str = "phonebasesettings";
const LINE_BASES: &str = "linebasesettings";

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/phonebasesettings", TELEPHONY, |call| list(call, phone_base)),
    operation(Method::GET, "telephony/providers/edges/phonebasesettings/template", TELEPHONY, template),
    operation(Method::GET, "telephony/providers/edges/phonebasesettings/availablemetabases", TELEPHONY, |call| list(call, meta_base)),
    operation(Method::GET, "telephony/providers/edges/phonebasesettings/{phoneBaseId}", TELEPHONY, |call| one(call, phone_base_id, phone_base)),
    operation(Method::GET, "telephony/providers/edges/linebasesettings", TELEPHONY, |call| list(call, line_base)),
    operation(Method::GET, "telephony/providers/edges/linebasesettings/{lineBaseId}", TELEPHONY, |call| one(call, line_base_id, line_base)),
];

/// The phone base of a kind.
pub(super) fn phone_base_id(kind: &str) -> String {
    format!("phone-base-{kind}")
}

/// The line base of a kind.
pub(super) fn line_base_id(kind: &str) -> String {
    format!("line-base-{kind}")
}

/// The kind of a phone base.
pub(super) fn kind_of_base(id: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| phone_base_id(kind) == id)
}

/// The kind of a line base.
pub(super) fn kind_of_line_base(id: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| line_base_id(kind) == id)
}

/// A phone of a kind as it begins, without what only its maker knows.
pub(super) fn blank_phone(kind: &str) -> Value {
    json!({
        "name": "", "site": {}, "phoneBaseSettings": phone_base_ref(kind, true),
        "phoneMetaBase": phone_meta_base(kind), "lineBaseSettings": line_base_ref(kind), "properties": {},
        "lines": [{
            "name": "", "lineBaseSettings": line_base_ref(kind), "properties": line_properties(kind),
        }],
    })
}

/// The meta base of a kind: browsers' is known by its id.
fn meta_base_id(kind: &str) -> String {
    if kind == KINDS[0] {
        "inin_webrtc_softphone.json".to_owned()
    } else {
        format!("{kind}_generic.json")
    }
}

fn base_name(kind: &str) -> String {
    if kind == KINDS[0] {
        "WebRTC Phone".to_owned()
    } else {
        format!("{kind} desk phone")
    }
}

/// A reference to a kind's phone base; its name only where it is asked for.
pub(super) fn phone_base_ref(kind: &str, named: bool) -> Value {
    let id = phone_base_id(kind);
    if named {
        refer::to(PHONE_BASES, &id, &base_name(kind))
    } else {
        refer::unnamed(PHONE_BASES, &id)
    }
}

/// A reference to a kind's line base.
pub(super) fn line_base_ref(kind: &str) -> Value {
    refer::to(LINE_BASES, &line_base_id(kind), &base_name(kind))
}

/// A reference to a kind's meta base.
pub(super) fn phone_meta_base(kind: &str) -> Value {
    let id = meta_base_id(kind);
    json!({"id": id, "name": base_name(kind)})
}

/// What a line of a kind is set to. A browser's connection stays for ten minutes after the last call.
pub(super) fn line_properties(kind: &str) -> Value {
    let set = |value: Value| json!({"value": {"default": value, "instance": value}});
    let mut properties = json!({"station_label": set(json!(base_name(kind)))});
    if kind == KINDS[0] {
        properties["station_persistent_enabled"] = set(json!(true));
        properties["station_persistent_timeout"] = set(json!(600));
    }
    properties
}

fn phone_base(kind: &str) -> Value {
    let id = phone_base_id(kind);
    json!({
        "id": id, "name": base_name(kind), "version": 1, "state": "active",
        "phoneMetaBase": phone_meta_base(kind), "lines": [line_base(kind)], "properties": {},
        "selfUri": refer::edges_uri(PHONE_BASES, &id),
    })
}

fn line_base(kind: &str) -> Value {
    let id = line_base_id(kind);
    json!({
        "id": id, "name": base_name(kind), "version": 1, "state": "active",
        "lineMetaBase": {"id": format!("line_{}", meta_base_id(kind)), "name": base_name(kind)},
        "properties": line_properties(kind), "selfUri": refer::edges_uri(LINE_BASES, &id),
    })
}

fn meta_base(kind: &str) -> Value {
    let id = meta_base_id(kind);
    json!({"id": id, "name": base_name(kind), "state": "active"})
}

/// One page of what there is of each kind.
fn list(call: &Call<'_>, entity: fn(&str) -> Value) -> Answer {
    let page = Page::of(call, MOST)?;
    let name = call.query.get("name");
    let all = KINDS.into_iter().map(entity);
    let all: Vec<Value> = all
        .filter(|entity| name.is_none_or(|name| entity["name"] == name))
        .collect();
    let entities: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &entities, all.len())
}

/// The one of an id.
fn one(call: &Call<'_>, id: fn(&str) -> String, entity: fn(&str) -> Value) -> Answer {
    let asked = call.id(0);
    let kind = KINDS.into_iter().find(|kind| id(kind) == asked);
    let kind = kind.ok_or_else(|| {
        Refusal::not_found(format!("Unable to find base settings with the id {asked}"))
    })?;
    ok(&entity(kind))
}

/// The base settings that a meta base begins with.
fn template(call: &Call<'_>) -> Answer {
    let asked = call.query.get("phoneMetabaseId").unwrap_or_default();
    let kind = KINDS.into_iter().find(|kind| meta_base_id(kind) == asked);
    let kind = kind
        .ok_or_else(|| Refusal::bad_request(format!("phoneMetabaseId {asked:?} is not known")))?;
    let mut base = phone_base(kind);
    if let Some(fields) = base.as_object_mut() {
        fields.remove("id");
        fields.remove("selfUri");
    }
    ok(&base)
}

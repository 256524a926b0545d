//! The organisation itself: its name, its clock, its time zones, and the token that asks.

use hyper::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::access::NOTHING;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, empty, ok, operation};
use crate::org::auth::TokenId;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "organizations/me", NOTHING, organization),
    operation(Method::GET, "date", NOTHING, date),
    operation(Method::GET, "telephony/providers/edges/timezones", NOTHING, zones),
    operation(Method::GET, "tokens/me", NOTHING, token),
    operation(Method::HEAD, "tokens/me", NOTHING, |_| empty(StatusCode::OK)),
    operation(Method::DELETE, "tokens/me", NOTHING, revoke),
];

/// The id of the organisation; as any organisation's, it says nothing.
pub(super) const ID: &str = "7a4f0c52-9d1e-4b5c-8f6a-2c0d9e8b1f37";

/// What people call it.
const NAME: &str = "Trunkline Demo";

fn organization(_: &Call<'_>) -> Answer {
    ok(&json!({
        "id": ID, "name": NAME, "defaultLanguage": "en-us", "defaultCountryCode": "US",
        "domain": "org.example", "version": 1, "state": "active", "voicemailEnabled": false,
        "productPlatform": "GenesysCloud", "selfUri": "/api/v2/organizations/me",
    }))
}

fn date(_: &Call<'_>) -> Answer {
    ok(&json!({"currentDate": Timestamp::now()}))
}

/// Every zone of the IANA database, with its offset in minutes now.
fn zones(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let now = Timestamp::now();
    let names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect();
    let zone = |name: &String| {
        let offset = TimeZone::get(name).map_or(0, |zone| zone.to_offset(now).seconds() / 60);
        json!({
            "id": name, "name": name, "offset": offset, "canonicalId": name,
            "selfUri": format!("/api/v2/timezones/{name}"),
        })
    };
    let entities: Vec<Value> = page.of_all(&names).map(zone).collect();
    page.answer(call, &entities, names.len())
}

fn token(call: &Call<'_>) -> Answer {
    let grant = match call.holder.person {
        Some(_) => "CODE",
        None => "CLIENT-CREDENTIALS",
    };
    ok(&json!({
        "organization": {"id": ID, "name": NAME},
        "homeOrganization": {"id": ID, "name": NAME},
        "authorizedScope": [],
        "OAuthClient": {
            "id": call.shared.client.id, "name": "trunkline", "authorizedGrantType": grant, "state": "active",
        },
    }))
}

/// Ends the token, and with it the channels that it opened.
fn revoke(call: &Call<'_>) -> Answer {
    let id: TokenId = call.holder.id;
    call.shared.tokens().forget(id);
    call.shared.codes().forget(|token| token == id);
    call.shared.topics.book().revoke(|token| token == id);
    empty(StatusCode::OK)
}

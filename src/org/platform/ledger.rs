//! What the organisation remembers of calls to its API: who changed what (audits), who asked how much (usage), and whom a
//! limit stopped. All of it is the record of requests, which forgets the oldest.

use std::collections::BTreeMap;

use hyper::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{all, any};
use super::page::{MOST, Page};
use super::query::interval;
use super::sparse::{moment, sparse};
use super::{Answer, Call, Operation, home, ok, operation, refer};
use crate::org::access::Api;
use crate::org::record::Request;
use crate::org::reply::Refusal;
use crate::org::table::ServedPath;

const AUDITS: &[&str] = &["audits:audit:view"];
const USAGE: &[&str] = &["oauth:client:view", "usage:organization:view"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::POST, "audits/query/realtime", all(AUDITS), audits_now),
    operation(Method::POST, "audits/query", all(AUDITS), audits),
    operation(Method::GET, "audits/query/{transactionId}", all(AUDITS), audits_asked),
    operation(Method::GET, "audits/query/{transactionId}/results", all(AUDITS), audits_found),
    operation(Method::POST, "usage/query", any(USAGE), usage),
    operation(Method::GET, "usage/query/{executionId}/results", any(USAGE), usage_found),
    operation(Method::POST, "analytics/ratelimits/aggregates/query", any(&["analytics:rateLimitAggregate:view"]), limits),
];

/// The kinds of questions of this room.
const AUDIT: &str = "audits";
const USE: &str = "usage";

/// The services whose changes are audited, by what their paths begin with.
const SERVICES: [(&str, &str); 8] = [
    ("telephony", "Telephony"),
    ("stations", "Telephony"),
    ("users", "Directory"),
    ("routing", "Routing"),
    ("conversations", "Conversations"),
    ("integrations", "Integrations"),
    ("processautomation", "ProcessAutomation"),
    ("alerting", "Alerting"),
];

/// Calls of this API between two times, each with the path's template and its ids.
fn calls<T>(
    call: &Call<'_>,
    (from, to): (Timestamp, Timestamp),
    mut show: impl FnMut(&Request, &ServedPath<'_>) -> Option<T>,
) -> Vec<T> {
    let all = call.shared.requests().since(Some(from));
    let within = all.iter().filter(|request| request.at < to);
    within
        .filter_map(|request| {
            let path = request.path.split('?').next().unwrap_or_default();
            let found = ServedPath::of(path).filter(|found| found.api() == Api::Platform);
            show(request, &found?)
        })
        .collect()
}

/// Which changes are wanted (`AuditQueryRequest`, `AuditRealtimeQueryRequest`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuditQuery {
    interval: String,
    service_name: Option<String>,
    #[serde(default)]
    filters: Vec<AuditFilter>,
    #[serde(default)]
    sort: Vec<AuditSort>,
    page_number: Option<usize>,
    page_size: Option<usize>,
}

#[derive(Deserialize, serde::Serialize)]
struct AuditFilter {
    property: String,
    value: String,
}

#[derive(Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditSort {
    name: String,
    sort_order: String,
}

impl AuditFilter {
    /// Where in a message its property is.
    fn place(&self) -> Option<&'static str> {
        Some(match self.property.as_str() {
            "UserId" => "/user/id",
            "TrusteeOrganizationId" => "/userHomeOrgId",
            "ClientId" => "/client/id",
            "Action" => "/action",
            "EntityType" => "/entityType",
            "EntityId" => "/entity/id",
            _ => return None,
        })
    }

    fn wants(&self, message: &Value) -> bool {
        let found = self.place().and_then(|place| message.pointer(place));
        found.is_some_and(|found| *found == self.value.as_str())
    }
}

impl AuditQuery {
    /// What there is: the newest first, unless it is to be otherwise.
    fn answer(&self, call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
        let ends = interval(&self.interval)?;
        if let Some(odd) = self.filters.iter().find(|filter| filter.place().is_none()) {
            let message = format!("changes are not found by {:?}", odd.property);
            return Err(Refusal::bad_request(message));
        }
        let mut found = calls(call, ends, |request, found| message(call, request, found));
        let service = self.service_name.as_deref();
        found.retain(|one| {
            service.is_none_or(|service| one["serviceName"] == service)
                && self.filters.iter().all(|filter| filter.wants(one))
        });
        if self
            .sort
            .first()
            .is_none_or(|sort| sort.sort_order != "ascending")
        {
            found.reverse();
        }
        Ok(found)
    }

    /// The question as it is told again.
    fn entity(&self) -> Value {
        sparse(json!({
            "interval": self.interval, "serviceName": self.service_name, "filters": self.filters, "sort": self.sort,
        }))
    }
}

/// A call that changed something, or was to (`AuditLogMessage`).
fn message(call: &Call<'_>, request: &Request, found: &ServedPath<'_>) -> Option<Value> {
    let first = found.template().split('/').next()?;
    let (_, service) = SERVICES.iter().find(|(path, _)| *path == first)?;
    let action = match request.verb {
        Method::POST if !found.asks() => "Create",
        Method::PUT | Method::PATCH => "Update",
        Method::DELETE => "Delete",
        _ => return None,
    };
    // The last word before an id says what it is of.
    let words = found.template().split('/');
    let mut words = words.filter(|word| !word.starts_with('{'));
    let id = Uuid::from_u128(request.at.as_nanosecond().unsigned_abs()).to_string();
    let client = if request.person.is_some() {
        call.shared.person_client()
    } else {
        call.shared.client.id.clone()
    };
    let user = request
        .person
        .map(|person| refer::user(&call.shared.world(), person));
    Some(sparse(json!({
        "id": id, "userHomeOrgId": home::ID, "user": user, "client": {"id": client}, "serviceName": service,
        "level": "USER", "eventDate": moment(request.at), "action": action,
        "entity": found.ids.last().map(|id| json!({"id": id})), "entityType": words.next_back(),
        "status": if request.status < 400 { "SUCCESS" } else { "FAILURE" },
    })))
}

/// `POST audits/query/realtime`.
fn audits_now(call: &Call<'_>) -> Answer {
    let asked: AuditQuery = call.read()?;
    let page = Page::at(asked.page_number, asked.page_size, MOST)?;
    let found = asked.answer(call)?;
    let shown: Vec<&Value> = page.of_all(&found).collect();
    let mut body = page.body(call, &shown, found.len());
    body.retain(|field, _| !field.ends_with("Uri"));
    ok(&body)
}

/// `POST audits/query`.
fn audits(call: &Call<'_>) -> Answer {
    let asked: AuditQuery = call.read()?;
    let found = asked.answer(call)?;
    let (id, at) = call
        .shared
        .records()
        .later
        .ask(AUDIT, asked.entity(), found);
    ok(&status(asked.entity(), &id, at, false))
}

fn status(mut asked: Value, id: &str, at: Timestamp, done: bool) -> Value {
    asked["id"] = json!(id);
    asked["state"] = json!(if done { "Succeeded" } else { "Running" });
    asked["startDate"] = json!(moment(at));
    asked
}

/// `GET audits/query/{transactionId}`.
fn audits_asked(call: &Call<'_>) -> Answer {
    let mut records = call.shared.records();
    let one = records.later.get(AUDIT, call.id(0))?;
    ok(&status(one.asked.clone(), &one.id, one.at, one.is_done()))
}

/// `GET audits/query/{transactionId}/results`.
fn audits_found(call: &Call<'_>) -> Answer {
    let mut records = call.shared.records();
    let one = records.later.get(AUDIT, call.id(0))?;
    let (part, cursor) = one.part(call)?;
    let body = json!({"id": one.id, "pageSize": part.len(), "cursor": cursor, "entities": part});
    ok(&sparse(body))
}

/// How much was asked, by what (`ApiUsageOrganizationQuery`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageQuery {
    interval: String,
    #[serde(default)]
    group_by: Vec<String>,
}

/// What usage can be told apart by, and the field of a row that says it.
const GROUPS: [(&str, &str); 5] = [
    ("OAuthClientId", "clientId"),
    ("OrganizationId", "organizationId"),
    ("UserId", "userId"),
    ("TemplateUri", "templateUri"),
    ("HttpMethod", "httpMethod"),
];

/// `POST usage/query`.
fn usage(call: &Call<'_>) -> Answer {
    let asked: UsageQuery = call.read()?;
    let ends = interval(&asked.interval)?;
    let mut rows = BTreeMap::<Vec<Option<String>>, [usize; 6]>::new();
    let wants = |group: &str| asked.group_by.iter().any(|by| by == group);
    calls(call, ends, |request, found| {
        let person = request
            .person
            .map(|person| crate::org::state::user_id(person).to_string());
        let client = &call.shared.client.id;
        let client = person
            .as_ref()
            .map_or_else(|| client.clone(), |_| call.shared.person_client());
        let values = [
            Some(client),
            Some(home::ID.to_owned()),
            person,
            Some(format!("/api/v2/{}", found.template())),
            Some(request.verb.to_string()),
        ];
        let key = GROUPS.iter().zip(values);
        let key = key
            .map(|((group, _), value)| value.filter(|_| wants(group)))
            .collect();
        let counts = rows.entry(key).or_default();
        counts[0] += 1;
        match request.status {
            429 => counts[5] += 1,
            200..300 => counts[1] += 1,
            300..400 => counts[2] += 1,
            400..500 => counts[3] += 1,
            500.. => counts[4] += 1,
            _ => {}
        }
        None::<()>
    });
    let row = |(key, counts): (Vec<Option<String>>, [usize; 6])| {
        let names = [
            "requests",
            "status200",
            "status300",
            "status400",
            "status500",
            "status429",
        ];
        let fields = GROUPS
            .iter()
            .zip(key)
            .filter_map(|((_, field), value)| Some((*field, json!(value?))));
        let counts = names
            .into_iter()
            .zip(counts)
            .map(|(name, count)| (name, json!(count)));
        fields
            .chain(counts)
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>()
            .into()
    };
    let found = rows.into_iter().map(row).collect();
    let (id, _) = call.shared.records().later.ask(USE, Value::Null, found);
    let uri = format!("/api/v2/usage/query/{id}/results");
    ok(&json!({"executionId": id, "resultsUri": uri}))
}

/// `GET usage/query/{executionId}/results`.
fn usage_found(call: &Call<'_>) -> Answer {
    let mut records = call.shared.records();
    let one = records.later.get(USE, call.id(0))?;
    if !one.is_done() {
        return ok(&json!({"results": [], "queryStatus": "Running"}));
    }
    ok(&json!({"results": one.found, "queryStatus": "Complete"}))
}

/// Over which time (`RateLimitAggregationQuery`).
#[derive(Deserialize)]
struct RateLimitQuery {
    interval: String,
    metrics: Vec<String>,
}

/// What aggregates of limits are counted by.
const RECORDED: &str = "oRateLimitRecorded";

/// `POST analytics/ratelimits/aggregates/query`: how often the limit of calls stopped somebody, where it ever did.
fn limits(call: &Call<'_>) -> Answer {
    let asked: RateLimitQuery = call.read()?;
    let ends = interval(&asked.interval)?;
    let wanted = asked.metrics.iter().any(|metric| metric == RECORDED);
    let stopped = calls(call, ends, |request, _| {
        (request.status == 429).then_some(())
    })
    .len();
    if !wanted || stopped == 0 {
        return ok(&json!({"results": []}));
    }
    let limit = call.shared.rate_limit;
    ok(&json!({"results": [{
        "group": {"namespace": "platform.api", "max": limit.to_string()},
        "data": [{"interval": asked.interval, "metrics": [
            {"metric": RECORDED, "stats": {"count": stopped, "max": limit}},
        ]}],
    }]}))
}

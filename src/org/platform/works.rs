//! What is done with an edge: its software, its logs, what it finds out about the network, and whom its site connects to.

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{NOTHING, TELEPHONY, any};
use super::estate::{SOFTWARE, address, find, find_site};
use super::sparse::moment;
use super::{Answer, Call, Method, Operation, empty, metrics, ok, operation, refer};
use crate::org::edges;
use crate::org::people::SITES;
use crate::org::reply::{self, Refusal};
use crate::org::state::World;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/expired", any(&["telephony:plugin:all", "internal:edge:view"]), |_| ok(&json!({"entities": []}))),
    operation(Method::GET, "telephony/providers/edges/edgeversionreport", NOTHING, |_| {
        let version = json!({"softwareVersion": SOFTWARE});
        ok(&json!({"oldestVersion": version, "newestVersion": version}))
    }),
    operation(Method::GET, "telephony/providers/edges/{edgeId}/softwareupdate", NOTHING, software),
    operation(Method::POST, "telephony/providers/edges/{edgeId}/logs/jobs", TELEPHONY, gather),
    operation(Method::GET, "telephony/providers/edges/{edgeId}/logs/jobs/{jobId}", TELEPHONY, gathered),
    operation(Method::POST, "telephony/providers/edges/{edgeId}/logs/jobs/{jobId}/upload", TELEPHONY, upload),
    operation(Method::POST, "telephony/providers/edges/{edgeId}/diagnostic/{kind}", TELEPHONY, diagnose),
    operation(Method::GET, "telephony/providers/edges/{edgeId}/diagnostic/{kind}", TELEPHONY, diagnosed),
    operation(Method::GET, "telephony/providers/edges/sites/{siteId}/siteconnections", any(&["telephony:plugin:all", "telephony:sites:view"]), connections),
];

/// What an edge can find out about the network.
const DIAGNOSTICS: [&str; 4] = ["ping", "tracepath", "nslookup", "route"];

/// The kinds of questions of this room.
const LOGS: &str = "edge logs";

/// `GET …/{edgeId}/softwareupdate`: every edge has the one release that there is.
fn software(call: &Call<'_>) -> Answer {
    find(call)?;
    let uri = refer::uri("/api/v2/telephony/providers/edges", call.id(0));
    ok(&json!({
        "version": {
            "id": SOFTWARE, "name": SOFTWARE, "edgeVersion": SOFTWARE, "edgeUri": uri, "current": true, "latestRelease": true,
        },
        "executeOnIdle": false, "status": "NONE", "edgeUri": uri, "current": true,
    }))
}

/// Which logs are wanted (`EdgeLogsJobRequest`).
#[derive(Deserialize)]
struct LogsRequest {
    path: Option<String>,
    query: Option<String>,
}

/// Where the one log of an edge is: what it measured of itself.
const LOG: &str = "/var/log/metrics.json";

/// `POST …/{edgeId}/logs/jobs`: the logs below a path, whose names have the query in them.
fn gather(call: &Call<'_>) -> Answer {
    let number = find(call)?;
    let asked: LogsRequest = call.read()?;
    let below = LOG.starts_with(asked.path.as_deref().unwrap_or("/"));
    let wanted = below && LOG.contains(asked.query.as_deref().unwrap_or_default());
    let (size, name) = {
        let world = call.shared.world();
        let size = metrics::metrics(&world, number).to_string().len();
        (size, logs_of(&world, number))
    };
    let file = json!({
        "id": Uuid::new_v4().to_string(), "name": "metrics.json", "state": "active", "timeCreated": moment(Timestamp::now()),
        "sizeBytes": size, "uploadStatus": "NOT_UPLOADED", "edgePath": LOG,
    });
    let files = Vec::from_iter(wanted.then_some(file));
    let mut records = call.shared.records();
    let (id, at) = records.later.ask(LOGS, json!(call.id(0)), files);
    let body = json!({
        "id": id, "name": name, "state": "active",
        "dateCreated": moment(at), "selfUri": refer::uri(call.path, &id),
    });
    Ok(reply::json(StatusCode::ACCEPTED, &body))
}

/// `GET …/{edgeId}/logs/jobs/{jobId}`.
fn gathered(call: &Call<'_>) -> Answer {
    let number = find(call)?;
    let name = logs_of(&call.shared.world(), number);
    let mut records = call.shared.records();
    let job = records.later.get(LOGS, call.id(1))?;
    of_edge(call, &job.asked)?;
    let files = if job.is_done() { &job.found[..] } else { &[] };
    ok(&json!({
        "id": job.id, "name": name, "state": "active",
        "dateCreated": moment(job.at), "files": files, "selfUri": call.path,
    }))
}

fn logs_of(world: &World, number: usize) -> String {
    format!("Logs of {}", world.plant.named(number).1)
}

/// Refuses a job that is another edge's.
fn of_edge(call: &Call<'_>, edge: &Value) -> Result<(), Refusal> {
    if edge == call.id(0) {
        return Ok(());
    }
    let message = format!("{} is a job of another edge.", call.id(1));
    Err(Refusal::not_found(message))
}

/// Which files are to be kept (`EdgeLogsJobUploadRequest`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UploadRequest {
    file_ids: Vec<String>,
}

/// `POST …/{edgeId}/logs/jobs/{jobId}/upload`.
fn upload(call: &Call<'_>) -> Answer {
    find(call)?;
    let UploadRequest { file_ids } = call.read()?;
    let mut records = call.shared.records();
    let job = records.later.get(LOGS, call.id(1))?;
    of_edge(call, &job.asked)?;
    let known = |id: &String| job.found.iter().any(|file| file["id"] == id.as_str());
    if let Some(odd) = file_ids.iter().find(|id| !known(id)) {
        return Err(Refusal::not_found(format!("The job has no file {odd}.")));
    }
    for file in &mut job.found {
        if file_ids.iter().any(|id| file["id"] == id.as_str()) {
            file["uploadStatus"] = json!("UPLOADED");
            file["downloadId"] = file["id"].clone();
        }
    }
    empty(StatusCode::ACCEPTED)
}

/// The edge of a call and what it is to find out.
fn kind<'a>(call: &'a Call<'_>) -> Result<(usize, &'a str), Refusal> {
    let (number, kind) = (find(call)?, call.id(1));
    if DIAGNOSTICS.contains(&kind) {
        return Ok((number, kind));
    }
    let message = format!("An edge has no diagnostic {kind}.");
    Err(Refusal::not_found(message))
}

/// What is looked for (`EdgeNetworkDiagnosticRequest`).
#[derive(Deserialize)]
struct DiagnosticRequest {
    host: String,
}

/// `POST …/{edgeId}/diagnostic/{kind}`.
fn diagnose(call: &Call<'_>) -> Answer {
    let (number, kind) = kind(call)?;
    let DiagnosticRequest { host } = call.read()?;
    let text = found_out(&call.shared.world(), number, kind, &host);
    let id = Uuid::new_v4().to_string();
    let place = (number, kind.to_owned());
    let mut records = call.shared.records();
    records.diagnostics.insert(place, (id.clone(), text));
    ok(&json!({"id": id, "selfUri": call.path}))
}

/// `GET …/{edgeId}/diagnostic/{kind}`: the last; nothing where none was asked for.
fn diagnosed(call: &Call<'_>) -> Answer {
    let (number, kind) = kind(call)?;
    let records = call.shared.records();
    let found = records.diagnostics.get(&(number, kind.to_owned()));
    ok(&found.map_or_else(
        || json!({"diagnostics": ""}),
        |(id, text)| json!({"commandCorrelationId": id, "diagnostics": text}),
    ))
}

/// What an edge learns of a host: those of the carriers are known, by name or by address, and answer unless they are down.
fn found_out(world: &World, number: usize, kind: &str, host: &str) -> String {
    let (own, _) = world.plant.named(number);
    if !world.plant.is_up(number) {
        return format!("{own} is out of service: nothing was sent");
    }
    let mut known = world.carriers.iter().zip(&world.plant.carriers);
    let named = known.find(|(carrier, told)| {
        let at = told.proxy.rsplit_once(':').map(|(at, _)| at);
        carrier.id == host || told.proxy == host || at == Some(host)
    });
    let Some((carrier, told)) = named else {
        return format!("{host}: no such host is known to {own}");
    };
    let answers = carrier.health != crate::org::carriers::DOWN;
    match kind {
        "nslookup" => format!("{host} is {}", told.proxy),
        "ping" if answers => format!("{} answers", told.proxy),
        "ping" => format!("{} does not answer", told.proxy),
        _ => {
            let reached = if answers {
                told.proxy.as_str()
            } else {
                "no reply"
            };
            format!("1: {} ({own})\n2: {reached}", address(number))
        }
    }
}

/// `GET …/sites/{siteId}/siteconnections`: through the cloud to every other site.
fn connections(call: &Call<'_>) -> Answer {
    let own = find_site(call.id(0))?;
    let world = call.shared.world();
    let others = (0..).zip(SITES).filter(|(number, _)| *number != own);
    let connection = |(number, _): (u8, &str)| {
        let edge = edges::serving(number);
        let mut site = refer::site(number);
        site["managed"] = json!(false);
        site["type"] = json!("CloudProxy");
        site["enabled"] = json!(world.plant.is_up(edge) && world.plant.is_up(edges::serving(own)));
        site["mediaModel"] = json!("Cloud");
        site["coreSite"] = json!(false);
        let mut to = refer::edge(&world, edge);
        to["interfaceName"] = json!("eth0");
        to["interfaceIpAddress"] = json!(address(edge));
        site["edgeList"] = json!([to]);
        site
    };
    let all: Vec<Value> = others.map(connection).collect();
    let own = refer::site(own);
    ok(&json!({
        "id": own["id"], "name": own["name"], "siteConnections": all, "selfUri": call.path,
    }))
}

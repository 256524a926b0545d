//! Answers that no well-behaved organisation gives: what can be used is shown, the rest is said, the exit code tells.

#![allow(
    clippy::unwrap_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "common/all.rs"]
mod common;

use std::process::Output;

use serde_json::{Value, json};

use common::program::{program, said};
use common::server::{Server, answer};
use tokio::runtime::Runtime;

const USERS: &str =
    r#"{"entities":[{"id":"u-1","name":"Ana"},{"name":"no id"}],"total":2,"pageCount":1}"#;
const DEVICES: &str = r#"{"entities":[
    {"userId":"u-1","device":{"id":"d-1"},"registered":true,"activeCodecs":["opus"]},
    {"userId":"u-1","device":{"id":"d-2"}}]}"#;

/// What is answered, with its status, to the list of users and to the registrations of one.
type Script = (u16, &'static str, &'static str);

/// Runs `get registrations --csv` on an organisation that follows the script.
fn get((status, users, devices): Script) -> Output {
    let org = Org::start("direct", move |path, _| match path {
        path if path.contains("/registrations") => (200, devices.to_owned()),
        _ => (status, users.to_owned()),
    });
    org.run(&["get", "registrations", "--csv"])
}

const TOKEN: &str = r#"{"access_token":"t","token_type":"Bearer","expires_in":7200,"scope":"telephony:users:read websocket:read telephony:providers:read callback:read callback:write"}"#;

/// An organisation that answers as a test says, and its profile.
struct Org {
    server: Server,
    folder: tempfile::TempDir,
    _runtime: Runtime,
}

impl Org {
    fn start(
        api: &str,
        answers: impl Fn(&str, usize) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::plain(move |seen, before| {
            if seen.path.contains("/oauth/token") {
                return answer(200, TOKEN);
            }
            let (status, body) = answers(&seen.path, before);
            answer(status, &body)
        }));
        let base = server.url();
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[profiles.x]\napi = \"{api}\"\nbase_url = \"{base}\"\nclient_id = \"c\"\nclient_secret_env = \"S\"\nrequests_per_minute = 100000\n"
        );
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        Self {
            server,
            folder,
            _runtime: runtime,
        }
    }

    fn run(&self, args: &[&str]) -> Output {
        program(self.folder.path())
            .env("S", "secret")
            .arg("--config")
            .arg(self.folder.path().join("config.toml"))
            .args(args)
            .output()
            .unwrap()
    }

    /// How often a path was asked for.
    fn asked(&self, part: &str) -> usize {
        let seen = self.server.seen();
        seen.iter().filter(|seen| seen.path.contains(part)).count()
    }
}

#[test]
fn a_page_in_place_of_an_answer_is_named_by_its_title_made_harmless() {
    let page = "<html><title>\u{1b}[2J sign in</title></html>";
    let output = get((200, page, DEVICES));
    let told = said(&output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("answered by something in between"), "{told}");
    assert!(told.contains("\"\\u{1b}[2J sign in\""), "{told}");
}

#[test]
fn a_permission_that_is_missing_is_told_by_its_scopes() {
    let refusal = r#"{"message":"no","code":"missing.permissions","status":403,"contextId":"c-1"}"#;
    let output = get((403, refusal, DEVICES));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("telephony:users:read"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("c-1"), "{}", said(&output));
}

#[test]
fn entries_without_a_required_field_are_told_while_the_rest_is_shown() {
    let output = get((200, USERS, DEVICES));
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(rows.contains("ok,Ana,d-1,opus,"), "{rows}");
    assert!(
        said(&output).contains("not everything could be used"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_spreadsheet_runs_nothing_that_a_name_says_unless_the_cells_are_asked_for_raw() {
    let users =
        r#"{"entities":[{"id":"u-1","name":"=cmd|' /C calc'!A0"}],"total":1,"pageCount":1}"#;
    let devices = r#"{"entities":[{"userId":"u-1","device":{"id":"@d"},"registered":true,"activeCodecs":["+opus"]}]}"#;
    let of = |format| {
        let org = Org::start("direct", move |path, _| match path {
            path if path.contains("/registrations") => (200, devices.to_owned()),
            _ => (200, users.to_owned()),
        });
        let output = org.run(&["get", "registrations", format]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let safe = of("--csv");
    assert!(
        safe.contains("ok,'=cmd|' /C calc'!A0,'@d,'+opus,"),
        "{safe}"
    );
    let raw = of("--csv-raw");
    assert!(raw.contains("ok,=cmd|' /C calc'!A0,@d,+opus,"), "{raw}");
    let json = of("--json");
    assert!(json.contains(r#""user": "=cmd|' /C calc'!A0""#), "{json}");
}

fn rows(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn users(ids: &[&str]) -> String {
    let entities: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "name": id.to_uppercase()}))
        .collect();
    json!({"entities": entities, "total": ids.len(), "pageCount": 1}).to_string()
}

/// The device of whoever is asked for.
fn device(path: &str) -> String {
    let user = path.split('/').rev().nth(1).unwrap_or_default();
    let device = json!({"id": format!("d-{user}")});
    json!({"entities": [{"userId": user, "device": device, "registered": true}]}).to_string()
}

#[test]
fn one_person_who_cannot_be_read_costs_nobody_else() {
    for (name, status, body) in [
        ("an error", 500, r#"{"message":"boom","status":500}"#),
        (
            "a refusal",
            403,
            r#"{"message":"no","code":"missing.permissions"}"#,
        ),
        ("garbage", 200, "{"),
        ("another service", 200, "<html>sign in</html>"),
    ] {
        let org = Org::start("direct", move |path, _| match path {
            path if path.contains("/u-2/registrations") => (status, body.to_owned()),
            path if path.contains("/registrations") => (200, device(path)),
            _ => (200, users(&["u-1", "u-2", "u-3", "u-4"])),
        });
        let output = org.run(&["get", "registrations", "--json"]);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(5), "{name}: {told}");
        assert_eq!(rows(&output).len(), 3, "{name}");
        assert!(
            told.contains("1 of 4 users could not be read: U-2 (u-2)"),
            "{name}: {told}"
        );
        let report = org.run(&["report", "--json"]);
        assert_eq!(report.status.code(), Some(5), "{name}: {}", said(&report));
        assert!(said(&report).contains("U-2 (u-2)"), "{name}");
    }
}

#[test]
fn a_person_who_was_listed_and_is_not_there_is_said_to_be_missing() {
    let gone = r#"{"message":"not found","code":"not.found","status":404}"#;
    let org = Org::start("direct", move |path, _| match path {
        path if path.contains("/u-2/registrations") => (404, gone.to_owned()),
        path if path.contains("/registrations") => (200, device(path)),
        _ => (200, users(&["u-1", "u-2", "u-3"])),
    });
    let output = org.run(&["get", "registrations", "--json"]);
    let told = said(&output);
    assert_eq!(
        (output.status.code(), rows(&output).len()),
        (Some(5), 2),
        "{told}"
    );
    assert!(
        told.contains("user u-2 is listed and not there any more (404)"),
        "{told}"
    );
}

#[test]
fn where_nobody_can_be_read_that_is_what_is_said() {
    for (status, exit) in [(404, 4), (500, 4), (403, 3)] {
        let org = Org::start("direct", move |path, _| match path {
            path if path.contains("/registrations") => (status, "{}".to_owned()),
            _ => (200, users(&["u-1", "u-2", "u-3"])),
        });
        let output = org.run(&["get", "registrations"]);
        assert_eq!(
            output.status.code(),
            Some(exit),
            "{status}: {}",
            said(&output)
        );
    }
}

/// How a list of 150 is paged; `entries` is by place, from 0.
struct Paging {
    name: &'static str,
    /// The places on a page, counting from 1.
    on: fn(u32) -> std::ops::Range<usize>,
    /// What is beside the entities.
    beside: fn() -> Value,
    /// Rows that come of it, whether it can be believed, and calls at most.
    rows: usize,
    exit: i32,
    calls: usize,
}

fn two(page: u32) -> std::ops::Range<usize> {
    match page {
        1 => 0..100,
        2 => 100..150,
        _ => 0..0,
    }
}

#[rustfmt::skip]
const PAGINGS: [Paging; 13] = [
    Paging { name: "fine", on: two, beside: || json!({"total": 150, "pageCount": 2}), rows: 150, exit: 0, calls: 2 },
    Paging { name: "for ever, uncounted", on: |_| 0..100, beside: || json!({"nextUri": "https://elsewhere.example/"}), rows: 100, exit: 5, calls: 3 },
    Paging { name: "for ever, counted", on: |_| 0..100, beside: || json!({"total": 999_900, "pageCount": 9_999}), rows: 100, exit: 5, calls: 8 },
    Paging { name: "a row twice", on: |n| if n == 2 { 99..150 } else { two(n) }, beside: || json!({"total": 150, "pageCount": 2}), rows: 150, exit: 0, calls: 2 },
    Paging { name: "an empty page between", on: |n| match n { 2 => 0..0, 3 => 100..150, n => two(n) }, beside: || json!({"total": 150, "pageCount": 3}), rows: 150, exit: 0, calls: 3 },
    Paging { name: "no pages", on: two, beside: || json!({"total": 150, "pageCount": 0}), rows: 150, exit: 0, calls: 2 },
    Paging { name: "total alone", on: two, beside: || json!({"total": 150}), rows: 150, exit: 0, calls: 2 },
    Paging { name: "nothing counted", on: two, beside: || json!({}), rows: 150, exit: 0, calls: 3 },
    Paging { name: "counted in words", on: two, beside: || json!({"total": "150", "pageCount": "2"}), rows: 150, exit: 0, calls: 2 },
    Paging { name: "pages without end", on: two, beside: || json!({"total": 150, "pageCount": 4_000_000_000_u64}), rows: 150, exit: 0, calls: 12 },
    Paging { name: "a page of its own size", on: |n| if n == 1 { 0..150 } else { 0..0 }, beside: || json!({"total": 150, "pageCount": 1}), rows: 150, exit: 0, calls: 1 },
    Paging { name: "fewer than there are", on: |n| if n == 1 { 0..90 } else { 0..0 }, beside: || json!({"total": 95, "pageCount": 1}), rows: 90, exit: 5, calls: 2 },
    Paging { name: "small pages, total alone", on: |n| { let from = (n as usize - 1) * 50; if from < 150 { from..from + 50 } else { 0..0 } }, beside: || json!({"total": 150}), rows: 150, exit: 0, calls: 3 },
];

fn page_number(path: &str) -> u32 {
    let number = path.split("pageNumber=").nth(1);
    number
        .and_then(|n| n.split('&').next()?.parse().ok())
        .unwrap_or(1)
}

fn phone(n: usize) -> Value {
    json!({"id": format!("p-{n:03}"), "name": format!("phone {n}"), "webRtcUser": {"id": format!("u-{n}"), "name": format!("Person {n}")},
        "status": {"operationalStatus": "OPERATIONAL"}})
}

fn user(n: usize) -> Value {
    json!({"id": format!("u-{n}"), "name": format!("Person {n}")})
}

/// The list that an API begins with, its path, and what one entry is.
type List = (&'static str, &'static str, fn(usize) -> Value);
const LISTS: [List; 2] = [
    ("direct", "/api/v2/users?", user),
    ("platform", "/edges/phones?", phone),
];

fn paged(paging: &'static Paging, make: fn(usize) -> Value, path: &str) -> String {
    let number = page_number(path);
    let mut body = (paging.beside)();
    body["entities"] = (paging.on)(number).map(make).collect();
    body.to_string()
}

#[test]
fn a_list_is_read_as_organisations_really_page_it() {
    for (api, list, make) in LISTS {
        for paging in &PAGINGS {
            let org = Org::start(api, move |path, _| match path {
                path if path.contains("/registrations") => (200, device(path)),
                path => (200, paged(paging, make, path)),
            });
            let output = org.run(&["get", "registrations", "--json"]);
            let (name, told, calls) = (paging.name, said(&output), org.asked(list));
            assert_eq!(
                output.status.code(),
                Some(paging.exit),
                "{api}, {name}: {told}"
            );
            let mut devices: Vec<_> = rows(&output)
                .iter()
                .map(|row| row["deviceId"].to_string())
                .collect();
            assert_eq!(devices.len(), paging.rows, "{api}, {name}: {told}");
            devices.sort_unstable();
            devices.dedup();
            assert_eq!(
                devices.len(),
                paging.rows,
                "{api}, {name}: a row came twice"
            );
            // On the Platform API the next round over the phones may have begun.
            let most = paging.calls + usize::from(api == "platform");
            assert!(calls <= most, "{api}, {name}: {calls} calls");
            assert_eq!(
                told.contains("not whole"),
                paging.exit == 5,
                "{api}, {name}: {told}"
            );
        }
    }
}

#[test]
fn a_page_that_cannot_be_read_costs_only_itself() {
    let null = r#"{"entities":null,"total":150,"pageCount":2}"#;
    for (api, _, make) in LISTS {
        for (status, body) in [
            (500, r#"{"message":"boom"}"#),
            (200, null),
            (200, r#"{"total":150}"#),
            (200, "<html>"),
        ] {
            let org = Org::start(api, move |path, _| match path {
                path if path.contains("/registrations") => (200, device(path)),
                path if page_number(path) == 2 => (status, body.to_owned()),
                path => (200, paged(&PAGINGS[0], make, path)),
            });
            let output = org.run(&["get", "registrations", "--json"]);
            let told = said(&output);
            assert_eq!(output.status.code(), Some(5), "{api}, {body}: {told}");
            assert_eq!(rows(&output).len(), 100, "{api}, {body}");
            assert!(
                told.contains("only 100 of 150 came: 1 page could not be read"),
                "{api}: {told}"
            );
        }
    }
}

/// A queue for every spelling of a zone: known, of Windows, an offset, empty, absent.
fn zones() -> Vec<Value> {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let hours: Vec<Value> = days
        .iter()
        .map(|day| json!({"day": day, "open": "08:00", "close": "18:00"}))
        .collect();
    let zones = [
        json!("Asia/Kolkata"),
        json!("India Standard Time"),
        json!("GMT+05:30"),
        json!("Mars/Olympus"),
        json!(""),
        Value::Null,
    ];
    let queue = |(n, zone): (usize, &Value)| {
        let mut queue = json!({
            "id": format!("q-{n}"), "name": format!("Queue {n}"), "operatingHours": hours,
            "maxConcurrentCallbacks": 50, "scheduledCallbacks": 0,
        });
        if !zone.is_null() {
            queue["timeZone"] = zone.clone();
        }
        queue
    };
    zones.iter().enumerate().map(queue).collect()
}

#[test]
fn a_time_without_an_offset_is_by_the_clock_of_its_queue_or_is_refused() {
    let queues = zones();
    let org = Org::start("direct", move |path, _| {
        let one = queues
            .iter()
            .find(|queue| path.ends_with(queue["id"].as_str().unwrap()));
        match one {
            Some(queue) => (200, queue.to_string()),
            None if path.contains("/callbacks") => (200, json!({"entities": []}).to_string()),
            None => (200, json!({"entities": queues}).to_string()),
        }
    });
    // Within the hours of every day, and in years of four digits.
    let day = jiff::Zoned::now()
        .date()
        .saturating_add(jiff::Span::new().days(7));
    let file = org.folder.path().join("b.csv");
    for (n, offset) in [
        (0, Some("+05:30")),
        (1, Some("+05:30")),
        (2, Some("+05:30")),
        (3, None),
        (4, None),
        (5, None),
    ] {
        let row = format!("+14155550123,q-{n},{day}T09:00,{day}T09:30,r");
        let text = format!("callback_number,queue_id,start,end,reason\n{row}\n");
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let output = org.run(&["callback", "book", "--csv", file, "--dry-run", "--json"]);
        let told = said(&output);
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let row = &printed["rows"][0];
        let start = &row["request"]["body"]["time_slot_matrix"][0]["start"];
        if let Some(offset) = offset {
            assert_eq!(output.status.code(), Some(0), "q-{n}: {told}");
            assert_eq!(*start, json!(format!("{day}T09:00:00{offset}")), "q-{n}");
            continue;
        }
        assert_eq!(output.status.code(), Some(2), "q-{n}: {printed}{told}");
        let message = row["message"].as_str().unwrap();
        assert!(
            message.contains(&format!("the clock of queue Queue {n} is not known"))
                && message.contains("write the time with an offset"),
            "q-{n}: {message}"
        );
        assert!(n != 3 || message.contains("Mars/Olympus"), "{message}");
        assert_eq!(*start, Value::Null, "q-{n}");
        let sent = org.run(&["callback", "book", "--csv", file, "--yes"]);
        assert_eq!(sent.status.code(), Some(2), "q-{n}: {}", said(&sent));
    }
}

#[test]
fn a_queue_of_an_organisation_without_a_list_is_read_alone_and_can_be_booked() {
    let queue = zones()[0].clone();
    let org = Org::start("direct", move |path, _| {
        if path.ends_with("/queues/q-0") {
            return (200, queue.to_string());
        }
        let gone = r#"{"message":"not found","code":"not.found","status":404}"#;
        (404, gone.to_owned())
    });
    let day = jiff::Zoned::now()
        .date()
        .saturating_add(jiff::Span::new().days(7));
    let file = org.folder.path().join("b.json");
    for (queue, hour, code) in [("q-0", "09", 0), ("q-0", "03", 2)] {
        let slot = json!({"start": format!("{day}T{hour}:00:00+05:30"), "end": format!("{day}T{hour}:15:00+05:30")});
        let body = json!({
            "callback_id": "cb_1", "callback_number": "+14155550123", "time_slot_matrix": [slot], "queue_id": queue,
            "channel_preferences": {"primary": "voice", "allow_sms": false}, "reason": "r", "concurrency_limit": 1,
        });
        std::fs::write(&file, body.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let output = org.run(&["callback", "book", "-f", file, "--dry-run"]);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{hour}: {}",
            said(&output)
        );
    }
}

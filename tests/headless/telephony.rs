//! What telephony people ask a hundred times a day, of the program: whose number, how calls sound, who cannot be called, and any call of
//! the API.

use std::process::Output;

use serde_json::{Value, json};

use super::{Far, said};

fn rows(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written_with_whose_it_is() {
    let far = Far::start(&[
        "--users",
        "60",
        "--api",
        "platform",
        "--fault",
        "double-numbers=1",
    ]);
    let who = |asked: &str| rows(&far.run(&["whois", asked, "--json"]));
    let found = who("+49 30 23125 001");
    let [one] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (&one["state"], &one["ownerId"]),
        (&json!("assigned"), &json!("u-2"))
    );
    assert_eq!(one["pool"], "Direct dial");
    assert!(one["phones"].as_u64().unwrap() > 0, "{one}");
    let name = one["owner"].as_str().unwrap();
    let of = |found: &[Value], what: &str| {
        let mut all: Vec<String> = found.iter().map(|one| one[what].to_string()).collect();
        all.sort();
        all
    };
    assert!(
        of(&who("8001"), "owner").contains(&one["owner"].to_string()),
        "by extension"
    );
    assert!(
        of(&who(name), "number").len() >= 2,
        "the number and the extension"
    );
    // What the fault makes: a number in two profiles, an extension of two, a number that is another's in a profile, one that is in none.
    for (asked, state) in [
        ("+493023125004", "double"),
        ("8012", "double"),
        ("+493023125021", "mismatched"),
        ("+493023125026", "mismatched"),
    ] {
        let found = who(asked);
        assert!(
            found.iter().any(|one| one["state"] == state),
            "{asked}: {found:?}"
        );
    }
    let free = rows(&far.run(&["get", "numbers", "--where", "state:free", "--json"]));
    assert_eq!(free.len(), 2, "{free:?}");
    let none = far.run(&["whois", "+1 800 555 0199", "--json"]);
    assert_eq!((rows(&none).len(), none.status.code()), (0, Some(0)));
}

#[tokio::test]
async fn calls_that_sound_bad_lead_to_their_carrier() {
    let far = Far::start(&[
        "--users",
        "60",
        "--api",
        "platform",
        "--fault",
        "bad-calls=1",
    ]);
    let calls = rows(&far.run(&["get", "quality", "--json"]));
    assert!(calls.len() >= 80, "{}", calls.len());
    let (poor, fine): (Vec<&Value>, Vec<&Value>) = calls
        .iter()
        .filter(|call| call["mos"].is_number())
        .partition(|call| call["mos"].as_f64().unwrap() < 3.5);
    assert!(!poor.is_empty() && !fine.is_empty());
    let scores: Vec<f64> = calls
        .iter()
        .filter_map(|call| call["mos"].as_f64())
        .collect();
    assert!(scores.is_sorted(), "the worst first: {scores:?}");
    assert!(
        poor.iter()
            .all(|call| call["carrier"] == "Northwind Telecom"),
        "{poor:?}"
    );
    assert!(
        fine.iter().any(|call| call["carrier"] == "Meridian Voice"),
        "{fine:?}"
    );
    assert!(
        poor.iter().all(|call| call["loss"].as_f64().unwrap() > 3.0),
        "{poor:?}"
    );
    // One question a hundred calls.
    let asked = far
        .control
        .asked("POST", "/conversations/details/query")
        .await;
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn who_cannot_be_called_is_listed_with_what_to_do() {
    let far = Far::start(&[
        "--users",
        "240",
        "--api",
        "platform",
        "--fault",
        "contradictions=1",
    ]);
    let found = rows(&far.run(&["get", "contradictions", "--json"]));
    let mut problems: Vec<&str> = found
        .iter()
        .map(|one| one["problem"].as_str().unwrap())
        .collect();
    problems.dedup();
    for problem in [
        "not responding",
        "no station",
        "off queue",
        "other phone lost",
    ] {
        assert!(problems.contains(&problem), "{found:?}");
    }
    let ana = found
        .iter()
        .find(|one| one["user"].as_str().unwrap().starts_with("Ana "));
    assert_eq!(ana.unwrap()["problem"], "not responding");
    assert!(
        ana.unwrap()["remedy"]
            .as_str()
            .unwrap()
            .contains("On Queue")
    );
}

#[tokio::test]
async fn any_call_of_the_api_goes_by_the_same_token_audit_and_gate() {
    let far = Far::start(&["--users", "130", "--api", "platform"]);
    let one = far.run(&["api", "GET", "/api/v2/users/u-1"]);
    let user: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(
        (one.status.code(), &user["id"]),
        (Some(0), &json!("u-1")),
        "{}",
        said(&one)
    );
    let pages = far.run(&[
        "api",
        "get",
        "users",
        "--query",
        "pageSize=50",
        "--paginate",
    ]);
    assert_eq!(rows(&pages).len(), 130);
    let gone = far.run(&["api", "GET", "users/u-999"]);
    assert_ne!(gone.status.code(), Some(0));
    assert!(
        said(&gone).contains("404") || said(&gone).contains("not"),
        "{}",
        said(&gone)
    );
    let audit = || {
        let lines = far.run(&["get", "audit", "--json"]);
        serde_json::from_slice::<Vec<Value>>(&lines.stdout).unwrap_or_default()
    };
    assert!(audit().is_empty(), "reads are not on record");

    // A write is asked for by a person, or by --yes, and is on record before and after.
    let change = [
        "api",
        "POST",
        "telephony/providers/edges/phones/none/reboot",
    ];
    let asked = far.run(&change);
    assert_eq!(asked.status.code(), Some(2), "{}", said(&asked));
    assert!(said(&asked).contains("--yes"), "{}", said(&asked));
    let dry = far.run(&[&change[..], &["--dry-run"]].concat());
    let shown = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(
        shown.starts_with("POST https://") && !shown.contains("Bearer ey"),
        "{shown}"
    );
    assert!(audit().is_empty());
    let sent = far.run(&[&change[..], &["--yes"]].concat());
    assert_eq!(sent.status.code(), Some(1), "{}", said(&sent));
    let lines = audit();
    let status = |n: usize| lines[n]["status"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (lines.len(), status(0).as_str()),
        (2, "intent"),
        "{lines:?}"
    );
    let question = json!({"filter": {"type": "or", "predicates": []}, "metrics": ["oWaiting"]});
    let path = "analytics/queues/observations/query";
    let answered = far.run(&["api", "POST", path, "-d", &question.to_string(), "--yes"]);
    assert_eq!(answered.status.code(), Some(0), "{}", said(&answered));
    let answer: Value = serde_json::from_slice(&answered.stdout).unwrap();
    assert!(
        !answer["results"].as_array().unwrap().is_empty(),
        "{answer}"
    );
    let refused = far.run(&["--read-only", "api", "POST", path, "-d", "{}", "--yes"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("read-only"), "{}", said(&refused));
    for wrong in [
        &["api", "GET", "https://elsewhere.example/x"][..],
        &["api", "GET", "users", "--query", "x"],
        &["api", "POST", "users", "-d", "{"],
        &["api", "POST", "users", "--paginate"],
    ] {
        assert_eq!(far.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[tokio::test]
async fn what_was_changed_is_told_with_who_did_it() {
    let far = Far::start(&["--users", "20", "--api", "platform"]);
    let phones = rows(&far.run(&["get", "registrations", "--where", "deviceId:poly", "--json"]));
    let phone = phones[0]["deviceId"].as_str().unwrap();
    let path = format!("telephony/providers/edges/phones/{phone}/reboot");
    let sent = far.run(&["api", "POST", &path, "--yes"]);
    assert_eq!(sent.status.code(), Some(0), "{}", said(&sent));
    let found = rows(&far.run(&["get", "changes", "--json"]));
    assert!(!found.is_empty());
    let newest = &found[0];
    assert!(
        newest["thingId"] == phone || newest["name"] == phone,
        "{newest}"
    );
    assert!(
        newest["by"].is_string() && newest["at"].is_string(),
        "{newest}"
    );
}

#[tokio::test]
async fn the_sip_of_a_call_is_printed_as_a_ladder_and_as_json() {
    let far = Far::start(&[
        "--users",
        "60",
        "--api",
        "platform",
        "--fault",
        "bad-calls=1",
    ]);
    let calls = rows(&far.run(&["get", "quality", "--json"]));
    let of = |call: &Value| {
        call["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{call}"))
            .to_owned()
    };
    let mut seen = [false; 2];
    for call in calls.iter().take(12) {
        let id = of(call);
        let output = far.run(&["sip", &id]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        for word in [
            "INVITE SDP",
            "100 Trying",
            "180 Ringing",
            "200 OK SDP",
            "ACK",
            "BYE",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains(" called +18005550100"), "{text}");
        seen[0] |= text.contains("INVITE again") && text.contains("0.500 s after the first");
        seen[1] |= text.contains("503 Service Unavailable");
    }
    assert_eq!(
        seen, [true; 2],
        "the worst calls are of a carrier with trouble"
    );
    let id = of(&calls[0]);
    let json = |more: &[&str]| -> Value {
        let output = far.run(&[&["sip", &id, "--json"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let ladder = json(&[]);
    assert_eq!(
        (&ladder["conversationId"], &ladder["leftOut"]),
        (&json!(id), &json!(0))
    );
    let messages = ladder["messages"].as_array().unwrap();
    assert!(messages.len() >= 14 && messages[0].get("message").is_none());
    assert!(
        messages[0]["first"]
            .as_str()
            .unwrap()
            .starts_with("INVITE sip:")
    );
    let whole = json(&["--messages"]);
    let message = whole["messages"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("\r\nContent-Type: application/sdp\r\n"),
        "{message}"
    );
    // The same as a file for the tools that read captures, which is for its owner alone and put over no other.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("call.pcap");
    let save = ["sip", &id, "--save", file.to_str().unwrap()];
    let saved = far.run(&save);
    assert_eq!(saved.status.code(), Some(0), "{}", said(&saved));
    let words = String::from_utf8(saved.stdout).unwrap();
    assert!(
        words.contains("call.pcap: ") && words.ends_with("bytes, PCAP\n"),
        "{words}"
    );
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(&[0xd4, 0xc3, 0xb2, 0xa1]));
    let invite = b"INVITE sip:";
    assert!(bytes.windows(invite.len()).any(|some| some == invite));
    let mode = std::fs::metadata(&file).unwrap().permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
    let again = far.run(&save);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        said(&again).contains("Name another file"),
        "{}",
        said(&again)
    );
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let text = far.run(&["sip", &id, "--messages"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("\nContent-Type: application/sdp\n"), "{text}");
    let nobody = far.run(&["sip", "00000000-0000-4000-8000-00000000dead"]);
    assert_eq!(nobody.status.code(), Some(4), "{}", said(&nobody));
}

#[tokio::test]
async fn sip_messages_name_the_permission_that_they_take_and_the_api_that_has_none() {
    let far = Far::start(&[
        "--users",
        "20",
        "--api",
        "platform",
        "--without",
        "telephony:pcap:view",
    ]);
    let calls = rows(&far.run(&["get", "interactions", "--json"]));
    let id = calls[0]["interaction"].as_str().unwrap();
    let refused = far.run(&["sip", id]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        said(&refused).contains("telephony:pcap:view"),
        "{}",
        said(&refused)
    );
    let far = Far::start(&[
        "--users",
        "20",
        "--api",
        "platform",
        "--without",
        "telephony:pcap:add",
    ]);
    let calls = rows(&far.run(&["get", "interactions", "--json"]));
    let id = calls[0]["interaction"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("call.pcap");
    let refused = far.run(&["sip", id, "--save", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        said(&refused).contains("telephony:pcap:add"),
        "{}",
        said(&refused)
    );
    assert!(!file.exists(), "nothing is left where nothing came");
    let far = Far::start(&["--users", "2"]);
    let absent = far.run(&["sip", "c-1"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(
        said(&absent).contains("not available from the API"),
        "{}",
        said(&absent)
    );
}

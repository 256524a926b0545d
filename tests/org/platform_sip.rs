//! What was said over SIP for a call: the course that RFC 3261 has, between those who took part.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{self, Bench};
use crate::platform_consults::{call_of, sign_in};
use crate::platform_conversations::{ask, post, quick, read};

const SPAN: &str = "dateStart=2020-01-01T00:00:00Z&dateEnd=2120-01-01T00:00:00Z";

async fn said(bench: &Bench, token: &str, conversation: &str) -> Vec<Value> {
    let path = format!("telephony/siptraces?{SPAN}&conversationId={conversation}");
    let found = read(bench, &path, token).await;
    assert_eq!(found["count"], found["data"].as_array().unwrap().len());
    found["data"].as_array().unwrap().clone()
}

fn text<'a>(one: &'a Value, field: &str) -> &'a str {
    one[field].as_str().unwrap_or_default()
}

/// Method or status, and which request it is or answers.
fn words(of: &[Value], alias: &str) -> Vec<String> {
    let its = of
        .iter()
        .filter(|one| text(one, "sourceAlias") == alias || text(one, "destinationAlias") == alias);
    its.map(|one| format!("{} ({})", text(one, "method"), text(one, "cseq")))
        .collect()
}

#[tokio::test]
async fn a_call_has_its_whole_course_between_carrier_edge_and_phone() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-1").await;
    let id = call_of(&bench, "u-1").await;
    let before = said(&bench, &token, &id).await;
    assert!(
        before.iter().all(|one| text(one, "method") != "BYE"),
        "it goes on"
    );
    let path = format!("conversations/{id}/disconnect");
    assert_eq!(post(&bench, &path, &token, Value::Null).await.0, 200);
    let all = said(&bench, &token, &id).await;
    let stamps: Vec<i64> = all
        .iter()
        .map(|one| text(one, "microTs").parse().unwrap())
        .collect();
    assert!(stamps.is_sorted(), "{stamps:?}");
    for one in &all {
        for field in [
            "sourceIp",
            "sourcePort",
            "destinationIp",
            "sourceAlias",
            "destinationAlias",
            "via1Branch",
            "fromTag",
        ] {
            assert!(!text(one, field).is_empty(), "{field}: {one}");
        }
        let message = text(one, "msg");
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        let has = |line: String| assert!(head.contains(&line), "{line}: {head}");
        has(format!("Content-Length: {}", body.len()));
        has(format!("branch={}", text(one, "via1Branch")));
        has(format!("Call-ID: {}\r\n", text(one, "callid")));
        has(format!("CSeq: {}\r\n", text(one, "cseq")));
        let media = body.contains("m=audio ") && body.contains("c=IN IP4 ");
        assert_eq!(
            head.contains("Content-Type: application/sdp"),
            media,
            "{message}"
        );
        // Whoever answers for the callee has a tag, and so has whoever is asked again.
        let tagged = !matches!(text(one, "method"), "INVITE" | "CANCEL" | "100");
        assert_eq!(one.get("toTag").is_some(), tagged, "{message}");
    }
    let phone = all
        .iter()
        .find(|one| text(one, "destinationPort").starts_with("50"));
    let phone = text(phone.unwrap(), "destinationAlias");
    let course = words(&all, phone);
    assert_eq!(
        course,
        [
            "INVITE (1 INVITE)",
            "100 (1 INVITE)",
            "180 (1 INVITE)",
            "200 (1 INVITE)",
            "ACK (1 ACK)",
            "BYE (2 BYE)",
            "200 (2 BYE)"
        ]
    );
    assert_eq!(
        said(&bench, &token, &id).await,
        all,
        "asked twice, the same"
    );
}

#[tokio::test]
async fn a_call_that_nobody_takes_is_cancelled() {
    // Whoever is rung lets it ring.
    let bench = client::quick(&["transfer-ms=600000"]).await;
    let token = sign_in(&bench, "u-1").await;
    let id = call_of(&bench, "u-1").await;
    let path = format!("conversations/calls/{id}/participants");
    let call = read(&bench, &format!("conversations/calls/{id}"), &token).await;
    let of = |purpose: &str| {
        let mut all = call["participants"].as_array().unwrap().iter();
        let one = all.find(|one| one["purpose"] == purpose).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let consult = format!("{path}/{}/consult", of("customer"));
    let body = json!({"speakTo": "DESTINATION", "destination": {"userId": "u-2"}});
    let begun = post(&bench, &consult, &token, body).await;
    assert_eq!(begun.0, 200, "{begun:?}");
    let gone = ask(&bench, Method::DELETE, &consult, &token, None).await;
    assert_eq!(gone.0, 200, "{gone:?}");
    let all = said(&bench, &token, &id).await;
    let cancel = all.iter().find(|one| text(one, "method") == "CANCEL");
    let cancel = cancel.expect("it rang in vain");
    let course = words(&all, text(cancel, "destinationAlias"));
    assert_eq!(
        course[course.len() - 4..],
        [
            "CANCEL (1 CANCEL)",
            "200 (1 CANCEL)",
            "487 (1 INVITE)",
            "ACK (1 ACK)"
        ]
    );
    let invite = all
        .iter()
        .find(|one| one["callid"] == cancel["callid"])
        .unwrap();
    assert_eq!(invite["via1Branch"], cancel["via1Branch"]);
}

#[tokio::test]
async fn calls_of_a_degraded_carrier_are_sent_again_or_tried_elsewhere() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-1").await;
    for carrier in [
        "northwind-eu",
        "meridian-us",
        "kestrel-latam",
        "saltmarsh-lab",
        "tallis-apac",
    ] {
        let path = format!("/_org/carriers/{carrier}");
        bench
            .control_put(&path, json!({"health": "degraded"}))
            .await;
    }
    let (mut again, mut refused, mut both) = (0, 0, 0);
    for user in 1..=24 {
        let id = call_of(&bench, &format!("u-{user}")).await;
        let all = said(&bench, &token, &id).await;
        let invites: Vec<&Value> = all
            .iter()
            .filter(|one| text(one, "method") == "INVITE")
            .collect();
        let of = |branch: &str| -> Vec<i64> {
            let its = invites
                .iter()
                .filter(|one| text(one, "via1Branch") == branch);
            its.map(|one| text(one, "microTs").parse().unwrap())
                .collect()
        };
        let branches: std::collections::HashSet<&str> =
            invites.iter().map(|one| text(one, "via1Branch")).collect();
        let times = branches.iter().map(|branch| of(branch));
        let repeats: Vec<Vec<i64>> = times.filter(|times| times.len() > 1).collect();
        for times in &repeats {
            let after: Vec<i64> = times.iter().map(|at| at - times[0]).collect();
            assert_eq!(after, [0, 500_000, 1_500_000], "RFC 3261 17.1.1.2");
        }
        let busy = all
            .iter()
            .filter(|one| text(one, "method") == "503")
            .count();
        let answered = all
            .iter()
            .filter(|one| text(one, "method") == "200")
            .count();
        assert!(busy <= 1 && answered >= 2, "another one succeeds");
        again += usize::from(!repeats.is_empty());
        refused += busy;
        both += usize::from(busy == 1 && !repeats.is_empty());
    }
    assert!(
        again > 2 && refused > 2 && both > 0,
        "{again} {refused} {both}"
    );
}

#[tokio::test]
async fn a_call_is_collected_as_a_capture_of_its_messages() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-1").await;
    let id = call_of(&bench, "u-1").await;
    let wanted = json!({
        "conversationId": id, "dateStart": "2020-01-01T00:00:00Z", "dateEnd": "2120-01-01T00:00:00Z",
    });
    let (status, told) = post(&bench, "telephony/siptraces/download", &token, wanted).await;
    assert_eq!(status, 200, "{told}");
    let path = format!("telephony/siptraces/download/{}", text(&told, "downloadId"));
    let place = loop {
        let (status, place) = ask(&bench, Method::GET, &path, &token, None).await;
        match status {
            200 => break place,
            404 => tokio::task::yield_now().await,
            other => panic!("{other}: {place}"),
        }
    };
    // Its address is the credential.
    let answer = bench.http.get(text(&place, "url")).send().await.unwrap();
    assert_eq!(
        answer.headers()["content-type"],
        "application/vnd.tcpdump.pcap"
    );
    let file = answer.bytes().await.unwrap();
    assert_eq!(file[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(number(20), 101, "packets begin with their IP header");
    let (mut at, mut packets) = (24, Vec::new());
    while at < file.len() {
        let length = number(at + 8) as usize;
        let packet = &file[at + 16..at + 16 + length];
        assert_eq!((packet[0], packet[9]), (0x45, 17));
        packets.push(String::from_utf8(packet[28..].to_vec()).unwrap());
        at += 16 + length;
    }
    let all = said(&bench, &token, &id).await;
    let messages: Vec<&str> = all.iter().map(|one| text(one, "msg")).collect();
    assert_eq!(packets, messages);
}

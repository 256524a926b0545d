//! Edges, sites and trunks: carriers as each edge sees them, and what an edge takes along when it fails.

use serde_json::{Value, json};

use crate::client::{Bench, bench, next_json, options};

const EDGES: &str = "/api/v2/telephony/providers/edges";
const EDGE: &str = "us-east-1-edge-7f3a";

async fn socket(bench: &Bench, token: &str, topics: &[String]) -> crate::client::Stream {
    let channel: Value = bench
        .post("/api/v2/notifications/channels", token, &json!({}))
        .await
        .json()
        .await
        .unwrap();
    let id = channel["id"].as_str().unwrap();
    let rows: Vec<Value> = topics.iter().map(|topic| json!({"id": topic})).collect();
    let path = format!("/api/v2/notifications/channels/{id}/subscriptions");
    assert_eq!(bench.put(&path, token, &json!(rows)).await.status(), 200);
    bench
        .open_socket(&format!("/channels/{id}"), None)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_carrier_is_a_trunk_base_with_one_trunk_on_each_edge() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let bases = bench
        .get_json(&format!("{EDGES}/trunkbasesettings"), &token)
        .await;
    let edges = bench.get_json(EDGES, &token).await["total"]
        .as_u64()
        .unwrap();
    let carriers = bench.control_get("/_org/state").await["carriers"].clone();
    for carrier in carriers.as_array().unwrap() {
        let id = carrier["id"].as_str().unwrap();
        let all = bases["entities"].as_array().unwrap();
        let base = all.iter().find(|base| base["id"] == id).unwrap();
        assert_eq!(
            (&base["name"], &base["trunkType"]),
            (&carrier["name"], &json!("EXTERNAL"))
        );
        let trunks = format!("{EDGES}/trunks?trunkBase.id={id}&trunkType=EXTERNAL");
        let trunks = bench.get_json(&trunks, &token).await;
        assert_eq!(trunks["total"].as_u64().unwrap(), edges);
        for trunk in trunks["entities"].as_array().unwrap() {
            assert_eq!(trunk["connectedStatus"]["connected"], true);
            let asked = trunk["optionsEnabledStatus"] == "ENABLED";
            assert_eq!(
                trunk["optionsStatus"].as_array().unwrap().len(),
                usize::from(asked)
            );
        }
    }
    // One carrier is asked neither way and is healthy all the same.
    let path = format!("{EDGES}/trunks/trunk-saltmarsh-lab-{EDGE}");
    let quiet = bench.get_json(&path, &token).await;
    for field in ["optionsEnabledStatus", "registersEnabledStatus"] {
        assert_eq!(quiet[field], "NOT_SUPPORTED");
    }
}

#[tokio::test]
async fn a_carrier_that_is_down_is_down_on_every_edge_and_told() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let id = format!("trunk-northwind-eu-{EDGE}");
    let topic = format!("v2.telephony.providers.edges.trunks.{id}");
    let metrics = format!("{topic}.metrics");
    let mut socket = socket(&bench, &token, &[topic.clone(), metrics.clone()]).await;
    bench
        .control_put("/_org/carriers/northwind-eu", json!({"health": "down"}))
        .await;
    let told = next_json(&mut socket).await;
    assert_eq!(told["topicName"], topic);
    assert_eq!(told["eventBody"]["connectedStatus"]["connected"], false);
    assert_eq!(
        told["eventBody"]["optionsStatus"][0]["errorInfo"]["code"],
        "sip.timeout"
    );
    let figures = next_json(&mut socket).await;
    assert_eq!(figures["topicName"], metrics);
    assert_eq!(
        figures["eventBody"]["calls"],
        json!({"inboundCallCount": 0, "outboundCallCount": 0})
    );

    let trunk = bench
        .get_json(&format!("{EDGES}/trunks/{id}"), &token)
        .await;
    assert_eq!(
        trunk["connectedStatus"],
        told["eventBody"]["connectedStatus"]
    );
    bench
        .control_put("/_org/carriers/northwind-eu", json!({"health": "degraded"}))
        .await;
    let trunks = format!("{EDGES}/trunks?trunkBase.id=northwind-eu");
    let trunks = bench.get_json(&trunks, &token).await;
    let connected = |trunk: &&Value| trunk["connectedStatus"]["connected"] == true;
    let some = trunks["entities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(connected)
        .count();
    assert!((1..5).contains(&some), "{some} of 5");
}

#[tokio::test]
async fn an_edge_that_fails_takes_its_phones_along() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let phones = format!("{EDGES}/phones?expand=status&sortBy=id&pageSize=100");
    let served = async || {
        let all = bench.get_json(&phones, &token).await["entities"].clone();
        let mut all = all.as_array().unwrap().clone();
        all.retain(|phone| phone["primaryEdge"]["id"] == EDGE);
        all
    };
    let up = |phone: &Value| phone["status"]["operationalStatus"] == "OPERATIONAL";
    let before = served().await;
    let lit = before.iter().filter(|phone| up(phone)).count();
    assert!(lit > 0);
    let mut topics = vec![format!("v2.telephony.providers.edges.{EDGE}")];
    let ids = before.iter().map(|phone| phone["id"].as_str().unwrap());
    topics.extend(ids.map(|id| format!("v2.telephony.providers.edges.phones.{id}")));
    let mut socket = socket(&bench, &token, &topics).await;

    let edge = format!("/_org/edges/{EDGE}");
    let away = bench
        .control_put(&edge, json!({"onlineStatus": "OFFLINE"}))
        .await;
    assert_eq!(away.status(), 200);
    let told = next_json(&mut socket).await;
    assert_eq!(
        told["eventBody"],
        json!({"id": EDGE, "onlineStatus": "OFFLINE"})
    );
    for _ in 0..lit {
        let phone = next_json(&mut socket).await["eventBody"].clone();
        assert_eq!(phone["status"]["operationalStatus"], "OFFLINE");
    }
    let during = served().await;
    assert!(during.iter().all(|phone| !up(phone)));
    assert!(
        during
            .iter()
            .all(|phone| phone["status"]["edgesStatus"] == "OUT_OF_SERVICE")
    );
    let trunks = bench
        .get_json(&format!("{EDGES}/{EDGE}/trunks"), &token)
        .await;
    for trunk in trunks["entities"].as_array().unwrap() {
        assert_eq!(
            (&trunk["enabled"], &trunk["connectedStatus"]["connected"]),
            (&json!(false), &json!(false))
        );
    }
    // Nobody registers there meanwhile, and a reboot has no edge to come from.
    let id = during[0]["id"].as_str().unwrap();
    let reboot = bench
        .post(&format!("{EDGES}/phones/{id}/reboot"), &token, &json!({}))
        .await;
    assert_eq!(reboot.status(), 503);
    let body: Value = reboot.json().await.unwrap();
    assert_eq!(body["code"], "providerapi.error.phone.no.active.edge");

    bench
        .control_put(&edge, json!({"onlineStatus": "ONLINE"}))
        .await;
    assert_eq!(
        next_json(&mut socket).await["eventBody"]["onlineStatus"],
        "ONLINE"
    );
    assert_eq!(served().await.iter().filter(|phone| up(phone)).count(), lit);
}

#[tokio::test]
async fn an_edge_is_taken_out_of_service_by_its_status_code() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let path = format!("{EDGES}/{EDGE}/statuscode");
    let out = bench
        .post(&path, &token, &json!({"inService": false}))
        .await;
    assert_eq!(out.json::<Value>().await.unwrap(), "INACTIVE");
    let edge = bench.get_json(&format!("{EDGES}/{EDGE}"), &token).await;
    assert_eq!(
        (&edge["statusCode"], &edge["onlineStatus"]),
        (&json!("INACTIVE"), &json!("ONLINE"))
    );
    bench.post(&path, &token, &json!({"inService": true})).await;
    let edge = bench.get_json(&format!("{EDGES}/{EDGE}"), &token).await;
    assert_eq!(edge["statusCode"], "ACTIVE");
    assert_eq!(
        bench.get(&format!("{EDGES}/nope"), &token).await.status(),
        404
    );
}

#[tokio::test]
async fn metrics_come_in_hundreds_as_a_bare_array() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let two = format!("{EDGES}/metrics?edgeIds={EDGE},nope,eu-west-1-edge-5d02");
    let edges = bench.get_json(&two, &token).await;
    assert_eq!(edges.as_array().unwrap().len(), 2);
    assert_eq!(edges[0]["edge"]["id"], EDGE);
    assert!(edges[0]["processors"][0]["activeTimePct"].is_number());
    let trunk = format!("trunk-meridian-us-{EDGE}");
    let trunks = bench
        .get_json(&format!("{EDGES}/trunks/metrics?trunkIds={trunk}"), &token)
        .await;
    assert_eq!(trunks[0]["trunk"]["id"], trunk);
    let ids = |count: usize| vec![trunk.as_str(); count].join(",");
    for (path, status) in [
        (format!("trunks/metrics?trunkIds={}", ids(100)), 200),
        (format!("trunks/metrics?trunkIds={}", ids(101)), 400),
        (format!("metrics?edgeIds={}", ids(101)), 400),
        ("metrics".to_owned(), 400),
    ] {
        let answer = bench.get(&format!("{EDGES}/{path}"), &token).await;
        assert_eq!(answer.status(), status, "{path:.40}");
    }
}

//! Phones, lines and stations: the devices of the direct API, and what is done to them.

use serde_json::{Value, json};
use trunkline::org::Options;

use crate::client::{Bench, bench, options};

const PHONES: &str = "/api/v2/telephony/providers/edges/phones";
const EVERYTHING: &str = "pageSize=100&sortBy=id&expand=status,lines,site,properties,phoneBaseSettings\
    &fields=webRtcUser,lines.loggedInUser,lines.defaultForUser,properties.*";

async fn phones(bench: &Bench, token: &str, query: &str) -> Vec<Value> {
    let page = bench.get_json(&format!("{PHONES}?{query}"), token).await;
    page["entities"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_device_is_a_phone_and_reachable_when_it_is_registered() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let state = bench.control_get("/_org/state").await;
    let devices = state["registrations"].as_array().unwrap();
    let phones = phones(&bench, &token, EVERYTHING).await;
    assert_eq!(phones.len(), devices.len());
    let ids: Vec<&str> = phones
        .iter()
        .map(|phone| phone["id"].as_str().unwrap())
        .collect();
    assert!(ids.is_sorted());
    for device in devices {
        let id = &device["deviceId"];
        let phone = phones.iter().find(|phone| phone["id"] == *id).unwrap();
        let line = &phone["status"]["lineStatuses"][0];
        // A browser registers nowhere: its sign is its edge's, whatever the browser does, and as old as the edge.
        let browser = phone["webRtcUser"].is_object();
        let up = browser || device["registered"] == true;
        assert_eq!(line["reachable"], up);
        assert_eq!(line["reachableStateTime"] == device["since"], !browser);
        let word = if up { "OPERATIONAL" } else { "OFFLINE" };
        assert_eq!(phone["status"]["operationalStatus"], word);
        assert_eq!(line["addressOfRecord"].is_null(), browser);
        let contacts = line["contactAddresses"].as_array().unwrap();
        assert_eq!(contacts.is_empty(), browser || !up);
        let whose = if phone["webRtcUser"].is_object() {
            &phone["webRtcUser"]
        } else {
            &phone["lines"][0]["defaultForUser"]
        };
        assert_eq!(whose["id"], device["userId"]);
        let codec = format!("audio/{}", device["codec"].as_str().unwrap());
        assert_eq!(phone["capabilities"]["mediaCodecs"][0], codec);
    }
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_there() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let plain = &phones(&bench, &token, "pageSize=1&sortBy=id").await[0];
    for field in ["status", "secondaryStatus", "properties", "webRtcUser"] {
        assert!(plain[field].is_null(), "{field}");
    }
    assert!(plain["site"]["name"].is_null() && plain["site"]["id"].is_string());
    assert!(plain["lines"][0]["loggedInUser"].is_null());
    let whole = bench
        .get_json(
            &format!("{PHONES}/{}", plain["id"].as_str().unwrap()),
            &token,
        )
        .await;
    assert!(whole["status"].is_object() && whole["site"]["name"].is_string());
    assert_eq!(
        bench.get(&format!("{PHONES}/nope"), &token).await.status(),
        404
    );
}

#[tokio::test]
async fn filters_take_wildcards_and_lists_that_are_filtered_end() {
    let bench = bench(Options {
        users: 300,
        ..options()
    })
    .await;
    let token = bench.token().await;
    let of = phones(&bench, &token, "webRtcUser.id=u-7&fields=webRtcUser").await;
    assert!(of.iter().all(|phone| phone["webRtcUser"]["id"] == "u-7"));
    let base = "phoneBaseSettings.id=*webrtc&sortBy=id&pageSize=100";
    let browsers = phones(&bench, &token, base).await;
    assert!(browsers.len() > 10);
    assert!(
        browsers
            .iter()
            .all(|phone| phone["id"].as_str().unwrap().starts_with("webrtc-"))
    );
    let site = phones(
        &bench,
        &token,
        "site.id=site-osaka&status.operationalStatus=OPERATIONAL",
    )
    .await;
    assert!(!site.is_empty() && site.iter().all(|phone| phone["site"]["id"] == "site-osaka"));
    // Sorting by name is what a list does that says nothing.
    for query in [
        "pageSize=100&pageNumber=101",
        "name=*&sortBy=id&pageSize=100&pageNumber=101",
    ] {
        let refused = bench.get(&format!("{PHONES}?{query}"), &token).await;
        assert_eq!(refused.status(), 400, "{query}");
    }
    let past = phones(&bench, &token, "sortBy=id&pageSize=100&pageNumber=101").await;
    assert!(past.is_empty());
    let unsorted = bench.get(&format!("{PHONES}?sortBy=site"), &token).await;
    assert_eq!(unsorted.status(), 400);
}

fn wanted(name: &str) -> Value {
    json!({
        "name": name, "site": {"id": "site-dublin"}, "phoneBaseSettings": {"id": "phone-base-webrtc"},
        "lines": [{"name": name, "lineBaseSettings": {"id": "line-base-webrtc"}}],
        "webRtcUser": {"id": "u-4"},
    })
}

#[tokio::test]
async fn a_phone_is_made_seated_registered_and_deleted() {
    let bench = bench(options()).await;
    bench.fault("station-ms", json!(0)).await;
    let token = bench.token().await;
    let answer = bench.post(PHONES, &token, &wanted("Desk 4")).await;
    assert_eq!(answer.status(), 200);
    let made: Value = answer.json().await.unwrap();
    let id = made["id"].as_str().unwrap();
    let twice = bench.post(PHONES, &token, &wanted("Desk 4")).await;
    assert_eq!(twice.status(), 409);

    let mine = bench
        .get_json("/api/v2/stations?webRtcUserId=u-4&pageSize=100", &token)
        .await;
    let all = mine["entities"].as_array().unwrap();
    let station = all
        .iter()
        .find(|station| station["name"] == "Desk 4")
        .unwrap();
    assert_eq!(
        (&station["status"], &station["webRtcUserId"]),
        (&json!("AVAILABLE"), &json!("u-4"))
    );
    let sid = station["id"].as_str().unwrap();
    let seat = |user: &str, what: &str| format!("/api/v2/users/{user}/station/{what}station/{sid}");
    // A browser is its own user's.
    let other = bench
        .put(&seat("u-5", "associated"), &token, &json!({}))
        .await;
    assert_eq!(other.status(), 400);
    let left = bench
        .delete("/api/v2/users/u-4/station/associatedstation", &token)
        .await;
    assert_eq!(left.status(), 202);
    for what in ["associated", "default"] {
        let seated = bench.put(&seat("u-4", what), &token, &json!({})).await;
        assert_eq!(seated.status(), 202);
    }
    let seats = bench.get_json("/api/v2/users/u-4/station", &token).await;
    for which in ["associatedStation", "defaultStation", "effectiveStation"] {
        assert_eq!(seats[which]["id"], sid, "{which}");
    }
    // It registers then, and the direct API has it, too.
    let direct = bench
        .get_json("/api/v2/telephony/users/u-4/registrations", &token)
        .await;
    let device = |all: &Value| {
        let all = all["entities"].as_array().unwrap().clone();
        all.into_iter().find(|device| device["device"]["id"] == id)
    };
    assert_eq!(device(&direct).unwrap()["registered"], true);

    assert_eq!(
        bench
            .delete(&format!("{PHONES}/{id}"), &token)
            .await
            .status(),
        200
    );
    assert_eq!(
        bench.get(&format!("{PHONES}/{id}"), &token).await.status(),
        404
    );
    assert_eq!(
        bench
            .get(&format!("/api/v2/stations/{sid}"), &token)
            .await
            .status(),
        404
    );
    let direct = bench
        .get_json("/api/v2/telephony/users/u-4/registrations", &token)
        .await;
    assert!(device(&direct).is_none());
    let seats = bench.get_json("/api/v2/users/u-4/station", &token).await;
    assert!(seats["associatedStation"].is_null());
}

#[tokio::test]
async fn a_station_comes_later_than_its_phone() {
    let bench = bench(options()).await;
    bench.fault("station-ms", json!(3_600_000)).await;
    let token = bench.token().await;
    let made: Value = bench
        .post(PHONES, &token, &wanted("Late"))
        .await
        .json()
        .await
        .unwrap();
    let station = format!("/api/v2/stations/st-{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get(&station, &token).await.status(), 404);
}

#[tokio::test]
async fn what_a_phone_lacks_is_told_by_its_code() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    for (field, code) in [
        ("lines", "lines.required"),
        ("phoneBaseSettings", "base.settings.required"),
        ("webRtcUser", "webrtc.user.required"),
        ("name", "invalid.value"),
        ("site", "invalid.value"),
    ] {
        let mut phone = wanted("X");
        phone.as_object_mut().unwrap().remove(field);
        let refused = bench.post(PHONES, &token, &phone).await;
        assert_eq!(refused.status(), 400, "{field}");
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["code"], code);
    }
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let id = phones(&bench, &token, "pageSize=1&sortBy=id").await[0]["id"].clone();
    let path = format!("{PHONES}/{}", id.as_str().unwrap());
    let mut phone = bench.get_json(&path, &token).await;
    phone["name"] = json!("Renamed");
    let changed: Value = bench.put(&path, &token, &phone).await.json().await.unwrap();
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("Renamed"), &json!(2))
    );
    let stale = bench.put(&path, &token, &phone).await;
    assert_eq!(stale.status(), 409);
}

#[tokio::test]
async fn a_reboot_takes_a_phone_away_and_brings_it_back() {
    let bench = bench(options()).await;
    bench.fault("reboot-ms", json!(0)).await;
    let token = bench.token().await;
    let state = bench.control_get("/_org/state").await;
    let is_browser = |device: &Value| device["deviceId"].as_str().unwrap().starts_with("webrtc-");
    let all = state["registrations"].as_array().unwrap();
    let desk = |device: &&Value| device["registered"] == true && !is_browser(device);
    let device = all.iter().find(desk).unwrap();
    let path = format!("{PHONES}/{}", device["deviceId"].as_str().unwrap());
    let reboot = bench
        .post(&format!("{path}/reboot"), &token, &json!({}))
        .await;
    assert_eq!(reboot.status(), 202);
    bench
        .read_until(&path, &token, |phone| {
            let line = &phone["status"]["lineStatuses"][0];
            line["reachable"] == true && line["reachableStateTime"] != device["since"]
        })
        .await;
    // A browser cannot be rebooted, and with a whole site none is.
    let browser = all.iter().find(|device| is_browser(device)).unwrap();
    let browser = browser["deviceId"].as_str().unwrap();
    let alone = format!("{PHONES}/{browser}/reboot");
    let refused = bench.post(&alone, &token, &json!({})).await;
    assert_eq!(refused.status(), 409);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["code"], "general.conflict");
    let both = json!({"phoneIds": [device["deviceId"], browser]});
    let several = format!("{PHONES}/reboot");
    assert_eq!(bench.post(&several, &token, &both).await.status(), 409);
    let phone = bench.get_json(&format!("{PHONES}/{browser}"), &token).await;
    let site = json!({"siteId": phone["site"]["id"]});
    assert_eq!(bench.post(&several, &token, &site).await.status(), 202);
    let after = bench.get_json(&format!("{PHONES}/{browser}"), &token).await;
    assert_eq!(after["status"], phone["status"]);
}

#[tokio::test]
async fn a_station_is_not_taken_from_whoever_sits_there() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let stations = bench
        .get_json("/api/v2/stations?pageSize=100", &token)
        .await;
    let desk =
        |station: &&Value| station["webRtcUserId"].is_null() && station["userId"].is_string();
    let station = stations["entities"]
        .as_array()
        .unwrap()
        .iter()
        .find(desk)
        .unwrap();
    let (sid, owner) = (
        station["id"].as_str().unwrap(),
        station["userId"].as_str().unwrap(),
    );
    let other = if owner == "u-1" { "u-2" } else { "u-1" };
    let seat = format!("/api/v2/users/{other}/station/associatedstation/{sid}");
    assert_eq!(bench.put(&seat, &token, &json!({})).await.status(), 409);
    let free = bench
        .delete(&format!("/api/v2/stations/{sid}/associateduser"), &token)
        .await;
    assert_eq!(free.status(), 200);
    bench.fault("station-conflict", json!(1)).await;
    assert_eq!(bench.put(&seat, &token, &json!({})).await.status(), 409);
    bench.fault("station-conflict", json!(0)).await;
    assert_eq!(bench.put(&seat, &token, &json!({})).await.status(), 202);
    let sits = bench
        .get_json(&format!("/api/v2/stations/{sid}"), &token)
        .await;
    assert_eq!(sits["userId"], other);
}

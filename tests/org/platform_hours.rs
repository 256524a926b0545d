//! Opening hours of the Platform API: the hours of the direct API's queues as schedules and their groups.

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform_conversations::{ask, quick, read};

fn by_id<'a>(list: &'a Value, id: &str) -> &'a Value {
    let mut all = list["entities"].as_array().unwrap().iter();
    all.find(|one| one["id"] == id)
        .unwrap_or_else(|| panic!("no {id}: {list}"))
}

#[tokio::test]
async fn each_queue_has_a_group_with_its_hours_and_holidays() {
    let bench = quick("").await;
    let token = bench.token().await;
    let groups = read(&bench, "architect/schedulegroups?pageSize=100", &token).await;
    let schedules = read(&bench, "architect/schedules?pageSize=100", &token).await;
    let queues = bench.get_json("/api/v2/queues", &token).await;
    let queues = queues["entities"].as_array().unwrap();
    assert_eq!(groups["total"], queues.len());
    for queue in queues {
        let group = by_id(&groups, &format!("sg-{}", queue["id"].as_str().unwrap()));
        assert_eq!(group["timeZone"], queue["timeZone"]);
        let holidays = group["holidaySchedules"].as_array().unwrap();
        assert_eq!(holidays.len(), queue["holidays"].as_array().unwrap().len());
        for list in ["openSchedules", "holidaySchedules"] {
            for reference in group[list].as_array().unwrap() {
                let schedule = by_id(&schedules, reference["id"].as_str().unwrap());
                assert_eq!(schedule["name"], reference["name"]);
            }
        }
    }
    let support = by_id(&groups, "sg-queue_12345");
    let week = by_id(
        &schedules,
        support["openSchedules"][0]["id"].as_str().unwrap(),
    );
    assert_eq!(
        (&week["start"], &week["end"], &week["rrule"]),
        (
            &json!("2025-01-06T08:00:00.000"),
            &json!("2025-01-06T18:00:00.000"),
            &json!("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR")
        )
    );
    let island = by_id(&schedules, "sch-queue_island-0");
    assert_eq!(island["rrule"], "FREQ=DAILY;INTERVAL=1");
    let holiday = by_id(&schedules, "sch-queue_sales_emea-2026-12-25");
    assert_eq!(
        (&holiday["start"], &holiday["end"], holiday.get("rrule")),
        (
            &json!("2026-12-25T00:00:00.000"),
            &json!("2026-12-26T00:00:00.000"),
            None
        )
    );
    let of = read(
        &bench,
        "architect/schedulegroups?scheduleIds=sch-queue_island-0",
        &token,
    )
    .await;
    assert_eq!(
        (&of["total"], &of["entities"][0]["timeZone"]),
        (&json!(1), &json!("Australia/Lord_Howe"))
    );
}

#[tokio::test]
async fn emergencies_are_declared_and_zones_are_listed() {
    let bench = quick("").await;
    let token = bench.token().await;
    let path = "architect/emergencygroups/eg-evacuation-fra";
    assert_eq!(read(&bench, path, &token).await["enabled"], false);
    let declared = bench
        .control_put(
            "/_org/emergencygroups/eg-evacuation-fra",
            json!({"enabled": true}),
        )
        .await;
    assert_eq!(declared.status(), 200);
    assert_eq!(read(&bench, path, &token).await["enabled"], true);
    let none = bench
        .control_put("/_org/emergencygroups/none", json!({"enabled": true}))
        .await;
    assert_eq!(none.status(), 404);
    for path in [
        "architect/schedules/none",
        "architect/schedulegroups/none",
        "architect/emergencygroups/none",
    ] {
        let (status, error) = ask(&bench, Method::GET, path, &token, None).await;
        assert_eq!(
            (status, &error["code"]),
            (404, &json!("not.found")),
            "{path}"
        );
    }
    let zones = read(&bench, "timezones?pageSize=100&pageNumber=2", &token).await;
    assert_eq!(zones["entities"].as_array().unwrap().len(), 100);
    assert!(zones["entities"][0]["offset"].is_i64());
}

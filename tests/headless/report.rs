//! What the report counts, against what the organisation has: now, and by the hour from what `serve` has kept.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Far, said};

fn run(far: &Far, args: &[&str]) -> Value {
    let output = far.run(args);
    let code = output.status.code();
    assert_eq!(code, Some(0), "{args:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many registrations the organisation has, and how many of them are registered.
async fn truth(far: &Far) -> (u64, u64, Value) {
    let state = far.control.state().await;
    let all = state["registrations"].as_array().unwrap();
    let good = all.iter().filter(|one| one["registered"] == true).count();
    (all.len() as u64, good as u64, all[0].clone())
}

/// Serves until each of so many registrations has been looked at. Returns the report of the dashboard.
async fn served(far: &Far, all: u64) -> Value {
    let mut serve = far
        .command(&["serve", "--listen", "127.0.0.1:0", "--token-env", "T"])
        .env("T", "a-token-of-the-test")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut told = BufReader::new(serve.stderr.take().unwrap());
    told.read_line(&mut line).unwrap();
    let at = line
        .trim_end()
        .strip_prefix("trunkline: listening on ")
        .unwrap_or_else(|| panic!("{line:?}"));
    let until = Instant::now() + Duration::from_secs(60);
    let report = loop {
        let asked = reqwest::Client::new()
            .get(format!("{at}/api/v1/telephony/dashboard"))
            .bearer_auth("a-token-of-the-test");
        let dashboard: Value = asked.send().await.unwrap().json().await.unwrap();
        if dashboard["report"]["totalChecks"].as_u64().unwrap() >= all {
            break dashboard["report"].clone();
        }
        assert!(Instant::now() < until, "{dashboard}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let pid = rustix::process::Pid::from_child(&serve);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(serve.wait().unwrap().code(), Some(0));
    report
}

fn count(report: &Value, key: &str) -> u64 {
    report[key]
        .as_u64()
        .unwrap_or_else(|| panic!("{key}: {report}"))
}

#[tokio::test]
async fn it_counts_what_the_organisation_has_and_keeps_it_by_hour_and_site() {
    for api in ["direct", "platform"] {
        let far = Far::start(&["--users", "12", "--api", api]);
        // Everybody is at work: who has gone home is neither found nor missed on the Platform API.
        let state = far.control.state().await;
        let all = state["registrations"].as_array().unwrap().iter();
        for away in all.filter(|one| one["registered"] == false) {
            let (user, device) = (away["userId"].as_str(), away["deviceId"].as_str());
            let back = json!({"registered": true});
            far.control
                .register(user.unwrap(), device.unwrap(), &back)
                .await;
        }
        let (.., one) = truth(&far).await;
        let (user, device) = (one["userId"].as_str(), one["deviceId"].as_str());
        let lost = json!({"registered": false});
        let (user, device) = (user.unwrap(), device.unwrap());
        far.control.register(user, device, &lost).await;
        let (all, good, _) = truth(&far).await;
        assert!(good < all, "one is lost");

        let now = run(&far, &["report", "--json"]);
        // A page of phones may be read more than once before the report is whole; each time all of it is looked at.
        let (looked_at, found) = (count(&now, "totalChecks"), count(&now, "successCount"));
        assert!(looked_at >= all && looked_at % all == 0, "{api}: {now}");
        assert_eq!(found * all, good * looked_at, "{api}: {now}");
        assert!(api == "platform" || looked_at == all, "{now}");
        assert_ne!(now["lastFailureTime"], "none", "{api}");
        assert_eq!(now["reads"]["lastFailureTime"], "none", "{api}: {now}");
        let requests = far.control.requests().await;
        let opened = requests.iter().filter(|request| {
            let path = request["path"].as_str().unwrap();
            path.contains("/notifications/") || request["status"] == 101
        });
        assert_eq!(opened.count(), 0, "{api}: one reading needs no socket");
        let nothing = run(&far, &["report", "--by", "hour", "--json"]);
        assert_eq!(
            (&nothing["hoursRecorded"], &nothing["rows"]),
            (&json!(0), &json!([]))
        );
        assert_eq!(
            nothing["gaps"][0]["hours"], nothing["hours"],
            "all of it is a gap"
        );

        let mut before = 0;
        for _ in 0..2 {
            let shown = served(&far, all).await;
            let by_site = run(&far, &["report", "--by", "site", "--json"]);
            let total = &by_site["total"];
            let looked_at = count(total, "totalChecks");
            assert!(
                looked_at - before >= count(&shown, "totalChecks"),
                "{api}: {by_site}"
            );
            assert!(count(total, "successCount") < looked_at, "{api}: {by_site}");
            assert!(count(total, "reads") > 0, "{api}: {by_site}");
            before = looked_at;
            let rows = by_site["rows"].as_array().unwrap();
            let lost = |row: &Value| count(row, "totalChecks") - count(row, "successCount");
            assert!(lost(total) >= all - good, "{api}: {by_site}");
            assert_eq!(rows.iter().map(lost).sum::<u64>(), lost(total), "{api}");
            assert!(
                rows.iter().any(|row| row["site"].is_string()),
                "{api}: {by_site}"
            );
            for by in ["hour", "day"] {
                let told = run(&far, &["report", "--by", by, "--json"]);
                assert_eq!(told["total"], by_site["total"], "{api} by {by}");
                assert_eq!(told["unreadable"], 0);
            }
        }
        let shown = far.run(&["report", "--by", "day", "--markdown"]);
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(
            shown.contains("| DAY | CHECKS | REGISTERED | SHARE |"),
            "{shown}"
        );
    }
}

#[test]
fn what_cannot_be_told_is_refused_in_words() {
    let far = Far::start(&["--users", "1"]);
    for (args, told) in [
        (["--by", "carrier"], "no API tells over which carrier"),
        (["--from", "2019-01-01"], "400 days at most"),
        (["--to", "soon"], "YYYY-MM-DD"),
    ] {
        let output = far.command(&["report"]).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(told), "{}", said(&output));
    }
}

//! Six people whose browsers do differently are told apart by `get`, in words.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::Far;

/// The edge of Accra, which serves no other site.
const EDGE: &str = "/_org/edges/af-west-1-edge-0b17";

#[tokio::test]
async fn six_people_are_told_apart_in_words() {
    // A browser is served by the edge of its site where there are no others.
    let arguments = ["--users", "60", "--api", "platform", "--media-edges", "0"];
    let far = Far::start(&arguments);
    let mut child = far
        .command(&["get", "registrations", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    // One of Accra and five of elsewhere, once their topics tell of them.
    let mut fine: BTreeMap<String, bool> = BTreeMap::new();
    let people = loop {
        let row = rows.next().unwrap();
        if row["status"] == "connected" && row["source"] == "live" {
            let user = row["userId"].as_str().unwrap().to_owned();
            fine.insert(user, row["site"] == "Accra");
        }
        let of = |accra: bool| {
            let all = fine.iter().filter(move |(_, there)| **there == accra);
            all.map(|(user, _)| user.clone())
        };
        if of(true).count() > 0 && of(false).count() > 4 {
            break of(true)
                .take(1)
                .chain(of(false).take(5))
                .collect::<Vec<_>>();
        }
    };
    let [gone, fine, talks, home, crashed, silent] = people.as_slice() else {
        panic!("{people:?}")
    };
    let put = async |user: &str, change: Value| {
        let path = format!("/_org/users/{user}");
        far.control.put(&path, &change).await;
    };
    let call = json!({"count": 1, "userId": talks});
    far.control.post("/_org/interactions", &call).await;
    put(home, json!({"presence": "OFFLINE"})).await;
    let error = json!({"persistentState": "FAILED", "errorInfo": "the tab has crashed"});
    put(crashed, error).await;
    put(silent, json!({"routingStatus": "NOT_RESPONDING"})).await;
    let offline = json!({"onlineStatus": "OFFLINE"});
    far.control.put(EDGE, &offline).await;

    let expected = BTreeMap::from([
        (gone, ("lost", "unreachable", "not reached")),
        (talks, ("ok", "on a call", "reached")),
        (home, ("off duty", "signed out", "reached")),
        (crashed, ("lost", "failed: the tab has crashed", "reached")),
        (silent, ("lost", "not responding", "reached")),
    ]);
    let mut told = BTreeMap::new();
    while told != expected {
        let row = rows.next().unwrap();
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let user = text("userId");
        let browser = !row["edgeReach"].is_null();
        assert!(
            user != *fine || text("status") == "connected" || !browser,
            "{row}"
        );
        let is = (text("state"), text("status"), text("edgeReach"));
        let is = (is.0.as_str(), is.1.as_str(), is.2.as_str());
        if let Some((user, expected)) = expected.get_key_value(&user)
            && *expected == is
        {
            told.insert(*user, *expected);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

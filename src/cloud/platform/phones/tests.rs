use serde_json::{Value, json};

use super::*;
use crate::model::registration::phone::Standing;

const SINCE: &str = "2026-06-15T14:03:22.123456Z";

fn read(entity: Value) -> Result<Phone, String> {
    let entity = serde_json::from_value(entity).map_err(|error| error.to_string())?;
    phone(entity)
}

fn status(word: &str, lines: &[Option<bool>]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|reachable| json!({"reachable": reachable, "reachableStateTime": SINCE}))
        .collect();
    json!({"operationalStatus": word, "lineStatuses": lines})
}

fn served(word: &str, lines: &[Option<bool>]) -> Option<bool> {
    let status = serde_json::from_value(status(word, lines)).unwrap();
    view(&status).served
}

#[test]
fn the_word_and_the_lines_say_together_whether_an_edge_serves_it() {
    let (up, down) = (Some(true), Some(false));
    assert_eq!(served("OPERATIONAL", &[up]), up);
    assert_eq!(served("OPERATIONAL", &[]), up);
    assert_eq!(served("OPERATIONAL", &[None]), up);
    assert_eq!(served("OPERATIONAL", &[down]), down);
    assert_eq!(served("OPERATIONAL", &[down, up]), up);
    assert_eq!(served("DEGRADED", &[up, down]), up);
    assert_eq!(served("DEGRADED", &[down]), down);
    assert_eq!(served("DEGRADED", &[]), None);
    assert_eq!(served("OFFLINE", &[up]), down);
    assert_eq!(served("UNKNOWN", &[up]), None);
    assert_eq!(served("SOMETHING_NEW", &[down]), None);
}

#[test]
fn whose_phone_it_is_follows_an_order() {
    let with = |browser: Value, lines: Value| {
        let phone = json!({"id": "p", "name": "Desk 7", "webRtcUser": browser, "lines": lines});
        read(phone).unwrap().person
    };
    let (a, b, c) = (
        json!({"id": "a", "name": "Ana"}),
        json!({"id": "b"}),
        json!({"id": "c"}),
    );
    let lines = json!([{}, {"defaultForUser": c}, {"loggedInUser": b}]);
    let ana = with(a, lines.clone());
    assert_eq!((ana.id.raw(), ana.name.raw()), ("a", "Ana"));
    assert_eq!(with(Value::Null, lines).id.raw(), "b");
    assert_eq!(
        with(json!({}), json!([{"defaultForUser": c}])).id.raw(),
        "c"
    );
    let nobody = with(Value::Null, Value::Null);
    assert_eq!((nobody.id.raw(), nobody.name.raw()), ("p", "Desk 7"));
    assert!(nobody.nobody);
}

#[test]
fn the_time_is_the_organisations_and_not_ours() {
    let phone = read(json!({"id": "p", "site": {"id": "s", "name": "Accra"},
        "status": status("OFFLINE", &[Some(false), Some(true)])}))
    .unwrap();
    let mut standing = Standing::default();
    standing.take(phone.report);
    let at: Timestamp = "2026-06-15T14:03:22.123Z".parse().unwrap();
    let since = Millis(at.as_millisecond());
    assert_eq!(standing.registered(), (Some(false), Some(since)));
    assert_eq!(phone.site, Some("Accra".into()));
    assert_eq!(phone.name.raw(), "p", "an id is better than no name");
}

#[test]
fn an_event_reads_as_the_list_does() {
    let body = json!({"id": "p", "status": status("OFFLINE", &[]),
        "secondaryStatus": {"operationalStatus": "OPERATIONAL", "eventCreationTime": SINCE}});
    let report = event(body.to_string().as_bytes()).unwrap();
    let mut standing = Standing::default();
    assert!(standing.take(report.clone()));
    assert_eq!(standing.registered().0, Some(true), "it failed over");
    assert!(report.made.is_some());
    assert_eq!(event(b"{}").unwrap(), Report::default());
    assert_eq!(
        event(br#"{"status":{"eventCreationTime":"soon"}}"#)
            .unwrap()
            .made,
        None
    );
}

#[test]
fn what_breaks_its_shape_says_why() {
    assert!(read(json!({"id": ""})).is_err());
    assert!(read(json!({"id": 7})).is_err());
    assert!(read(json!({"id": "p", "lines": 7})).is_err());
    let user = read(json!({"id": "p", "webRtcUser": {"id": ".."}}))
        .unwrap()
        .person;
    assert!(user.nobody, "an id that no URL carries is nobody's");
    for body in ["", "7", "[", r#"{"status":7}"#] {
        assert!(event(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn what_phones_have_in_common_is_their_firmware_and_the_network_that_they_are_reached_in() {
    let of = |agent: Value, contacts: Value| {
        let lines =
            json!([{"reachable": false}, {"reachable": true, "contactAddresses": contacts}]);
        let phone = json!({"id": "p", "status": {"lineStatuses": lines}, "userAgentInfo": agent});
        let traits = read(phone).unwrap().traits;
        let told = |text: Option<Text>| text.map(|text| text.to_string());
        (told(traits.agent), told(traits.network))
    };
    let desk = json!({"manufacturer": "Poly", "model": "VVX 411", "firmwareVersion": "6.4.2"});
    let (agent, network) = of(desk, json!(["sip:ana@192.0.2.7:5060;transport=tls"]));
    assert_eq!(agent.as_deref(), Some("Poly VVX 411 6.4.2"));
    assert_eq!(network.as_deref(), Some("192.0.2.0/24"));
    for (contact, network) in [
        ("sips:192.0.2.7", Some("192.0.2.0/24")),
        ("sip:a@[2001:db8:1:2:3::4]:5061", Some("2001:db8:1:2::/64")),
        ("sip:a@pbx.example.com:5060", None),
        ("sip:a@", None),
        ("\u{1b}]0;x\u{7}", None),
    ] {
        let found = of(json!(7), json!([contact, 5, null]));
        // What is no list of strings says nothing, and costs the phone nothing else.
        assert_eq!(found, (None, None), "{contact}");
        let found = of(Value::Null, json!([contact]));
        assert_eq!(found, (None, network.map(str::to_owned)), "{contact}");
    }
}

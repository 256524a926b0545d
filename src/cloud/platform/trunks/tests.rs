use super::*;
use crate::model::carrier::Health;
use crate::model::trunk::{Standing, health};

fn trunk(body: &str) -> Result<Listed, String> {
    one::<TrunkEntity>(body.as_bytes()).and_then(listed)
}

#[test]
fn a_trunk_is_read_with_everything_that_is_seen_of_it() {
    let read = trunk(
        r#"{"id":"t-1","name":"Northwind on Denver","trunkType":"EXTERNAL","edge":{"id":"e-1","name":"Denver"},
        "trunkBase":{"id":"b-1","name":"Northwind"},"inService":true,"enabled":true,
        "connectedStatus":{"connected":true,"connectedStateTime":"2026-06-15T14:03:22.123Z"},
        "optionsEnabledStatus":"ENABLED","registersEnabledStatus":"NOT_SUPPORTED",
        "optionsStatus":[{"proxyAddress":"192.0.2.1:5061","optionState":true,"optionStateTime":"2026-06-15T14:00:00Z"},
          {"proxyAddress":"192.0.2.2:5061","optionState":false,
           "errorInfo":{"text":"no answer","code":"408","details":{"code":"x","message":"timeout","hostname":"h"}}}],
        "registersStatus":[],"ipStatus":{"address":"198.51.100.7","errorInfo":{}},
        "proxyAddressList":["192.0.2.1:5061","192.0.2.2:5061"],"family":7}"#,
    )
    .unwrap();
    let trunk = &read.trunk;
    assert_eq!(read.base, Some("b-1".into()));
    assert_eq!(
        (trunk.edge.clone(), trunk.edge_name.raw()),
        (Some("e-1".into()), "Denver")
    );
    assert!(trunk.signs.since.is_some() && trunk.signs.options.kept[0].since.is_some());
    assert_eq!(trunk.signs.ip.as_ref().unwrap().fault, None);
    assert_eq!(trunk.standing(), Standing::Partly);
    assert_eq!(
        trunk.trouble().unwrap().sentence(),
        "no answer, timeout at h, 408"
    );
    assert_eq!(health([trunk]), Health::Degraded);
}

#[test]
fn what_is_missing_unknown_or_null_is_no_fault() {
    let read = trunk(
        r#"{"id":"t","name":null,"edge":{},"trunkBase":{"id":".."},"optionsEnabledStatus":"SOMETIMES",
        "connectedStatus":null,"optionsStatus":null,"ipStatus":{"errorInfo":null},"connectedStateTime":"yesterday"}"#,
    )
    .unwrap();
    assert_eq!((read.base, read.trunk.edge.clone()), (None, None));
    assert_eq!(read.trunk.options, Use::Untold);
    assert_eq!(read.trunk.standing(), Standing::Unknown);
    for wrong in [
        r#"{"name":"no id"}"#,
        r#"{"id":""}"#,
        r#"{"id":"t","inService":"yes"}"#,
    ] {
        assert!(trunk(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn only_bases_that_lead_to_carriers_are_carriers() {
    let read = |body: &str| one::<BaseEntity>(body.as_bytes()).and_then(base).unwrap();
    let carrier = read(r#"{"id":"b","name":"Telco","state":"active","trunkType":"EXTERNAL"}"#);
    assert_eq!(carrier.unwrap().state, Some("active".into()));
    assert!(read(r#"{"id":"b"}"#).is_some());
    for kind in ["PHONE", "EDGE", "SOMETHING"] {
        assert!(read(&format!(r#"{{"id":"b","trunkType":"{kind}"}}"#)).is_none());
    }
}

#[test]
fn calls_are_counted_and_nonsense_is_not() {
    let body = r#"{"trunk":{"id":"t"},"calls":{"inboundCallCount":3,"outboundCallCount":-1},"qos":{"mismatchCount":2}}"#;
    let traffic = calls_event(body.as_bytes()).unwrap();
    assert_eq!(
        (traffic.inbound, traffic.outbound, traffic.mismatches),
        (Some(3), None, Some(2))
    );
    assert_eq!(calls_event(b"{}").unwrap(), Traffic::default());
    assert!(one::<MetricsEntity>(b"{}").and_then(counted).is_err());
    assert!(calls_event(br#"{"calls":[]}"#).is_err());
}

#[test]
fn an_event_leaves_out_what_has_not_changed() {
    let seen = trunk_event(br#"{"id":"t","connectedStatus":{"connected":false}}"#).unwrap();
    assert_eq!(seen.connected, Some((Some(false), None)));
    assert!(seen.options.is_none() && seen.registers.is_none() && seen.ip.is_none());
    let many = format!(
        r#"{{"optionsStatus":[{}]}}"#,
        vec![r#"{"optionState":true}"#; SIGNS_KEPT + 2].join(",")
    );
    let options = trunk_event(many.as_bytes()).unwrap().options.unwrap();
    assert_eq!((options.kept.len(), options.beyond), (SIGNS_KEPT, 2));
    assert!(trunk_event(b"[]").is_err() && trunk_event(b"").is_err());
}

use std::path::Path;

use super::read::{WrittenTarget, read};
use super::{TargetSettings, TargetWay};

fn one(text: &str) -> Result<TargetSettings, String> {
    let written: WrittenTarget = toml::from_str(text).map_err(|e| e.message().to_owned())?;
    read(vec![written], Path::new("/etc/trunkline")).map(|mut all| all.remove(0))
}

#[test]
fn each_kind_is_read_and_shown_without_its_secrets() {
    for (text, shown) in [
        (
            "name = \"a\"\nkind = \"webhook\"\naddress = \"https://h.example/canary?k=canary\"",
            "masked: https://h.example/…",
        ),
        (
            "name = \"a\"\nkind = \"alertmanager\"\naddress = \"http://127.0.0.1:9093/am\"\nuser = \"ops\"\nkey_file = \"am.key\"",
            "masked: http://127.0.0.1:9093/…",
        ),
        (
            "name = \"a\"\nkind = \"pagerduty\"\nkey_env = \"PD\"",
            "masked: https://events.pagerduty.com/…",
        ),
        (
            "name = \"a\"\nkind = \"slack\"\naddress_file = \"slack.url\"",
            "masked: from the file /etc/trunkline/slack.url",
        ),
        (
            "name = \"a\"\nkind = \"teams\"\naddress_command = [\"pass\", \"canary\"]",
            "masked: from the command pass",
        ),
        (
            "name = \"a\"\nkind = \"syslog\"\naddress = \"tls://[2001:db8::1]\"",
            "tls://[2001:db8::1]:6514",
        ),
        (
            "name = \"a\"\nkind = \"command\"\ncommand = [\"/bin/tell\", \"canary\"]",
            "/bin/tell …",
        ),
    ] {
        let target = one(text).unwrap();
        assert_eq!(target.place(), shown);
        let all = format!("{} {target:?}", target.shown());
        let argv =
            matches!(target.to, TargetWay::Command { .. }) || text.contains("address_command");
        assert!(argv || !all.contains("canary"), "{all}");
        assert!(!target.shown().to_string().contains("canary"));
    }
}

#[test]
fn a_mistake_names_the_target_and_the_key() {
    for (text, said) in [
        ("kind = \"pagerduty\"", "target 1: it has no key"),
        ("kind = \"pagerduty\"\nkey = \"canary\"", "key_file"),
        (
            "kind = \"slack\"\naddress = \"https://hooks.slack.com/canary\"",
            "address_file",
        ),
        (
            "kind = \"webhook\"\naddress = \"http://h.example/x\"",
            "in the clear",
        ),
        ("kind = \"webhook\"", "it has no address"),
        (
            "kind = \"webhook\"\naddress = \"https://h.example\"\nuser = \"a\"",
            "no password",
        ),
        (
            "kind = \"syslog\"\naddress = \"https://h.example\"",
            "udp://HOST:514",
        ),
        (
            "kind = \"syslog\"\naddress = \"udp://u:canary@h.example\"",
            "udp://HOST:514",
        ),
        (
            "kind = \"syslog\"\naddress = \"udp://h\"\nfacility = \"local9\"",
            "facility",
        ),
        ("kind = \"command\"", "it has no command"),
        (
            "kind = \"command\"\ncommand = [\"a\"]\ntimeout_seconds = 900",
            "1 to 60",
        ),
        (
            "kind = \"command\"\ncommand = [\"a\"]\nfacility = \"user\"",
            "facility is not for the kind command",
        ),
        (
            "kind = \"teams\"\naddress_env = \"A\"\naddress_file = \"b\"",
            "more than one place",
        ),
        ("kind = \"smoke\"", "kind: "),
        (
            "kind = \"syslog\"\naddress = \"udp://h\"\nwhen = \"colour:red\"",
            "when, column 1",
        ),
    ] {
        let fault = one(&format!("name = \"a\"\n{text}")).unwrap_err();
        assert!(fault.contains(said) && !fault.contains("canary"), "{fault}");
    }
    assert!(
        one("name = \"webhook\"\nkind = \"syslog\"")
            .unwrap_err()
            .contains("is taken")
    );
}

#[test]
fn only_a_datagram_or_an_open_connection_to_elsewhere_can_be_read_on_the_way() {
    for (address, clear) in [
        ("udp://logs.example", true),
        ("tcp://192.0.2.1", true),
        ("tls://logs.example", false),
        ("udp://127.0.0.1", false),
        ("tcp://[::1]:601", false),
    ] {
        let text = format!("name = \"a\"\nkind = \"syslog\"\naddress = \"{address}\"");
        assert_eq!(one(&text).unwrap().in_the_clear(), clear, "{address}");
    }
}

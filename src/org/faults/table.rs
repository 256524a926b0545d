//! Every fault: its key, what a person who asks for help reads, and where its value is.

use std::fmt::Write as _;

use super::Faults;
use super::value::FaultValue;

/// One fault.
pub(super) struct FaultEntry {
    pub(super) key: &'static str,
    means: &'static str,
    pub(super) value: fn(&mut Faults) -> FaultValue<'_>,
}

/// A line of the table; the value tells the range.
const fn entry(
    key: &'static str,
    value: fn(&mut Faults) -> FaultValue<'_>,
    means: &'static str,
) -> FaultEntry {
    FaultEntry { key, means, value }
}

/// In the order of the help.
#[rustfmt::skip] // A table: one fault a line.
pub(super) const TABLE: &[FaultEntry] = &[
    entry("http-429", |f| FaultValue::Share(&mut f.http_429), "calls refused as over the rate limit, nothing taken"),
    entry("http-503", |f| FaultValue::Share(&mut f.http_503), "calls refused as unavailable, nothing taken"),
    entry("http-500", |f| FaultValue::Share(&mut f.http_500), "calls that fail inside, nothing taken"),
    entry("lose-request", |f| FaultValue::Share(&mut f.lose_request), "writes cut off before they are taken"),
    entry("lose-answer", |f| FaultValue::Share(&mut f.lose_answer), "writes cut off after they are taken"),
    entry("retry-after", |f| FaultValue::DateOrSeconds(&mut f.retry_after_date), "how http-429 and http-503 say when to come back"),
    entry("latency", |f| FaultValue::Millis(&mut f.latency), "every call waits this long first"),
    entry("token-ttl", |f| FaultValue::Lifetime(&mut f.token_ttl), "tokens issued from now on live this long"),
    entry("ws-drop", |f| FaultValue::Mean(&mut f.ws_drop), "streams are cut without a close frame, on average"),
    entry("ws-garbage", |f| FaultValue::Share(&mut f.ws_garbage), "frames preceded by one that cannot be decoded"),
    entry("ws-silent", |f| FaultValue::Switch(&mut f.ws_silent), "streams accept and say nothing, open ones for good"),
    entry("ws-close", |f| FaultValue::CloseCode(&mut f.ws_close), "every stream is closed with this code soon"),
    entry("ws-fail", |f| FaultValue::Share(&mut f.ws_fail), "upgrades to a WebSocket refused as unavailable"),
    entry("ws-hang", |f| FaultValue::Share(&mut f.ws_hang), "upgrades to a WebSocket not answered meanwhile"),
    entry("stream-loss", |f| FaultValue::Share(&mut f.stream_loss), "events that registration streams lose, and live"),
    entry("webhook-status", |f| FaultValue::Status(&mut f.webhook_status), "what the sink /_org/webhooks answers, not 200"),
    entry("webhook-latency", |f| FaultValue::Millis(&mut f.webhook_latency), "how long the sink /_org/webhooks takes"),
    entry("webhook-dup", |f| FaultValue::Share(&mut f.webhook_dup), "deliveries to webhooks made twice"),
    entry("webhook-drop", |f| FaultValue::Share(&mut f.webhook_drop), "deliveries to webhooks never made"),
    entry("webhook-delay", |f| FaultValue::Millis(&mut f.webhook_delay), "deliveries to webhooks wait up to this, out of turn"),
    entry("job-ms", |f| FaultValue::Millis(&mut f.job_ms), "how long a job runs; 0 draws 2 to 6 s for each"),
    entry("transfer-ms", |f| FaultValue::Millis(&mut f.transfer_ms), "how long a transfer takes; 0 draws 150 to 600 ms"),
    entry("transfer-shuffle", |f| FaultValue::Share(&mut f.transfer_shuffle), "transfers held back, up to 10 times as long"),
    entry("transfer-reject", |f| FaultValue::Share(&mut f.transfer_reject), "transfers rejected"),
    entry("transfer-unsupported", |f| FaultValue::Share(&mut f.transfer_unsupported), "transfers whose codec is not supported"),
    entry("transfer-silent", |f| FaultValue::Share(&mut f.transfer_silent), "transfers done and never answered"),
    entry("transfer-deaf", |f| FaultValue::Share(&mut f.transfer_deaf), "transfers neither done nor answered"),
    entry("transfer-cut", |f| FaultValue::Share(&mut f.transfer_cut), "transfers done, and the connection cut"),
    entry("transfer-limit", |f| FaultValue::Share(&mut f.transfer_limit), "transfers turned away as over the rate limit"),
    entry("transfer-close", |f| FaultValue::Share(&mut f.transfer_close), "transfers turned away by a close with 1008"),
    entry("media-status", |f| FaultValue::Status(&mut f.media_status), "what the sink for media servers answers, not 200"),
    entry("callback-ms", |f| FaultValue::Millis(&mut f.callback_ms), "how long each stage of a callback takes; 0 is never"),
    entry("callback-fail", |f| FaultValue::Share(&mut f.callback_fail), "callbacks that fail in the end"),
    entry("callback-cuts", |f| FaultValue::Share(&mut f.callback_cuts), "callback frames cut and joined at random [0.2]"),
    entry("callback-variants", |f| FaultValue::Share(&mut f.callback_variants), "callback frames in other msgpack forms [0.2]"),
    entry("callback-dup", |f| FaultValue::Share(&mut f.callback_dup), "callback updates delivered twice"),
    entry("callback-oversize", |f| FaultValue::Share(&mut f.callback_oversize), "callback frames after a length over 1 MiB"),
    entry("station-conflict", |f| FaultValue::Share(&mut f.station_conflict), "associations with a station refused as a conflict"),
    entry("station-ms", |f| FaultValue::Millis(&mut f.station_ms), "how long after its phone a station appears [1500]"),
    entry("reboot-ms", |f| FaultValue::Millis(&mut f.reboot_ms), "how long phones and edges take to reboot [4000]"),
    entry("limit-old", |f| FaultValue::Switch(&mut f.limit_before_2021), "over the limit, the code of before 2021"),
    entry("channels", |f| FaultValue::Count(&mut f.channels), "channels a client may have; one more evicts [20]"),
    entry("channel-ttl", |f| FaultValue::Lifetime(&mut f.channel_ttl), "channels live so long once subscribed to [86400]"),
    entry("ws-heartbeat", |f| FaultValue::Every(&mut f.ws_heartbeat), "how often channels say that they live [30]"),
    entry("ws-closing", |f| FaultValue::Every(&mut f.ws_closing), "channels' sockets are told to leave after this"),
    entry("ws-grace", |f| FaultValue::Every(&mut f.ws_grace), "how long a socket stays after that [60]"),
    entry("ws-takeover", |f| FaultValue::Share(&mut f.ws_takeover), "such sockets that end as soon as another joins"),
    entry("combined", |f| FaultValue::Combined(&mut f.combined), "prefix?a&b: serve, refuse, swallow (not followed)"),
    entry("subscribe-most", |f| FaultValue::Count(&mut f.subscribe_most), "topics in one call; more are refused as too large"),
    entry("edges-recycle", |f| FaultValue::Every(&mut f.edges_recycle), "the cloud's own edges are replaced, one each"),
    entry("contradictions", |f| FaultValue::Switch(&mut f.contradictions), "people on queue whom calls do not find"),
    entry("double-numbers", |f| FaultValue::Switch(&mut f.double_numbers), "numbers that two have, or the lists disagree on"),
    entry("bad-calls", |f| FaultValue::Share(&mut f.bad_calls), "calls of one carrier that sound bad, of 25 minutes"),
    entry("cloud", |f| FaultValue::Cloud(&mut f.cloud), "vendor's status: degraded, outage, silent, well"),
];

/// Every key, for an error.
pub(super) fn keys() -> String {
    let keys: Vec<_> = TABLE.iter().map(|entry| entry.key).collect();
    keys.join(", ")
}

/// One line a fault.
pub(super) fn help() -> String {
    let mut text = "Faults:".to_owned();
    for entry in TABLE {
        let mut none = Faults::default();
        let label = format!("{}={}", entry.key, (entry.value)(&mut none).unit());
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {label:<26} {}", entry.means);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_can_be_set_and_shown_and_no_two_share_a_value() {
        let untouched = Faults::default();
        for entry in TABLE {
            let mut faults = untouched;
            let set = ["1", "200", "1000", "0.5", "date", "refuse", "outage"]
                .iter()
                .find(|value| faults.set(&format!("{}={value}", entry.key)).is_ok());
            assert!(set.is_some(), "{}", entry.key);
            for other in TABLE {
                let (mut before, mut after) = (untouched, faults);
                let same = (other.value)(&mut before).read() == (other.value)(&mut after).read();
                assert_eq!(same, other.key != entry.key, "{} {}", entry.key, other.key);
            }
            let error = faults.set(&format!("{}=-1", entry.key)).unwrap_err();
            assert!(error.to_string().contains(entry.key), "{error}");
        }
    }

    #[test]
    fn a_status_is_a_final_one() {
        for refused in ["100", "600", "x"] {
            let fault = format!("webhook-status={refused}");
            assert!(fault.parse::<Faults>().is_err(), "{refused}");
        }
    }

    #[test]
    fn the_help_has_a_line_for_each() {
        let help = help();
        assert_eq!(help.lines().count(), TABLE.len() + 1);
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{help}"
        );
    }
}

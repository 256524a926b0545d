//! Findings as text for a terminal and as JSON for programs.

use std::fmt::Display;

use serde::Serialize;

use crate::model::finding::{
    Certificate, Dns, Finding, Grade, Http, ProbeOutcome, SipAnswer, Stun, Tls, TurnAnswer,
};
use crate::text::Text;

/// Columns of the names in front.
const NAMES: usize = 10;

/// A finding for programs: all of it, byte-true, with its word and its sentence.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    grade: Grade,
    state: &'static str,
    sentence: String,
}

/// One JSON object and a line end.
#[must_use]
pub fn json(finding: &Finding) -> String {
    let report = Report {
        finding,
        grade: finding.grade(),
        state: finding.word(),
        sentence: finding.sentence(),
    };
    // Plain strings, numbers and options cannot fail to serialise.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

/// Lines for a person: the verdict and its reason, then what was seen, names and values aligned.
#[must_use]
pub fn text(finding: &Finding) -> String {
    let state = finding
        .tls()
        .map_or(finding.word(), |tls| tls.verdict.detail());
    let mut out = format!(
        "{}  {state}  {} ms\n{}\n",
        finding.target,
        finding.took_ms,
        finding.sentence()
    );
    for (name, value) in lines(finding) {
        out.push_str(format!("  {name:NAMES$}  {value}").trim_end());
        out.push('\n');
    }
    out
}

type Line = (String, String);

/// What was seen, as names and values that are safe to show: for the console's detail as well.
#[must_use]
pub fn lines(finding: &Finding) -> Vec<Line> {
    let mut lines = Lines::default();
    match &finding.outcome {
        ProbeOutcome::Tls(found) => tls(&mut lines, found, finding),
        ProbeOutcome::Stun(found) => stun(&mut lines, found),
        ProbeOutcome::Turn(found) => turn(&mut lines, found),
        ProbeOutcome::Dns(found) => dns(&mut lines, found),
        ProbeOutcome::Http(found) => http(&mut lines, found),
        ProbeOutcome::Sip(found) => sip(&mut lines, found),
        ProbeOutcome::Failed(_) => {}
    }
    lines.0
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, name: &str, value: &dyn Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    fn maybe(&mut self, name: &str, value: Option<&impl Display>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}

fn tls(lines: &mut Lines, tls: &Tls, finding: &Finding) {
    lines.maybe("peer", tls.peer.as_ref());
    lines.maybe("protocol", tls.version.as_ref());
    lines.maybe("cipher", tls.cipher.as_ref());
    for (i, one) in tls.chain.iter().enumerate() {
        lines.add(&format!("chain {}", i + 1), &one.subject);
        certificate(lines, one, finding);
    }
    if tls.chain_dropped > 0 {
        lines.add("", &format!("and {} more certificates", tls.chain_dropped));
    }
}

fn certificate(lines: &mut Lines, one: &Certificate, finding: &Finding) {
    lines.add("  issuer", &one.issuer);
    if !one.sans.is_empty() {
        let mut names: Vec<String> = one.sans.iter().map(Text::to_string).collect();
        if one.sans_dropped > 0 {
            names.push(format!("and {} more", one.sans_dropped));
        }
        lines.add("  names", &names.join(", "));
    }
    let day = |at: crate::time::Millis| at.timestamp().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    let days = one.days_left(finding.at);
    lines.add("  from", &day(one.not_before));
    lines.add(
        "  until",
        &format!("{} ({days} days left)", day(one.not_after)),
    );
    lines.add("  sha256", &one.sha256);
}

fn stun(lines: &mut Lines, stun: &Stun) {
    lines.add("peer", &stun.peer);
    lines.add("local", &stun.local);
    if let Some(mapped) = stun.mapped {
        let nat = if stun.nat() { "behind a NAT" } else { "no NAT" };
        lines.add("mapped", &format!("{mapped} ({nat})"));
    }
    lines.maybe("wants credentials for", stun.wants.as_ref());
    lines.add("round trip", &ms(stun.rtt_us));
    lines.add("requests", &stun.requests);
    lines.maybe("software", stun.software.as_ref());
}

fn turn(lines: &mut Lines, turn: &TurnAnswer) {
    lines.add("peer", &turn.peer);
    lines.add("relay", &turn.relayed);
    lines.maybe("mapped", turn.mapped.as_ref());
    let end = if turn.released {
        "released"
    } else {
        "not released"
    };
    lines.add("lifetime", &format!("{} s, {end}", turn.lifetime_s));
    lines.add("realm", &turn.realm);
    lines.add("round trip", &ms(turn.rtt_us));
    lines.add("requests", &turn.requests);
    lines.maybe("software", turn.software.as_ref());
}

fn dns(lines: &mut Lines, dns: &Dns) {
    lines.add("resolver", &dns.resolver);
    for record in &dns.records {
        let value = format!("{}  {} (TTL {} s)", record.name, record.value, record.ttl_s);
        lines.add(record.kind, &value);
    }
    if dns.records_dropped > 0 {
        lines.add("", &format!("and {} more records", dns.records_dropped));
    }
    for note in &dns.notes {
        lines.add("note", &note);
    }
}

fn http(lines: &mut Lines, http: &Http) {
    lines.maybe("peer", http.peer.as_ref());
    lines.add("status", &http.status);
    lines.add("version", &http.version);
    lines.maybe("location", http.location.as_ref());
}

fn sip(lines: &mut Lines, sip: &SipAnswer) {
    lines.add("peer", &sip.peer);
    lines.add("transport", &sip.transport);
    lines.add("status", &format!("{} {}", sip.status, sip.reason));
    lines.maybe("server", sip.server.as_ref());
    lines.maybe("allow", Some(&sip.allow).filter(|allow| !allow.is_empty()));
    lines.add("round trip", &ms(sip.rtt_us));
    lines.add("requests", &sip.requests);
}

fn ms(us: u64) -> String {
    format!("{}.{:03} ms", us / 1000, us % 1000)
}

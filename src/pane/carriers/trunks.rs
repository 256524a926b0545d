//! The trunks of a carrier in its detail and in its JSON: which edge each runs on, what is seen of it, what is wrong.

use std::fmt::Write as _;

use ratatui::text::{Line as Shown, Span};
use serde::Serialize;

use crate::config::theme::Role;
use crate::model::EdgeId;
use crate::model::trunk::{By, Fault, Heard, Proxies, Standing, Traffic, Trunk, Use};
use crate::pane::Scene;
use crate::text::{fit, width};

/// Trunks that the detail shows; the worst stand first.
const SHOWN: usize = 8;

/// Columns of an edge's name.
const EDGE: usize = 22;

/// A line for each trunk, and one more for what is wrong with it.
pub(super) fn lines(trunks: &[Trunk], scene: &Scene<'_>) -> Vec<Shown<'static>> {
    let mut sorted: Vec<&Trunk> = trunks.iter().collect();
    sorted.sort_by(|a, b| {
        let order = a.standing().cmp(&b.standing());
        order.then_with(|| place(a).cmp(&place(b)))
    });
    let mut lines = Vec::new();
    for trunk in sorted.iter().take(SHOWN) {
        lines.push(line(trunk, scene));
        if let Some(fault) = trunk.trouble() {
            let text = format!("{:EDGE$}{}", "", fault.sentence());
            lines.push(Shown::styled(text, scene.theme.style(role(trunk))));
        }
    }
    if let Some(more) = sorted.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let text = format!("and {more} more trunks, none of them worse");
        lines.push(Shown::styled(text, scene.theme.style(Role::Dim)));
    }
    lines
}

fn line(trunk: &Trunk, scene: &Scene<'_>) -> Shown<'static> {
    let theme = scene.theme;
    let (dim, text) = (theme.style(Role::Dim), theme.style(Role::Text));
    let mut spans = vec![
        Span::styled(
            column(trunk.standing().word(), 14),
            theme.style(role(trunk)),
        ),
        Span::styled(column(&place(trunk), EDGE), text),
    ];
    let mut say = |label: &str, value: String| {
        spans.push(Span::styled(format!("{label} "), dim));
        spans.push(Span::styled(format!("{value}   "), text));
    };
    for (label, used, proxies) in checks(trunk) {
        say(label, answers(used, proxies));
    }
    let calls = trunk.traffic.map_or("not counted".to_owned(), calls);
    say("calls", calls);
    if let Some(since) = trunk.signs.since {
        let word = match trunk.signs.connected {
            Some(true) => "connected",
            Some(false) => "not connected",
            None => "connection not told",
        };
        say(word, since.clock(scene.zone, scene.now));
    }
    say(
        trunk.heard.by.word(),
        trunk.heard.at.clock(scene.zone, scene.now),
    );
    Shown::from(spans)
}

/// The checks that are made of a trunk, or have something to say all the same.
fn checks(trunk: &Trunk) -> impl Iterator<Item = (&'static str, Use, &Proxies)> {
    let checks = [
        ("OPTIONS", trunk.options, &trunk.signs.options),
        ("REGISTER", trunk.registers, &trunk.signs.registers),
    ];
    let made = |(_, used, proxies): &(&str, Use, &Proxies)| {
        *used == Use::Enabled || !proxies.kept.is_empty()
    };
    checks.into_iter().filter(made)
}

/// How many proxies answer, of how many.
fn answers(used: Use, proxies: &Proxies) -> String {
    if proxies.kept.is_empty() || !used.counts() {
        return used.word().to_owned();
    }
    let good = proxies.kept.iter().filter(|sign| sign.good == Some(true));
    let mut text = format!("{}/{}", good.count(), proxies.kept.len());
    if proxies.beyond > 0 {
        // Writing to a string does not fail.
        let _ = write!(text, " and {} more", proxies.beyond);
    }
    text
}

fn calls(traffic: Traffic) -> String {
    let count = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
    let (inbound, outbound) = (count(traffic.inbound), count(traffic.outbound));
    match traffic.mismatches {
        Some(n) if n > 0 => format!("{inbound} in, {outbound} out, {n} of poor quality"),
        _ => format!("{inbound} in, {outbound} out"),
    }
}

/// Where a trunk runs, as people call it.
fn place(trunk: &Trunk) -> String {
    let edge = trunk.edge.as_ref().map(|edge| edge.0.clone());
    let known = [
        Some(trunk.edge_name.clone()),
        edge,
        Some(trunk.name.clone()),
    ];
    let first = known.into_iter().flatten().find(|name| !name.is_empty());
    first.unwrap_or_else(|| trunk.id.0.clone()).to_string()
}

/// How a trunk looks: what may have changed unseen is stale, whatever it was.
fn role(trunk: &Trunk) -> Role {
    match trunk.standing() {
        _ if trunk.heard.by == By::Gap => Role::Stale,
        Standing::Failing => Role::Bad,
        Standing::Partly => Role::Warn,
        Standing::Unknown => Role::Unknown,
        Standing::Working => Role::Ok,
        Standing::Out => Role::Dim,
    }
}

/// Text in a column of its own.
fn column(text: &str, columns: usize) -> String {
    let shown = fit(text, columns.saturating_sub(2));
    let gap = columns.saturating_sub(width(&shown));
    format!("{shown}{}", " ".repeat(gap))
}

/// A trunk as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'a> {
    id: &'a str,
    edge: Option<&'a str>,
    edge_name: &'a str,
    standing: &'static str,
    in_service: Option<bool>,
    enabled: Option<bool>,
    connected: Option<bool>,
    trouble: Option<String>,
    calls: Option<Traffic>,
    heard: Heard,
}

impl<'a> From<&'a Trunk> for Record<'a> {
    fn from(trunk: &'a Trunk) -> Self {
        Self {
            id: trunk.id.raw(),
            edge: trunk.edge.as_ref().map(EdgeId::raw),
            edge_name: trunk.edge_name.raw(),
            standing: trunk.standing().word(),
            in_service: trunk.in_service,
            enabled: trunk.enabled,
            connected: trunk.signs.connected,
            trouble: trunk.trouble().map(Fault::sentence),
            calls: trunk.traffic,
            heard: trunk.heard,
        }
    }
}

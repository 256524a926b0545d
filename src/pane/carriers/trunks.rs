//! The trunks of a carrier in its detail and in its JSON: which edge each runs on, what is seen of it, what is wrong.

use ratatui::text::{Line as Shown, Span};

use crate::kind::trunks::{answers, checks, place, role};
use crate::model::trunk::{Traffic, Trunk};
use crate::pane::Scene;
use crate::text::{shown, width};
use crate::vocabulary::role::Role;

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
        let text = format!("+{more} more trunks");
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
            None => "connection not available",
        };
        say(word, since.clock(scene.zone, scene.now));
    }
    say(
        trunk.heard.by.word(),
        trunk.heard.at.clock(scene.zone, scene.now),
    );
    Shown::from(spans)
}

fn calls(traffic: Traffic) -> String {
    let count = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
    let (inbound, outbound) = (count(traffic.inbound), count(traffic.outbound));
    match traffic.mismatches {
        Some(n) if n > 0 => format!("{inbound} in, {outbound} out, {n} of poor quality"),
        _ => format!("{inbound} in, {outbound} out"),
    }
}

/// Text in a column of its own; what is longer stands over.
fn column(text: &str, columns: usize) -> String {
    let shown = shown(text);
    let gap = columns.saturating_sub(width(&shown)).max(2);
    format!("{shown}{}", " ".repeat(gap))
}

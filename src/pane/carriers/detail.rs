//! The panel under the rows: everything known of one carrier, both sides of a contradiction, the certificates.

use ratatui::text::{Line as Shown, Span};

use super::trunks;
use crate::kind::carriers::{CarrierLine, grade_role, role};
use crate::model::carrier::Accord;
use crate::model::finding::{Certificate, Finding, Tls};
use crate::pane::Scene;
use crate::store::probes::Probed;
use crate::text::Text;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// Past health and past probes that a line shows.
const RECENT: usize = 6;

/// The lines of a carrier.
pub fn lines(line: &CarrierLine<'_>, scene: &Scene<'_>) -> Vec<Shown<'static>> {
    let theme = scene.theme;
    let mut lines = said(line, scene);
    lines.extend(trunks::lines(&line.row.carrier().trunks, scene));
    match line.proxy {
        Some(proxy) => {
            lines.extend(seen(line, proxy, scene));
        }
        None => lines.push(Shown::styled(
            "The profile names no SIP proxy for this carrier, so nothing is probed.",
            theme.style(Role::Dim),
        )),
    }
    lines.push(health(line, scene));
    if let Some(proxy) = line.proxy {
        lines.push(probes(proxy, scene));
    }
    let asked = scene.store.probes.options_of(&line.row.carrier().id);
    if let Some(finding) = asked.and_then(Probed::finding) {
        let (dim, text) = (scene.theme.style(Role::Dim), scene.theme.style(Role::Text));
        lines.push(Shown::from(vec![
            Span::styled("SIP OPTIONS says ", dim),
            Span::styled(finding.word(), scene.theme.style(grade_role(Some(finding)))),
            Span::styled(format!(": {}", finding.sentence()), text),
        ]));
    }
    lines
}

/// What the organisation says.
fn said(line: &CarrierLine<'_>, scene: &Scene<'_>) -> Vec<Shown<'static>> {
    let carrier = line.row.carrier();
    let told = |text: Option<&Text>| text.map_or("not available".to_owned(), Text::to_string);
    let affected = carrier
        .affected
        .map_or("not available".to_owned(), |n| n.to_string());
    let mut facts = vec![
        ("carrier", line.row.name().to_string()),
        ("id", carrier.id.to_string()),
        ("status", told(carrier.status.as_ref())),
    ];
    if !scene.can.trunks {
        facts.push(("affected registrations", affected));
    }
    let by = if scene.can.trunks {
        "its trunks say "
    } else {
        "organisation says "
    };
    let mut health = vec![
        Span::styled(by, scene.theme.style(Role::Dim)),
        Span::styled(carrier.health.word(), scene.theme.style(role(line))),
    ];
    let (doubt, since) = match line.row.remembered() {
        true => (" (remembered, not read yet)", "as of"),
        false if line.stale => (" (stale)", "since"),
        false => ("", "since"),
    };
    health.push(Span::styled(doubt, scene.theme.style(Role::Stale)));
    let since = format!(" {since} {}   ", moment(line.row.since(), scene.zone));
    health.push(Span::styled(since, scene.theme.style(Role::Text)));
    vec![pairs(scene.theme, &facts), Shown::from(health)]
}

/// What the probe saw, and whether that fits.
fn seen(line: &CarrierLine<'_>, proxy: &Probed, scene: &Scene<'_>) -> Vec<Shown<'static>> {
    let theme = scene.theme;
    let Some(finding) = proxy.finding() else {
        let state = if proxy.running() {
            "under way"
        } else {
            "awaited"
        };
        let text = format!("{} {state}", proxy.target());
        return vec![pairs(theme, &[("probe of", text)])];
    };
    let mut lines = vec![Shown::from(vec![
        Span::styled("probe says ", theme.style(Role::Dim)),
        Span::styled(
            finding
                .tls()
                .map_or(finding.word(), |tls| tls.verdict.detail()),
            theme.style(grade_role(Some(finding))),
        ),
        Span::styled(format!(": {}", finding.sentence()), theme.style(Role::Text)),
    ])];
    if line.accord() == Accord::Contradiction {
        let said = finding
            .tls()
            .map_or(finding.word(), |tls| tls.verdict.word());
        let cloud = line.health();
        let text = format!("≠ Cloud says {cloud}, probe says {said}: check which is right.");
        lines.push(Shown::styled(text, theme.style(Role::Bad)));
    }
    if let Some(tls) = finding.tls() {
        lines.push(handshake(tls, finding, scene));
        for (depth, certificate) in tls.chain.iter().enumerate() {
            lines.extend(self::certificate(depth, certificate, scene));
        }
        if tls.chain_dropped > 0 {
            let text = format!(
                "{} further certificates were sent and not kept",
                tls.chain_dropped
            );
            lines.push(Shown::styled(text, theme.style(Role::Dim)));
        }
    }
    lines
}

fn handshake(tls: &Tls, finding: &Finding, scene: &Scene<'_>) -> Shown<'static> {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    pairs(
        scene.theme,
        &[
            ("at", finding.at.clock(scene.zone, scene.now)),
            ("took", format!("{} ms", finding.took_ms)),
            (
                "protocol",
                or_none(tls.version.as_ref().map(Text::to_string)),
            ),
            ("cipher", or_none(tls.cipher.as_ref().map(Text::to_string))),
            ("peer", or_none(tls.peer.map(|peer| peer.to_string()))),
        ],
    )
}

/// Three lines of a certificate; the peer's own stands first.
fn certificate(depth: usize, of: &Certificate, scene: &Scene<'_>) -> [Shown<'static>; 3] {
    let label = if depth == 0 {
        "certificate"
    } else {
        "issued by"
    };
    let mut names: Vec<String> = of.sans.iter().map(Text::to_string).collect();
    if of.sans_dropped > 0 {
        names.push(format!("and {} more", of.sans_dropped));
    }
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(" ")
    };
    let date = |at: crate::time::Millis| at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string();
    [
        pairs(
            scene.theme,
            &[
                (label, of.subject.to_string()),
                ("issuer", of.issuer.to_string()),
            ],
        ),
        pairs(
            scene.theme,
            &[
                ("  valid from", date(of.not_before)),
                ("to", date(of.not_after)),
                ends_in(of.days_left(scene.now)),
                ("names", names),
            ],
        ),
        pairs(scene.theme, &[("  SHA-256", of.sha256.clone())]),
    ]
}

/// How long a certificate has, or how long ago it had: whole days in both, of which none is counted before it is over.
fn ends_in(days: i64) -> (&'static str, String) {
    match days {
        0.. => ("days left", days.to_string()),
        -1 => ("expired", "less than a day ago".to_owned()),
        -2 => ("expired", "1 day ago".to_owned()),
        _ => ("expired", format!("{} days ago", -1 - days)),
    }
}

/// How the health has gone, newest first.
fn health(line: &CarrierLine<'_>, scene: &Scene<'_>) -> Shown<'static> {
    let turns = line.row.past().take(RECENT);
    let turns = turns.map(|turn| {
        format!(
            "{} {}",
            turn.at.clock(scene.zone, scene.now),
            turn.to.word()
        )
    });
    let shown = turns.collect::<Vec<_>>().join(" · ");
    pairs(scene.theme, &[("health, newest first:", shown)])
}

/// How the probes went, newest first.
fn probes(proxy: &Probed, scene: &Scene<'_>) -> Shown<'static> {
    let past = proxy.past().take(RECENT);
    let past = past.map(|probe| {
        let at = probe.at.clock(scene.zone, scene.now);
        format!("{at} {} {} ms", probe.word, probe.took_ms)
    });
    let shown = past.collect::<Vec<_>>().join(" · ");
    pairs(scene.theme, &[("probes, newest first:", shown)])
}

//! "Is it us or the cloud?": the vendor's own word in the header, in Pulse and in the messages.

use trunkline::model::vendor::{VendorPart, VendorReport, VendorState};
use trunkline::vocabulary::news::{News, VendorNews};

use crate::stage::{NOON, Stage};

fn report(state: VendorState) -> VendorReport {
    let part = VendorPart {
        name: "Voice\x1b[2J".into(),
        group: Some("eu-central-1".into()),
        state,
        since: None,
    };
    let parts = if state.is_well() { vec![] } else { vec![part] };
    VendorReport {
        state,
        of: parts.len(),
        parts,
        since: (!state.is_well()).then(|| NOON.plus(-3_600_000)),
        ..VendorReport::default()
    }
}

fn stage() -> Stage {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage
}

fn told(stage: &mut Stage, news: VendorNews) {
    stage.feed(vec![News::Vendor(news)]);
    stage.pass(1_500);
}

/// The header and the line of Pulse.
fn seen(stage: &mut Stage, size: (u16, u16)) -> (String, String) {
    stage.press(&["9"]);
    let text = stage.text(size);
    let header = text.lines().next().unwrap_or_default().to_owned();
    let pulse = text.lines().find_map(|line| line.split("cloud    ").nth(1));
    let pulse = pulse.unwrap_or_default().trim_end_matches(['│', ' ']);
    (header, pulse.to_owned())
}

#[test]
fn nobody_is_told_of_a_page_that_nobody_asks() {
    let (header, pulse) = seen(&mut stage(), (200, 60));
    assert!(!header.contains("cloud"), "{header}");
    assert_eq!(pulse, "not configured (status_url)");
}

#[test]
fn a_cloud_that_is_well_is_a_calm_word_in_pulse_alone() {
    let mut stage = stage();
    told(&mut stage, VendorNews::Asked);
    assert_eq!(seen(&mut stage, (200, 60)).1, "not read yet");
    told(
        &mut stage,
        VendorNews::Told(report(VendorState::Operational)),
    );
    let (header, pulse) = seen(&mut stage, (200, 60));
    assert!(!header.contains("cloud"), "{header}");
    assert_eq!(pulse, "operational   as of 14:03");
    // The one read that fails is no news, and is said where one looks for it.
    told(&mut stage, VendorNews::Failed("HTTP 503".into()));
    let (header, pulse) = seen(&mut stage, (200, 60));
    assert!(!header.contains("cloud"), "{header}");
    assert_eq!(
        pulse,
        "not reachable, last answer operational at 14:03: HTTP 503"
    );
    told(&mut stage, VendorNews::Failed("HTTP 503".into()));
    let (header, _) = seen(&mut stage, (200, 60));
    let said = "cloud: status page not reachable  operational at 14:03 UTC";
    assert!(header.contains(said), "{header}");
}

#[test]
fn a_cloud_that_is_not_well_is_said_in_the_header_and_once_in_the_messages() {
    let mut stage = stage();
    for state in [
        VendorState::Operational,
        VendorState::Degraded,
        VendorState::Degraded,
    ] {
        told(&mut stage, VendorNews::Told(report(state)));
    }
    let (header, pulse) = seen(&mut stage, (200, 60));
    let said = r"cloud: degraded  Voice\u{1b}[2J eu-central-1, since 13:03 UTC";
    assert!(header.contains(said), "{header}");
    assert_eq!(
        pulse,
        r"degraded, Voice\u{1b}[2J eu-central-1, since 13:03   as of 14:03"
    );
    // Where there is little room the word stays, and so does what may be written.
    let (header, _) = seen(&mut stage, (80, 24));
    assert!(
        header.contains("cloud: degraded") && header.contains("RW"),
        "{header}"
    );
    let line = r"cloud: degraded, Voice\u{1b}[2J eu-central-1, since 13:03 UTC";
    stage.press(&["m"]);
    let text = stage.text((120, 40));
    let lines = text
        .lines()
        .filter(|row| row.contains("│ 14:") && row.contains(line));
    assert_eq!(lines.count(), 1, "{text}");
    stage.press(&["Esc"]);
    told(
        &mut stage,
        VendorNews::Told(report(VendorState::Operational)),
    );
    let (header, _) = seen(&mut stage, (200, 60));
    assert!(!header.contains("cloud"), "{header}");
    stage.press(&["m"]);
    let text = stage.text((120, 40));
    assert!(text.contains("cloud: operational"), "{text}");
}

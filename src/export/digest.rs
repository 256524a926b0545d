//! A digest as text: for a terminal, and as Markdown for a chat, a ticket, a packet.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::model::digest::{Digest, DigestLine};
use crate::text;
use crate::time::Millis;

/// From when to when, and in which zone.
#[must_use]
pub fn span(digest: &Digest, zone: &TimeZone) -> String {
    let day = |at: Millis| at.day(zone, digest.to);
    format!("{} to {}", day(digest.from), day(digest.to))
}

/// What it is, of which profile.
fn title(digest: &Digest) -> String {
    let mut title = digest.title.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if digest.profile.is_empty() {
        title
    } else {
        format!("{title}: {}", digest.profile)
    }
}

/// What is said of a stretch in which nothing happened.
const QUIET: &str = "Nothing changed, and everything was known.";

/// The digest for a terminal.
#[must_use]
pub fn plain(digest: &Digest, zone: &TimeZone) -> String {
    let mut out = format!("{}\n{}\n", title(digest), span(digest, zone));
    if digest.sections.is_empty() {
        let _ = writeln!(out, "\n{QUIET}");
    }
    for section in &digest.sections {
        // Writing to a string does not fail.
        let _ = writeln!(out, "\n{}", section.heading());
        for line in &section.lines {
            let at = clock(line, digest, zone);
            let what = line.what.to_string();
            let gap = if what.is_empty() { "" } else { "  " };
            let _ = writeln!(out, "  {at:8}  {what}{gap}{}", line.said);
        }
    }
    out
}

/// The digest as Markdown; nothing in it is taken for markup.
#[must_use]
pub fn markdown(digest: &Digest, zone: &TimeZone) -> String {
    let mut out = format!("# {}\n\n{}\n", escaped(&title(digest)), span(digest, zone));
    if digest.sections.is_empty() {
        let _ = writeln!(out, "\n{QUIET}");
    }
    for section in &digest.sections {
        let _ = writeln!(out, "\n## {}\n", section.heading());
        for line in &section.lines {
            let words = [
                clock(line, digest, zone),
                bold(&line.what.to_string()),
                escaped(&line.said.to_string()),
            ];
            let words = words.into_iter().filter(|word| !word.is_empty());
            let _ = writeln!(out, "- {}", words.collect::<Vec<_>>().join(" "));
        }
    }
    out
}

/// The digest for a program.
#[must_use]
pub fn json(digest: &Digest) -> String {
    // Plain data cannot fail to serialise.
    serde_json::to_string(digest).unwrap_or_default()
}

fn clock(line: &DigestLine, digest: &Digest, zone: &TimeZone) -> String {
    line.at
        .map_or(String::new(), |at| at.clock(zone, digest.to))
}

fn bold(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        format!("**{}**", escaped(word))
    }
}

/// What is shown, and never markup of its own.
#[must_use]
pub fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in text::safe(word).chars() {
        if "\\`*_[]<>#|~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest::Section;

    #[test]
    fn nothing_of_it_is_taken_for_markup_and_moments_are_of_the_zone() {
        let line = DigestLine {
            at: Some(Millis(1_781_532_000_000)),
            what: "Ana_*[x](y)".into(),
            said: "lost <b> for 4m".into(),
            place: None,
        };
        let digest = Digest {
            title: "hand-over".to_owned(),
            profile: "org".into(),
            from: Millis(1_781_503_200_000),
            to: Millis(1_781_532_000_000),
            whole: true,
            sections: vec![Section::new("lost", "lost", vec![line], 5)],
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let text = markdown(&digest, &zone);
        let wanted = "# Hand-over: org\n\n15 Jun 08:00 CEST to 15 Jun 16:00 CEST\n\n## lost (1)\n\n- 16:00:00 **Ana\\_\\*\\[x\\](y)** lost \\<b\\> for 4m\n";
        assert_eq!(text, wanted);
        assert!(plain(&digest, &zone).contains("  16:00:00  Ana_*[x](y)  lost <b> for 4m"));
    }
}

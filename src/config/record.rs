//! How much is kept of the past: the `[record]` table.

use super::reader::{Notes, Section};
use crate::record::RecordSettings;

/// Units of a length of time, in milliseconds.
const TIMES: [(&str, u64); 3] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];

/// Units of a size, in bytes.
const SIZES: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> RecordSettings {
    let default = RecordSettings::default();
    let keep = |text: String| amount(&text, &TIMES, "7d, 48h or 90m");
    let size = |text: String| amount(&text, &SIZES, "2GiB or 500MiB");
    let settings = RecordSettings {
        enabled: from.take("enabled", notes).unwrap_or(default.enabled),
        keep_ms: from.take_as("keep", notes, keep).unwrap_or(default.keep_ms),
        size: from.take_as("size", notes, size).unwrap_or(default.size),
        mask: from.take("mask", notes).unwrap_or(default.mask),
    };
    from.finish(notes);
    settings
}

/// The settings as the file may write them.
pub(super) fn words(settings: &RecordSettings) -> [String; 2] {
    [(settings.keep_ms, &TIMES), (settings.size, &SIZES)].map(|(amount, units)| {
        let whole = units.iter().find(|(_, unit)| amount.is_multiple_of(*unit));
        let (name, unit) = whole.copied().unwrap_or(("", 1));
        format!("{}{name}", amount / unit)
    })
}

fn amount(text: &str, units: &[(&str, u64)], like: &str) -> Result<u64, String> {
    let read = units.iter().find_map(|(name, unit)| {
        let number = text.strip_suffix(name)?.trim_end();
        number.parse::<u64>().ok()?.checked_mul(*unit)
    });
    let read = read.filter(|amount| *amount > 0);
    read.ok_or_else(|| format!("{text:?} is not an amount such as {like}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_unit_and_are_shown_as_they_are_written() {
        assert_eq!(amount("7d", &TIMES, ""), Ok(7 * 86_400_000));
        assert_eq!(amount("500MiB", &SIZES, ""), Ok(500 << 20));
        for wrong in [
            "7",
            "d",
            "0d",
            "-1d",
            "1.5GiB",
            "99999999999999999999d",
            "7days",
        ] {
            assert!(amount(wrong, &TIMES, "7d").is_err(), "{wrong}");
        }
        assert_eq!(words(&RecordSettings::default()), ["7d", "2GiB"]);
    }
}

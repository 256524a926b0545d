//! Small charts out of block characters, each one column wide.

/// Eighths, from the lowest to the highest.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A sparkline of the last `width` values. It spans the values' own range, but never less than `span`, so that noise
/// on a steady line stays flat, and flat in the middle, with room to fall.
#[must_use]
pub fn sparkline(values: &[f32], width: usize, span: f32) -> String {
    let tail = &values[values.len().saturating_sub(width)..];
    let finite = || tail.iter().copied().filter(|v| v.is_finite());
    let high = finite().fold(f32::NEG_INFINITY, f32::max);
    let low = finite().fold(f32::INFINITY, f32::min);
    let pad = ((span - (high - low)) / 2.0).max(0.0);
    // A little below the middle, where rounding does not turn noise into steps.
    let (low, high) = (low - 0.9 * pad, high + 1.1 * pad);
    tail.iter()
        .map(|v| EIGHTHS[eighth(*v, low, high)])
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=7 first; NaN becomes 0"
)]
fn eighth(value: f32, low: f32, high: f32) -> usize {
    let share = if high > low {
        (value - low) / (high - low)
    } else {
        0.0
    };
    (share * 7.0).round().clamp(0.0, 7.0) as usize
}

/// Eighths of a column, from the narrowest to the whole.
const SIDEWAYS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A horizontal bar of at most `width` columns for a share of 0..=1; what is above nothing shows at least a sliver.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the width first; NaN becomes 0"
)]
pub fn bar(share: f64, width: u16) -> String {
    let eighths = (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let mut bar: String = std::iter::repeat_n('█', eighths / 8).collect();
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        bar.push(SIDEWAYS[rest]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_shows_the_newest_values_and_survives_nonsense() {
        assert_eq!(sparkline(&[0.0, 0.5, 1.0], 10, 0.1), "▁▅█");
        assert_eq!(sparkline(&[0.0, 0.0, 1.0], 2, 0.1), "▁█");
        assert_eq!(sparkline(&[], 5, 0.1), "");
        assert_eq!(sparkline(&[f32::NAN, 1.0], 5, 0.1).chars().count(), 2);
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_longer_than_its_place() {
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(0.001, 4), "▏");
        assert_eq!(bar(0.45, 4), "█▊");
        assert_eq!(
            (bar(0.0, 4), bar(9.0, 2), bar(f64::NAN, 4)),
            (String::new(), "██".into(), String::new())
        );
    }

    #[test]
    fn noise_below_the_span_stays_flat() {
        assert_eq!(
            sparkline(&[0.998, 0.9981], 5, 0.1)
                .chars()
                .collect::<std::collections::HashSet<_>>()
                .len(),
            1
        );
    }
}

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

/// As [`sparkline`], for counts: the lowest mark is nothing, the highest is the most there was, or `least` when that
/// is more.
#[must_use]
pub fn counts(values: &[f32], width: usize, least: f32) -> String {
    let tail = &values[values.len().saturating_sub(width)..];
    let high = tail.iter().copied().fold(least, f32::max);
    tail.iter()
        .map(|v| EIGHTHS[eighth(*v, 0.0, high)])
        .collect()
}

/// A horizontal bar of at most `width` columns for a share of 0..=1, in half columns; what is above nothing shows at
/// least one. It is a line and not a block, so that bars under each other stay apart.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the width first; NaN becomes 0"
)]
pub fn bar(share: f64, width: u16) -> String {
    let halves = (share.clamp(0.0, 1.0) * f64::from(width) * 2.0).round() as usize;
    let halves = if share > 0.0 { halves.max(1) } else { 0 };
    let mut bar: String = std::iter::repeat_n('━', halves / 2).collect();
    if halves % 2 == 1 {
        bar.push('╸');
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
        assert_eq!(bar(0.5, 4), "━━");
        assert_eq!(bar(0.001, 4), "╸");
        assert_eq!(bar(0.4, 4), "━╸");
        assert_eq!(bar(9.0, 2), "━━");
        assert_eq!(bar(0.0, 4) + &bar(f64::NAN, 4), "");
    }

    #[test]
    fn counts_stand_on_nothing() {
        assert_eq!(counts(&[0.0, 0.0], 5, 1.0), "▁▁");
        assert_eq!(counts(&[9.0, 0.0, 2.0, 4.0], 3, 1.0), "▁▅█");
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

//! How often and after how long a destination is tried again.

use serde::{Deserialize, Serialize};

/// The most retries (contract §9).
pub const MOST_RETRIES: i64 = 5;

/// The retries of a route. Numbers are as wide as JSON's, so that one out of range is a rule's fault and says the rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub max_retries: i64,
    /// Seconds before the first retry.
    pub retry_interval: f64,
    /// By what each wait is longer than the one before.
    pub backoff_factor: f64,
}

impl Default for RetryPolicy {
    /// The contract's own example (§9).
    fn default() -> Self {
        Self {
            max_retries: 3,
            retry_interval: 5.0,
            backoff_factor: 2.0,
        }
    }
}

impl RetryPolicy {
    /// When each try happens, in seconds after the first, the first included; what a person asks of three numbers.
    ///
    /// No more than the contract allows, whatever the numbers say.
    #[must_use]
    pub fn times(&self) -> Vec<f64> {
        let retries = self.max_retries.clamp(0, MOST_RETRIES);
        let (mut at, mut wait) = (0.0, self.retry_interval);
        let mut times = vec![at];
        for _ in 0..retries {
            at += wait;
            wait *= self.backoff_factor;
            times.push(at);
        }
        times
    }

    /// The times as a line: `now, after 5 s, 15 s, 35 s`.
    #[must_use]
    pub fn preview(&self) -> String {
        let times = self.times();
        let retries: Vec<String> = times.iter().skip(1).map(|at| span(*at)).collect();
        if retries.is_empty() {
            return "once".to_owned();
        }
        format!("now, after {}", retries.join(", "))
    }
}

impl RetryPolicy {
    /// The tries on a line of time, the first at its left end and the last at its right.
    #[must_use]
    pub fn drawn(&self, width: usize) -> String {
        let times = self.times();
        let last = times.last().copied().unwrap_or(0.0);
        if !last.is_finite() || last <= 0.0 || width < 2 {
            return "●".to_owned();
        }
        let mut line = vec!['─'; width];
        let end = width - 1;
        for at in times {
            let place = place(at / last, end);
            if let Some(mark) = line.get_mut(place) {
                *mark = '●';
            }
        }
        format!("{} {}", line.into_iter().collect::<String>(), span(last))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a width is no more than it; NaN becomes 0"
)]
fn place(share: f64, end: usize) -> usize {
    (share.clamp(0.0, 1.0) * end as f64).round() as usize
}

/// A length of time in the unit that a person would use; what is no time says so.
#[must_use]
pub fn span(seconds: f64) -> String {
    let rounded = |value: f64, unit: &str| {
        let text = format!("{value:.1}");
        format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match seconds {
        s if !s.is_finite() || s < 0.0 => "never".to_owned(),
        s if s < 0.1 => rounded(s * 1e3, "ms"),
        s if s < 120.0 => rounded(s, "s"),
        s if s < 7_200.0 => rounded(s / 60.0, "min"),
        s if s < 172_800.0 => rounded(s / 3_600.0, "h"),
        s => rounded(s / 86_400.0, "days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_example_tries_four_times_in_35_seconds() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.times(), [0.0, 5.0, 15.0, 35.0]);
        assert_eq!(policy.preview(), "now, after 5 s, 15 s, 35 s");
    }

    #[test]
    fn numbers_that_no_rule_allows_are_drawn_all_the_same() {
        let policy = |max_retries, retry_interval, backoff_factor| RetryPolicy {
            max_retries,
            retry_interval,
            backoff_factor,
        };
        assert_eq!(policy(0, 5.0, 2.0).preview(), "once");
        assert_eq!(policy(-4, 5.0, 2.0).times(), [0.0]);
        assert_eq!(policy(i64::MAX, 1.0, 1.0).times().len(), 6);
        assert_eq!(
            policy(1, f64::MAX, 9.0).preview().matches("days").count(),
            1
        );
        assert!(policy(5, f64::MAX, f64::MAX).preview().contains("never"));
    }

    #[test]
    fn the_tries_are_drawn_to_scale() {
        assert_eq!(RetryPolicy::default().drawn(8), "●●─●───● 35 s");
        let once = RetryPolicy {
            max_retries: 0,
            ..RetryPolicy::default()
        };
        assert_eq!(once.drawn(8), "●");
    }

    #[test]
    fn spans_have_the_unit_of_their_size() {
        let shown = [0.05, 0.5, 5.0, 90.5, 150.0, 9_000.0, 400_000.0].map(span);
        assert_eq!(
            shown,
            [
                "50 ms", "0.5 s", "5 s", "90.5 s", "2.5 min", "2.5 h", "4.6 days"
            ]
        );
    }
}

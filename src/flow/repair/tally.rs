//! How far many of them are, how fast, and what came of all of them together.

use std::time::Duration;

use tokio::time::Instant;

use super::{Came, Failure, Fate, Repair};
use crate::model::flow::Outcome;
use crate::text::Text;

/// What came of them so far.
pub(super) struct Tally {
    all: usize,
    began: Instant,
    done: usize,
    so_already: usize,
    /// What was not done, and of that what is not known.
    failed: usize,
    unknown: usize,
    /// The first that is not known, or else the first that was not done: to what, and why.
    first: Option<(Text, Failure)>,
    word: &'static str,
    stopped: bool,
}

impl Tally {
    pub(super) fn new(all: usize) -> Self {
        Self {
            all,
            began: Instant::now(),
            done: 0,
            so_already: 0,
            failed: 0,
            unknown: 0,
            first: None,
            word: "done",
            stopped: false,
        }
    }

    pub(super) fn note(&mut self, repair: &Repair, came: Result<Came, Failure>) {
        self.word = repair.done();
        let failure = match came {
            Ok(Came::Done) => return self.done += 1,
            Ok(Came::SoAlready) => return self.so_already += 1,
            Err(failure) => failure,
        };
        if failure.cancelled {
            self.stopped = true;
            return;
        }
        self.failed += 1;
        let unknown = failure.fate == Fate::Unknown;
        self.unknown += usize::from(unknown);
        let known = self.first.as_ref();
        if known.is_none_or(|(_, known)| unknown && known.fate != Fate::Unknown) {
            self.first = Some((repair.name().clone(), failure));
        }
    }

    fn over(&self) -> usize {
        self.done + self.so_already + self.failed
    }

    /// How far it is, how fast, and how long it takes yet.
    pub(super) fn line(&self) -> String {
        let (over, spent) = (self.over(), self.began.elapsed());
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} not done"),
        };
        let left = self.all - over;
        let pace = if over > 0 && left > 0 && !spent.is_zero() {
            let each = spent / u32::try_from(over).unwrap_or(u32::MAX);
            let rate = 1.0 / each.as_secs_f64().max(0.001);
            let wait = each.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX));
            format!("; {rate:.1} a second, {} to go", coarse(wait))
        } else {
            String::new()
        };
        format!("{over} of {}{failed}{pace}", self.all)
    }

    /// What came of all of them: what is not known outweighs what was refused, and all of it is told.
    pub(super) fn outcome(self) -> Outcome {
        let mut told = match (self.all, self.done) {
            (1, 1) => self.word.to_owned(),
            (1, 0) => String::new(),
            (_, done) => format!("{done} of {} {}", self.all, self.word),
        };
        let mut add = |text: String| {
            if !told.is_empty() {
                told += ", ";
            }
            told += &text;
        };
        if self.so_already > 0 && self.all == 1 {
            add("nothing was sent: it is so already".to_owned());
        } else if self.so_already > 0 {
            add(format!("{} were so already", self.so_already));
        }
        let left = self.all - self.over();
        if left > 0 && self.all > 1 {
            add(format!(
                "{left} not begun: asked for again, it goes on with those"
            ));
        }
        let Some((name, failure)) = self.first else {
            return match (self.stopped, self.done) {
                (true, 0) => Outcome::Cancelled(format!("stopped; {told}").into()),
                _ => Outcome::Done(told.into()),
            };
        };
        if self.all == 1 {
            return failure.into();
        }
        let others = match (self.failed - 1, self.unknown) {
            (0, _) => String::new(),
            (others, 0) => format!(" {others} more were not done either."),
            (others, unknown) => {
                format!(" {others} more were not done; of all, {unknown} are not known.")
            }
        };
        let why = format!("{told}. {name}: {}{others}", failure.why.raw());
        Failure {
            why: why.into(),
            ..failure
        }
        .into()
    }
}

/// Seconds below two minutes, then minutes.
fn coarse(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(name: &str) -> Repair {
        Repair::Delete {
            phone: name.into(),
            name: name.into(),
        }
    }

    fn after(all: usize, came: Vec<Result<Came, Failure>>) -> Outcome {
        let mut tally = Tally::new(all);
        for (n, came) in came.into_iter().enumerate() {
            tally.note(&gone(&format!("phone {n}")), came);
        }
        tally.outcome()
    }

    #[test]
    fn all_of_it_is_told_and_what_is_not_known_first() {
        assert_eq!(
            after(1, vec![Ok(Came::Done)]),
            Outcome::Done("deleted".into())
        );
        let came = vec![Ok(Came::Done), Ok(Came::SoAlready)];
        let told = Outcome::Done("1 of 2 deleted, 1 were so already".into());
        assert_eq!(after(2, came), told);
        let came = vec![
            Ok(Came::Done),
            Err(Failure::refused("in use.")),
            Err(Failure::unknown("no answer.", "look")),
        ];
        let Outcome::Unknown { why, check } = after(4, came) else {
            panic!("the unknown one decides");
        };
        let why = why.to_string();
        assert!(why.starts_with("1 of 4 deleted, 1 not begun: "), "{why}");
        assert!(
            why.contains("phone 2: no answer. 1 more were not done; of all, 1 are not known."),
            "{why}"
        );
        assert_eq!(check.raw(), "look");
        let stopped = vec![Ok(Came::Done), Err(Failure::cancelled("stopped"))];
        let told = after(3, stopped).to_string();
        assert!(told.contains("1 of 3 deleted, 2 not begun"), "{told}");
        assert!(matches!(
            after(2, vec![Err(Failure::cancelled("stopped"))]),
            Outcome::Cancelled(_)
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_and_the_rest_are_told() {
        let mut tally = Tally::new(400);
        for n in 0..100 {
            tokio::time::advance(Duration::from_millis(500)).await;
            tally.note(&gone(&n.to_string()), Ok(Came::Done));
        }
        assert_eq!(tally.line(), "100 of 400; 2.0 a second, 3 min to go");
    }
}

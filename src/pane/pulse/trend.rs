//! What the charts show: made when they are drawn and when a step of their time has passed, and compared with what is
//! on screen, so that a flat line costs nothing.

use ratatui::layout::Rect;

use crate::store::Store;
use crate::store::metrics::{Figures, MINUTE, RECENT};
use crate::time::Millis;
use crate::vocabulary::chart::ChartSpan;

/// The period of a point of the event rate beside the figures, in milliseconds, and how many there are: five minutes.
const RATE_MS: i64 = 10_000;
const RATES: usize = 30;

/// Points of the charts.
#[derive(Debug, Default, PartialEq)]
pub struct Trend {
    columns: usize,
    /// How far back they go.
    pub span: ChartSpan,
    /// What was worst in each step, oldest first, so that no dip is lost; there are two steps a column.
    pub points: Vec<Figures>,
    /// Stream frames a second, oldest first, of the last five minutes.
    pub rates: Vec<f32>,
    due: Option<Millis>,
}

impl Trend {
    /// A chart of that span, of which nothing is made yet.
    pub fn of(span: ChartSpan) -> Self {
        Self {
            span,
            ..Self::default()
        }
    }

    /// Makes the points for a chart in `area`.
    pub fn take(&mut self, area: Rect, store: &Store, now: Millis) {
        self.columns = usize::from(area.width);
        self.refresh(store, now);
    }

    /// Makes the points anew; whether they differ from those before.
    pub fn refresh(&mut self, store: &Store, now: Millis) -> bool {
        let fresh = Self {
            columns: self.columns,
            span: self.span,
            points: self.steps(store, now),
            rates: rates(store, now),
            // Nothing to show is nothing to wait for.
            due: (store.registrations.counts().total > 0).then(|| next(now)),
        };
        let moved = (&fresh.points, &fresh.rates) != (&self.points, &self.rates);
        *self = fresh;
        moved
    }

    /// When the points may be others though nothing happened: a dip moves to the left as time goes by.
    pub fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Points that the whole chart has, two a column where there are as many.
    pub fn count(&self) -> usize {
        (self.periods() / self.step()).max(1)
    }

    /// How long a step is, in seconds.
    pub fn step_seconds(&self) -> f32 {
        (self.period() / 1_000) as f32 * self.step() as f32
    }

    /// The period of what is known, in milliseconds: that of the minutes where the others do not go back so far.
    fn period(&self) -> i64 {
        if self.span.minutes() > 60 {
            MINUTE
        } else {
            RECENT
        }
    }

    fn periods(&self) -> usize {
        let ms = i64::from(self.span.minutes()) * MINUTE;
        usize::try_from(ms / self.period()).unwrap_or(1)
    }

    /// Periods that one point stands for.
    fn step(&self) -> usize {
        self.periods().div_ceil((2 * self.columns).max(1)).max(1)
    }

    /// The newest points. Steps begin at fixed moments, so that a point keeps its value while it moves.
    fn steps(&self, store: &Store, now: Millis) -> Vec<Figures> {
        let step = self.step();
        let period = now.0.div_euclid(self.period());
        let under_way = period.rem_euclid(i64::try_from(step).unwrap_or(1));
        let under_way = usize::try_from(under_way).unwrap_or(0) + 1;
        let whole = self.count().saturating_sub(1);
        let metrics = store.registrations.metrics();
        let wanted = whole * step + under_way;
        let values: Vec<Figures> = if self.period() == MINUTE {
            metrics.minutes(wanted, now).collect()
        } else {
            metrics.recent(wanted, now).collect()
        };
        // What is short of the first step is left out.
        let head = values.len().saturating_sub(under_way) % step;
        let worst = |step: &[Figures]| step.iter().copied().reduce(Figures::with);
        values[head..].chunks(step).filter_map(worst).collect()
    }
}

fn next(now: Millis) -> Millis {
    Millis((now.0.div_euclid(RATE_MS) + 1).saturating_mul(RATE_MS))
}

fn rates(store: &Store, now: Millis) -> Vec<f32> {
    let seconds = usize::try_from(RATE_MS / 1_000).unwrap_or(1);
    let begun = usize::try_from(now.0.div_euclid(1_000).rem_euclid(RATE_MS / 1_000)).unwrap_or(0);
    let metrics = store.registrations.metrics();
    let values: Vec<u32> = metrics.events(RATES * seconds + begun + 1, now).collect();
    let end = values.len().saturating_sub(begun + 1);
    // The step under way is left out: half a step would look like a fall.
    let whole = &values[end % seconds..end];
    let rate = |step: &[u32]| step.iter().map(|n| *n as f32).sum::<f32>() / seconds as f32;
    whole.chunks(seconds).map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::{Device, Update};
    use crate::store::Changes;

    const START: i64 = 1_781_532_000_000;

    fn world() -> Store {
        let mut store = Store::default();
        let device = |id: &str| Device {
            id: id.into(),
            registered: true,
            codec: None,
        };
        let devices = vec![device("a"), device("b")];
        let (table, changes) = (&mut store.registrations, &mut Changes::default());
        table.snapshot(&"u".into(), devices, &[], true, Millis(START), changes);
        store
    }

    fn say(store: &mut Store, registered: bool, at: i64) {
        let update = Update {
            user: "u".into(),
            device: "a".into(),
            registered: Some(registered),
            codec: None,
            raw: bytes::Bytes::new(),
        };
        store
            .registrations
            .update(update, Millis(at), &mut Changes::default());
    }

    #[test]
    fn a_short_dip_shows_in_a_chart_of_every_length_however_narrow() {
        let mut store = world();
        say(&mut store, false, START + 60_000);
        say(&mut store, true, START + 62_000);
        for span in ChartSpan::ALL {
            let mut trend = Trend::of(span);
            trend.take(Rect::new(0, 0, 20, 5), &store, Millis(START + 600_000));
            let dips = trend
                .points
                .iter()
                .filter(|point| (point.share, point.lost) == (Some(5_000), 1));
            assert_eq!(dips.count(), 1, "{span:?} {:?}", trend.points);
            assert!(trend.points.len() <= 40, "{span:?}");
        }
    }

    #[test]
    fn a_flat_line_never_moves_and_a_dip_does() {
        let mut store = world();
        let mut trend = Trend::default();
        let long = START + 3_600_000;
        trend.take(Rect::new(0, 0, 60, 5), &store, Millis(long));
        let moved = (1..100).filter(|n| trend.refresh(&store, Millis(long + n * 5_000)));
        assert_eq!(moved.count(), 0);
        say(&mut store, false, long + 500_000);
        assert!(trend.refresh(&store, Millis(long + 500_000)));
    }

    #[test]
    fn nothing_is_waited_for_before_there_are_rows() {
        let mut trend = Trend::default();
        trend.take(Rect::new(0, 0, 60, 5), &Store::default(), Millis(START));
        assert_eq!(trend.due(), None);
    }
}

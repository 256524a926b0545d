//! What the charts show: made when they are drawn and when a step of their time has passed, and compared with what is
//! on screen, so that a flat line costs nothing.

use ratatui::layout::Rect;

use crate::store::Store;
use crate::time::Millis;

/// The period of the recorded registered share, in milliseconds.
const SHARE_MS: i64 = 5_000;

/// Recorded shares: twenty minutes.
const SHARES: usize = 240;

/// The period of a point of the event rate, in milliseconds, and how many there are: five minutes.
const RATE_MS: i64 = 10_000;
const RATES: usize = 30;

/// Points of the charts.
#[derive(Debug, Default, PartialEq)]
pub struct Trend {
    columns: usize,
    /// Registered share in ten-thousandths, oldest first; the lowest of each step, so that no dip is lost.
    pub shares: Vec<Option<u16>>,
    /// Stream frames a second, oldest first.
    pub rates: Vec<f32>,
    due: Option<Millis>,
}

impl Trend {
    /// Makes the points for a chart in `area`.
    pub fn take(&mut self, area: Rect, store: &Store, now: Millis) {
        self.columns = usize::from(area.width);
        self.refresh(store, now);
    }

    /// Makes the points anew; whether they differ from those before.
    pub fn refresh(&mut self, store: &Store, now: Millis) -> bool {
        let step = self.step();
        let fresh = Self {
            columns: self.columns,
            shares: shares(store, step, 2 * self.columns, now),
            rates: rates(store, now),
            // Nothing to show is nothing to wait for.
            due: (store.registrations.counts().total > 0).then(|| next(now)),
        };
        let moved = (&fresh.shares, &fresh.rates) != (&self.shares, &self.rates);
        *self = fresh;
        moved
    }

    /// When the points may be others though nothing happened: a dip moves to the left as time goes by.
    pub fn due(&self) -> Option<Millis> {
        self.due
    }

    /// How far back the chart goes, in minutes.
    pub fn minutes(&self) -> usize {
        let values = self.points() * self.step();
        values * usize::try_from(SHARE_MS).unwrap_or(0) / 60_000
    }

    /// Points that the whole chart has.
    pub fn points(&self) -> usize {
        (2 * self.columns).min(SHARES / self.step())
    }

    /// Recorded shares that one point stands for; there are two points a column.
    fn step(&self) -> usize {
        (SHARES / (2 * self.columns).max(1)).max(1)
    }
}

fn next(now: Millis) -> Millis {
    Millis((now.0.div_euclid(RATE_MS) + 1).saturating_mul(RATE_MS))
}

/// The newest `most` points at most. Steps begin at fixed moments, so that a point keeps its value while it moves.
fn shares(store: &Store, step: usize, most: usize, now: Millis) -> Vec<Option<u16>> {
    let recorded = &store.registrations.metrics().registered_recent;
    let period = now.0.div_euclid(SHARE_MS);
    let under_way = period.rem_euclid(i64::try_from(step).unwrap_or(1));
    let under_way = usize::try_from(under_way).unwrap_or(0) + 1;
    let whole = (SHARES.saturating_sub(under_way) / step).min(most.saturating_sub(1));
    let values: Vec<Option<u16>> = recorded.last(whole * step + under_way, now).collect();
    // What is short of the first step is left out.
    let head = values.len().saturating_sub(under_way) % step;
    values[head..].chunks(step).map(lowest).collect()
}

fn lowest(step: &[Option<u16>]) -> Option<u16> {
    step.iter().copied().flatten().min()
}

fn rates(store: &Store, now: Millis) -> Vec<f32> {
    let seconds = usize::try_from(RATE_MS / 1_000).unwrap_or(1);
    let begun = usize::try_from(now.0.div_euclid(1_000).rem_euclid(RATE_MS / 1_000)).unwrap_or(0);
    let counted = &store.registrations.metrics().events_by_second;
    let values: Vec<u32> = counted.last(RATES * seconds + begun + 1, now).collect();
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
    fn a_short_dip_shows_in_a_narrow_chart_too() {
        let mut store = world();
        say(&mut store, false, START + 60_000);
        say(&mut store, true, START + 65_000);
        let mut trend = Trend::default();
        trend.take(Rect::new(0, 0, 40, 5), &store, Millis(START + 600_000));
        assert!(trend.shares.contains(&Some(5_000)), "{:?}", trend.shares);
        assert!(trend.shares.len() <= 80);
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

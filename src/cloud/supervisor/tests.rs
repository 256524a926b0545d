use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, watch};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// What an attempt comes to.
#[derive(Clone, Copy)]
enum Plays {
    Hangs,
    Refuses,
    /// Opens, and lasts so long.
    Lasts(Duration, bool),
    /// Opens, and lasts until quiet is asked for.
    Stays,
}

/// A connection that does as it is told; it remembers its rests.
#[derive(Default)]
struct Played {
    plays: Mutex<VecDeque<Plays>>,
    lent: AtomicUsize,
    paused: AtomicUsize,
    rests: Mutex<Vec<(u32, Duration)>>,
    sooner: Notify,
    opened: Mutex<Option<Instant>>,
}

impl Played {
    fn of(plays: &[Plays]) -> Self {
        Self {
            plays: Mutex::new(plays.iter().copied().collect()),
            ..Self::default()
        }
    }

    fn lent(&self) -> usize {
        self.lent.load(Ordering::Relaxed)
    }

    fn attempts(&self) -> Vec<u32> {
        let rests = self.rests.lock().unwrap();
        rests.iter().map(|(attempt, _)| *attempt).collect()
    }
}

impl Connection for Played {
    type Open = Plays;
    type Kept = usize;
    type GivenUp = &'static str;

    fn name(&self) -> String {
        "played".to_owned()
    }

    fn reconnect(&self) -> Reconnect {
        Reconnect::default()
    }

    async fn open(&self, opened: &mut usize) -> Result<Plays, NotOpened<&'static str>> {
        *opened += 1;
        let next = self.plays.lock().unwrap().pop_front();
        match next {
            Some(Plays::Refuses) => Err(Error::not_sendable("a frame", &"no").into()),
            None => Err(NotOpened::GivenUp("gone")),
            Some(Plays::Hangs) => std::future::pending().await,
            Some(plays) => Ok(plays),
        }
    }

    async fn refused(&self, _: &mut usize, _: &Error) {}

    async fn follow(&self, _: &mut usize, open: Plays, quiet: &mut Quiet) -> Ended<&'static str> {
        if let Plays::Lasts(time, live) = open {
            sleep(time).await;
            let why = "over".into();
            return Ended::Lost { why, live };
        }
        quiet.wished().await;
        Ended::Paused
    }

    fn lend(&self) {
        self.lent.fetch_add(1, Ordering::Relaxed);
    }

    fn last_opened(&self) -> Option<Instant> {
        *self.opened.lock().unwrap()
    }

    async fn rest(&self, rest: &Rest) {
        self.rests.lock().unwrap().push((rest.attempt, rest.wait));
        self.sooner.notified().await;
    }

    fn paused(&self) {
        self.paused.fetch_add(1, Ordering::Relaxed);
    }
}

async fn play(plays: &[Plays]) -> (Played, usize) {
    let played = Played::of(plays);
    let mut opened = 0;
    let why = supervise(&played, &mut opened, Quiet::never()).await;
    assert_eq!(why, "gone");
    (played, opened)
}

#[test]
fn the_ceiling_doubles_up_to_its_cap() {
    let reconnect = Reconnect::default();
    for (attempt, ceiling) in [(1, 1), (2, 2), (5, 16), (6, 30), (u32::MAX, 30)] {
        let most = (0..200).map(|_| reconnect.wait(attempt)).max();
        assert!(most <= Some(SECOND * ceiling), "attempt {attempt}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_until_a_healthy_time_and_what_is_fruitless_is_lent() {
    let short = Plays::Lasts(SECOND, true);
    let (played, opened) = play(&[
        Plays::Refuses,
        Plays::Lasts(SECOND * 500, false),
        Plays::Lasts(SECOND * 120, true),
        short,
    ])
    .await;
    assert_eq!(played.attempts(), [1, 2, 1, 2]);
    assert_eq!((played.lent(), opened), (2, 5), "refused, and never live");
}

#[tokio::test(start_paused = true)]
async fn what_hangs_is_lent_once_a_queue_that_moves_stands_still() {
    let played = Played::of(&[Plays::Hangs]);
    let moved = Instant::now() + SECOND * 3;
    *played.opened.lock().unwrap() = Some(moved);
    let mut opened = 0;
    let mut kept = Box::pin(supervise(&played, &mut opened, Quiet::never()));
    for (seconds, lent) in [(3, 0), (6, 1), (60, 1)] {
        let until = moved + SECOND * seconds - SECOND * 3;
        let over = tokio::time::timeout_at(until, &mut kept).await;
        assert!(over.is_err());
        assert_eq!(played.lent(), lent, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn quiet_ends_whatever_is_under_way_and_starts_the_count_again() {
    let plays = [Plays::Hangs, Plays::Refuses, Plays::Stays, Plays::Refuses];
    let played = Played::of(&plays);
    let asked = watch::Sender::new(false);
    let mut opened = 0;
    let mut kept = Box::pin(supervise(&played, &mut opened, Quiet::of(&asked)));
    for _ in &plays {
        let _ = tokio::time::timeout(SECOND / 1_000, &mut kept).await;
        asked.send_replace(true);
        let _ = tokio::time::timeout(SECOND * 100, &mut kept).await;
        asked.send_replace(false);
    }
    assert_eq!(kept.await, "gone");
    assert_eq!(opened, plays.len() + 1);
    assert_eq!(played.attempts(), [1, 1]);
    assert_eq!(played.paused.load(Ordering::Relaxed), plays.len());
}

#[tokio::test(start_paused = true)]
async fn a_rest_ends_sooner_when_somebody_asks() {
    let played = Played::of(&[Plays::Refuses]);
    played.sooner.notify_one();
    let begun = Instant::now();
    let mut opened = 0;
    supervise(&played, &mut opened, Quiet::never()).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

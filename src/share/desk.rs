//! Where the loop that reads hands over what it was told. It waits for nothing here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::words::Said;
use crate::record::{AlertTeller, Moment, Told};
use crate::store::Store;
use crate::store::still::Still;
use crate::time::Millis;
use crate::vocabulary::news::Status;

/// Handfuls that wait for the server at most. Beyond that viewers begin anew, with a keyframe.
const WAITING: usize = 4_096;

/// What the loop hands over.
#[derive(Debug)]
pub(super) enum Order {
    Say(Millis, Box<Said>),
    /// Everything known at that moment, for those who have just come.
    Still(Millis, Box<Status>, Box<Still<'static>>),
    /// The loop has turned.
    Turn(Millis, Box<Status>),
    /// Something was left out: everybody begins anew.
    Hole,
}

/// The way from the loop to the server, once there is one. Copies are the same desk.
#[derive(Clone, Debug, Default)]
pub struct Desk(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    orders: Mutex<Option<mpsc::Sender<Order>>>,
    open: AtomicBool,
    /// Somebody waits for everything.
    wanted: AtomicBool,
    /// A turn was asked for.
    turn: AtomicBool,
    left_out: AtomicBool,
    /// What those who read here with others were told of the alerts.
    alerts: Mutex<AlertTeller>,
}

impl Desk {
    pub(super) fn open(&self) -> mpsc::Receiver<Order> {
        let (to, orders) = mpsc::channel(WAITING);
        *lock(&self.0.orders) = Some(to);
        lock(&self.0.alerts).begin_anew();
        self.0.open.store(true, Ordering::Release);
        orders
    }

    pub(super) fn close(&self) {
        self.0.open.store(false, Ordering::Release);
        *lock(&self.0.orders) = None;
    }

    /// Whether anybody reads for others here.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.open.load(Ordering::Acquire)
    }

    /// At the next turn of the loop everything is handed over.
    pub(super) fn want(&self) {
        self.0.wanted.store(true, Ordering::Release);
    }

    /// A turn of the loop is asked for.
    pub(super) fn ask_turn(&self) {
        self.0.turn.store(true, Ordering::Release);
    }

    /// Hands over what the loop is about to take in.
    pub fn tell(&self, at: Millis, told: Vec<Told>) {
        if self.is_open() && !told.is_empty() {
            self.say(at, Said::Told(Moment { at, told }));
        }
    }

    /// Hands over what is said beside that.
    pub fn say(&self, at: Millis, said: Said) {
        if self.is_open() {
            self.hand(Order::Say(at, Box::new(said)));
        }
    }

    /// Looks at what the loop knows after its turn: whoever has just come is told all of it.
    pub fn look(&self, store: &Store, status: &Status, now: Millis) {
        if !self.is_open() {
            return;
        }
        let alerts = lock(&self.0.alerts).tell(&store.alerts, now);
        self.tell(now, alerts.into_iter().collect());
        if self.0.left_out.swap(false, Ordering::AcqRel) {
            self.hand(Order::Hole);
        }
        if self.0.wanted.swap(false, Ordering::AcqRel) {
            let still = Box::new(store.still(now).owned());
            self.hand(Order::Still(now, Box::new(*status), still));
        }
        if self.0.turn.swap(false, Ordering::AcqRel) {
            self.hand(Order::Turn(now, Box::new(*status)));
        }
    }

    fn hand(&self, order: Order) {
        let orders = lock(&self.0.orders);
        let Some(orders) = orders.as_ref() else {
            return;
        };
        if let Err(TrySendError::Full(_)) = orders.try_send(order) {
            self.0.left_out.store(true, Ordering::Release);
        }
    }
}

/// What a panic elsewhere has left is still good: nothing is half done under these locks.
fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

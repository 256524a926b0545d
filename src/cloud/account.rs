//! One holder of a token: the token, its budget, and on what that is spent.
//!
//! The organisation counts by token. Where a client observes and a person acts, each has a minute of its own.

mod ledger;
mod operations;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use self::ledger::Ledger;
pub use self::ledger::Spent;
use self::operations::{Operations, operation};
use super::auth::Tokens;
use super::budget::{Budget, BudgetReading, InFlight, Urgency, wall};
use super::call::{Call, Who};
use super::concern::Concern;
use super::error::Error;
use super::wire::Reply;
use crate::time::Millis;

/// A refusal that names no time at all: long enough to let others through, short enough to go on.
const UNNAMED: Duration = Duration::from_secs(1);

/// A token's worth of access.
#[derive(Debug)]
pub struct Account {
    /// Whose it is.
    pub holder: Who,
    /// The token.
    pub tokens: Tokens,
    /// What it may still ask for.
    pub budget: Budget,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    ledger: Ledger,
    operations: Operations,
    refused: Option<(Millis, String)>,
}

/// A holder's budget, and on what it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// Whose token.
    pub holder: Who,
    /// The minute that counts.
    pub budget: BudgetReading,
    /// On what it went, those with any request in the last hour.
    pub spent: Vec<(Concern, Spent)>,
    /// 429 in the last minute and hour.
    pub refusals: Spent,
    /// The last 429, and the operation that it refused.
    pub refused: Option<(Millis, String)>,
    /// Operations that are held by themselves, and until when.
    pub held: Vec<(String, Millis)>,
}

impl Account {
    /// An account of which nothing has been used.
    pub fn new(holder: Who, requests_per_minute: Option<u32>) -> Self {
        Self {
            holder,
            tokens: Tokens::default(),
            budget: Budget::new(requests_per_minute),
            book: Mutex::default(),
        }
    }

    /// Waits until the operation and the budget let a call through.
    pub async fn admit(&self, call: &Call, urgency: Urgency) -> InFlight {
        loop {
            let Some(until) = self.book().operations.held_until(&operation(call)) else {
                break;
            };
            tokio::time::sleep_until(until).await;
        }
        let slot = self.budget.draw(urgency).await;
        let concern = Concern::of(call, urgency);
        self.book().ledger.note(concern, Instant::now());
        slot
    }

    /// Heeds what an answer says of the budget: the organisation's own count, and how long to stay away.
    ///
    /// A 429 whose count has room comes from a limit of that operation alone, which then waits alone; any other holds the
    /// whole token, and no other token (Platform API: limits are per token, and some operations have their own).
    pub fn heed(&self, call: &Call, reply: Reply) -> Result<Bytes, Error> {
        let Reply { outcome, quota } = reply;
        if let Some(quota) = quota {
            self.budget.told(quota);
        }
        if let Err(error) = &outcome
            && error.status() == Some(429)
        {
            let name = operation(call);
            let mut book = self.book();
            book.ledger.refused(Instant::now());
            book.refused = Some((wall(Duration::ZERO), name.clone()));
            let named = error.retry_after();
            match quota {
                Some(quota) if quota.has_room() => {
                    let wait = named.unwrap_or(UNNAMED);
                    book.operations.hold(name, Instant::now() + wait);
                }
                Some(quota) => self.budget.hold(named.unwrap_or(quota.reset)),
                None => {
                    if let Some(wait) = named {
                        self.budget.hold(wait);
                    }
                }
            }
        }
        outcome
    }

    /// On what the budget went.
    pub fn spending(&self) -> Spending {
        let now = Instant::now();
        let mut book = self.book();
        let held = book.operations.all(now);
        Spending {
            holder: self.holder,
            budget: self.budget.reading(),
            spent: book.ledger.spent(now),
            refusals: book.ledger.refusals(now),
            refused: book.refused.clone(),
            held: held
                .into_iter()
                .map(|(name, until)| (name, wall(until - now)))
                .collect(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

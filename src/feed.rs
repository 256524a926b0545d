//! Keeping up with the organisation: who there is, what a read says, what the streams say, and how well that works.

pub mod mailbox;
pub mod news;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whatever became of another holder: every value behind these locks is whole between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

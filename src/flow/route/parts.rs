//! The writes that change a route, one after the other: most kinds have one, an integration is kept in parts.

use std::collections::VecDeque;

use super::submit::{CHECK, read, read_back, refused};
use super::{Deploy, Ending};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::route::{Known, Route, diff};
use crate::model::write::Write;

/// Sends whatever turns the route that was seen into the one that is wanted, and reads it back.
///
/// A write whose outcome is unknown is not repeated: what is there tells whether it was taken, and then the rest goes on.
pub(super) async fn send(run: &Run<'_>, order: &Deploy, seen: &Known) -> Result<Known, Ending> {
    let mut left = VecDeque::from(seen.updates(&order.body));
    let of = left.len();
    let mut taken = 0;
    while let Some(write) = left.pop_front() {
        let sent = run
            .commit(order.noted(write), CHECK, |_| {}, |_| Ok(Done::plain(())))
            .await;
        match sent {
            Ok(()) => {}
            Err(failure) if failure.fate == Fate::Unknown => {
                match look_up(run, order, seen, left.len()).await {
                    Some(rest) => left = rest,
                    None => return Err(in_part(failure, seen, taken, of).into()),
                }
            }
            // Made by us, or with a part of ours taken, it has moved by our own hand: that is no conflict.
            Err(failure) if taken == 0 && !seen.is_bare() => {
                return Err(refused(run, order, failure, seen).await);
            }
            Err(failure) => return Err(in_part(failure, seen, taken, of).into()),
        }
        taken += 1;
    }
    read_back(run, order, &seen.id).await
}

/// What is left to send once a write was taken whose answer never came, out of what is there; none when it was not taken, or
/// not yet.
async fn look_up(
    run: &Run<'_>,
    order: &Deploy,
    seen: &Known,
    after_it: usize,
) -> Option<VecDeque<Write>> {
    let doing = run.begin("look up", order.body.name());
    let there = read(run, order, &seen.id).await.ok().flatten();
    let left = there.map(|there| left(&there, &order.body));
    match left {
        Some(left) if left.len() <= after_it => {
            doing.done(format!("it was taken as {}", seen.id.raw()));
            Some(left.into())
        }
        _ => {
            doing.failed("it is not there as it was sent, or not yet");
            None
        }
    }
}

fn left(there: &Known, wanted: &Route) -> Vec<Write> {
    if diff::same(&there.route, wanted) {
        return Vec::new();
    }
    there.updates(wanted)
}

/// A failure after a part was taken says so: what is there is neither what was nor what was wanted.
fn in_part(failure: Failure, seen: &Known, taken: usize, of: usize) -> Failure {
    if taken == 0 && !seen.is_bare() {
        return failure;
    }
    let id = seen.id.raw();
    let why = format!(
        "{id} is there in part ({taken} of {of} changes were taken): {} Deploy it again to go on from what is there.",
        failure.why.raw()
    );
    Failure {
        why: why.into(),
        ..failure
    }
}

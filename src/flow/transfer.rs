//! Transfers: the interaction is read, the frame is sent, what became of it is known, the media server is told (contract §8).
//!
//! Several go at once as one flow: each on its own, a few at a time, all through the profile's one socket.

mod exchange;
mod flight;
mod media;
mod moves;
mod one;
mod reading;
pub(in crate::flow) mod replace;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{StreamExt, iter};

use self::one::{One, Reporting};
use super::{FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::transfer::made::{Asked, End, Happening, Phase, TransferId};
use crate::model::transfer::{Destination, Request};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;
use crate::time::Millis;

pub use self::flight::Flights;
pub use self::media::retell;
pub use self::moves::{Move, Transfers};
pub use self::one::preflight;
pub use self::reading::settle;
pub use self::replace::Replace;

/// Where the socket is.
const PATH: [&str; 3] = ["api", "v2", "websocket"];

/// What to look at when it is not known whether a transfer was done.
const CHECK: &str = "Look at the interaction before it is transferred again: r reads it.";

/// How a transfer that was taken is watched (Platform API): the waits between two readings, and when it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the first reading; doubled before each further one.
    pub first: Duration,
    /// The longest wait between two.
    pub most: Duration,
    /// From sending on. A telephone that nobody answers rings for half of it.
    pub all: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            most: Duration::from_secs(4),
            all: Duration::from_secs(60),
        }
    }
}

/// A new id for a frame.
#[must_use]
pub fn frame_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The frame of a request as a write.
fn write(request: &Request, frame: &str, timestamp: Millis) -> Result<Write, String> {
    let frame = request.frame(frame, timestamp);
    let subject = crate::text::safe(&request.interaction_id).into_owned();
    let mut write = Write::json(WriteKind::Transfer, Method::Frame, &PATH, subject, &frame)
        .map_err(|error| error.to_string())?;
    let media = &request.media_matrix;
    let note = &mut write.note;
    note.insert("destination", masked(&request.destination_uri).into());
    note.insert("codec", media.audio.codec.as_str().into());
    Ok(write)
}

fn masked(uri: &str) -> String {
    // What is no destination has not been sent either, and may be anything.
    Destination::parse(uri).map_or_else(|_| "an invalid destination".to_owned(), |to| to.masked())
}

/// Makes the transfers, and says how they ended taken together.
pub(super) async fn make(run: &Run<'_>, order: &Transfers) -> Outcome {
    let id = |number| TransferId {
        flow: run.id(),
        number,
    };
    let mut ready = Vec::with_capacity(order.moves.len());
    for (number, wanted) in order.moves.iter().enumerate() {
        match Destination::parse(wanted.destination_uri()) {
            Ok(destination) => ready.push((id(number), wanted.clone(), destination)),
            Err(why) => return Outcome::Refused(format!("destination_uri: {why}").into()),
        }
        let limits = &run.kit.profile.transfers.limits;
        if let Some(fault) = wanted.faults(limits).first() {
            return Outcome::Refused(fault.to_string().into());
        }
    }
    for (id, wanted, destination) in &ready {
        let asked = Asked {
            request: wanted.wish(),
            destination: destination.clone(),
            operator: Text::from(run.kit.operator.as_str()),
        };
        run.tell(FlowNews::Transfer(
            *id,
            Box::new(Happening::Asked(Box::new(asked))),
        ));
    }
    match &ready[..] {
        [(id, wanted, destination)] => {
            let one = One::new(run, *id, wanted, destination, Reporting::Steps);
            alone(one.make().await, destination)
        }
        _ => several(run, ready, order.stop_on_failure).await,
    }
}

/// How the flow of a single transfer ended.
fn alone(end: End, to: &Destination) -> Outcome {
    match end {
        End::Transferred { codec, by_reading } => {
            let codec = codec.map_or(String::new(), |codec| format!(" with {codec}"));
            let how = if by_reading {
                ", as the interaction shows"
            } else {
                ""
            };
            Outcome::Done(format!("transferred to {}{codec}{how}", to.masked()).into())
        }
        End::Rejected(why) | End::Stopped(why) => Outcome::Refused(why),
        End::TimedOut(why) | End::Unknown(why) => Outcome::Unknown {
            why,
            check: CHECK.into(),
        },
    }
}

type Ready = (TransferId, Move, Destination);

/// Makes several, a few at a time.
async fn several(run: &Run<'_>, all: Vec<Ready>, stop_on_failure: bool) -> Outcome {
    let at_once = usize::try_from(run.kit.profile.transfers.concurrency).unwrap_or(1);
    let halted = &AtomicBool::new(false);
    let ends = iter(all).map(|(id, wanted, destination)| async move {
        if halted.load(Ordering::Relaxed) {
            let why = "not begun: another one was not done, and then the rest was to be left alone";
            return one::leave(run, id, &wanted, why).await;
        }
        let doing = run.begin("transfer", wanted.interaction());
        let one = One::new(run, id, &wanted, &destination, Reporting::One(doing));
        let end = one.make().await;
        if stop_on_failure && end.phase() != Phase::Transferred {
            halted.store(true, Ordering::Relaxed);
        }
        end
    });
    let ends: Vec<End> = ends.buffer_unordered(at_once.max(1)).collect().await;
    together(&ends)
}

/// How several ended, taken together.
fn together(ends: &[End]) -> Outcome {
    let of = |phase: Phase| ends.iter().filter(|end| end.phase() == phase).count();
    let done = of(Phase::Transferred);
    let others = Phase::ALL
        .into_iter()
        .filter(|phase| *phase != Phase::Transferred && of(*phase) > 0);
    let others = others.map(|phase| format!(", {} {}", of(phase), phase.word()));
    let words = format!(
        "{done} of {} transferred{}",
        ends.len(),
        others.collect::<String>()
    );
    if done == ends.len() {
        return Outcome::Done(words.into());
    }
    if ends.iter().any(|end| end.phase().open_question()) {
        return Outcome::Unknown {
            why: format!("{words}.").into(),
            check: "Filter the Transfers pane by state:unknown or state:\"timed out\"; r reads an interaction again.".into(),
        };
    }
    Outcome::Refused(format!("{words}; the Transfers pane has each reason").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::transfer::Limits;

    #[test]
    fn several_are_summed_up_by_what_is_worst_known() {
        let done = End::Transferred {
            codec: None,
            by_reading: false,
        };
        let rejected = End::Rejected("busy".into());
        let unknown = End::Unknown("lost".into());
        assert!(
            matches!(together(&[done.clone(), done.clone()]), Outcome::Done(words) if words.raw() == "2 of 2 transferred")
        );
        let mixed = together(&[done.clone(), rejected.clone()]);
        assert!(
            matches!(&mixed, Outcome::Refused(words) if words.raw().starts_with("1 of 2 transferred, 1 rejected")),
            "{mixed}"
        );
        assert!(matches!(
            together(&[done, rejected, unknown]),
            Outcome::Unknown { .. }
        ));
    }

    #[test]
    fn a_number_is_nowhere_but_in_the_frame() {
        let limits = Limits::default();
        let request = Request {
            interaction_id: "i-1".into(),
            destination_uri: "tel:+14155550199".into(),
            ..Request::blank(&limits)
        };
        let wanted = Move::new(request, Millis(0));
        let write = wanted.write(&limits).unwrap();
        assert!(
            write
                .body
                .as_ref()
                .is_some_and(|body| body.contains("14155550199"))
        );
        assert!(!format!("{:?}{}", write.note, write.subject).contains("14155550199"));
        let title = Transfers {
            moves: vec![wanted],
            stop_on_failure: false,
        }
        .title();
        assert_eq!(title.raw(), "i-1 to tel:+•••••••0199");
    }
}

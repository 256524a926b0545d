use super::*;
use crate::model::transfer::{Limits, Request};

fn made() -> Made {
    let mut request = Request::blank(&Limits::default());
    request.interaction_id = "i-1".into();
    let to = Destination::parse("genesys://user/ana").unwrap();
    let asked = Asked {
        request: request.into(),
        destination: to,
        operator: "noc".into(),
    };
    Made::new(TransferId::default(), asked, Millis(0))
}

fn ended(end: End) -> Happening {
    Happening::Ended {
        end,
        latency_us: Some(1_500),
    }
}

fn sent(frame: &str) -> Happening {
    Happening::Sent {
        frame: frame.into(),
        text: "{}".into(),
    }
}

#[test]
fn the_course_of_a_fallback() {
    let mut made = made();
    let mut phases = vec![made.phase];
    for happening in [
        Happening::Checking,
        sent("f-1"),
        Happening::FallingBack {
            from: "opus".into(),
            to: "g722".into(),
        },
        sent("f-2"),
        ended(End::Transferred {
            codec: Some("g722".into()),
            by_reading: false,
        }),
    ] {
        made.apply(happening, Millis(1));
        phases.push(made.phase);
    }
    assert_eq!(
        phases,
        [
            Phase::Queued,
            Phase::Checking,
            Phase::Sent,
            Phase::Negotiating,
            Phase::Negotiating,
            Phase::Transferred
        ]
    );
    assert_eq!(made.settled, Some("g722".into()));
    assert_eq!(
        (made.frame.raw(), made.latency_us, made.ended),
        ("f-2", Some(1_500), Some(Millis(1)))
    );
}

#[test]
fn what_is_over_stays_over() {
    let mut made = made();
    made.apply(ended(End::Rejected("busy".into())), Millis(1));
    made.apply(sent("f-9"), Millis(2));
    made.apply(
        ended(End::Transferred {
            codec: None,
            by_reading: true,
        }),
        Millis(3),
    );
    assert_eq!((made.phase, made.ended), (Phase::Rejected, Some(Millis(1))));
    assert!(made.frame.is_empty());
}

#[test]
fn a_reading_settles_an_open_question() {
    for open in [End::Unknown("lost".into()), End::TimedOut("late".into())] {
        let mut made = made();
        made.apply(ended(open), Millis(1));
        assert!(made.phase.open_question() && !made.why.is_empty());
        made.apply(Happening::Reconciling("asked".into()), Millis(2));
        made.apply(
            ended(End::Transferred {
                codec: None,
                by_reading: true,
            }),
            Millis(3),
        );
        assert_eq!(
            (made.phase, made.why.is_empty()),
            (Phase::Transferred, true)
        );
    }
}

#[test]
fn retries_are_counted_and_the_course_is_bounded() {
    let mut made = made();
    for n in 0..100 {
        made.apply(
            Happening::Retrying {
                wait_ms: n,
                why: "busy".into(),
            },
            Millis(1),
        );
    }
    assert_eq!(
        (made.retries, made.course.len(), made.forgotten),
        (100, COURSE, 36)
    );
}

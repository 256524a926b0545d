//! The same events make the same row, in any order.

use proptest::prelude::*;

use super::*;

fn word(id: &str, phase: Phase) -> Word {
    Word {
        id: Some(id.into()),
        phase: Some(phase),
        ..Word::default()
    }
}

fn heard(at: i64, by: By, phase: Phase) -> JobEvent {
    JobEvent::Heard {
        at: Millis(at),
        by,
        word: word("job-1", phase),
    }
}

fn job(events: impl IntoIterator<Item = JobEvent>) -> Job {
    let mut job = Job::new(JobKey("k".into()));
    for event in events {
        job.apply(event);
    }
    job
}

fn submitting(at: i64) -> JobEvent {
    JobEvent::Submitting {
        at: Millis(at),
        name: "edge-01".into(),
        body: None,
    }
}

fn doubted(at: i64) -> JobEvent {
    JobEvent::Doubted(Doubt {
        at: Millis(at),
        why: "the connection broke".into(),
        check: "look at the list".into(),
    })
}

#[test]
fn a_late_poll_does_not_undo_what_the_webhook_told() {
    let job = job([
        submitting(0),
        heard(5, By::Submit, Phase::Running),
        heard(80, By::Webhook, Phase::Completed),
        heard(90, By::Poll, Phase::Running),
    ]);
    assert_eq!(
        (job.state(), job.latency()),
        (JobState::Completed, Some(80))
    );
}

#[test]
fn a_doubt_lasts_until_the_organisation_speaks() {
    let mut job = job([submitting(0), doubted(10)]);
    assert_eq!(job.state(), JobState::Unknown);
    job.apply(heard(11, By::Poll, Phase::Running));
    assert_eq!((job.state(), job.doubt()), (JobState::Running, None));
    job.apply(doubted(20));
    assert_eq!(job.state(), JobState::Unknown);
    job.apply(heard(30, By::Webhook, Phase::Failed));
    assert_eq!((job.state(), job.latency()), (JobState::Failed, Some(30)));
}

#[test]
fn following_ends_with_a_word_of_the_operator_and_not_with_the_job() {
    let stop = JobEvent::Follow(Follow {
        at: Millis(7),
        on: false,
    });
    let mut job = job([submitting(0), heard(5, By::Submit, Phase::Queued), stop]);
    assert_eq!(job.state(), JobState::Unfollowed);
    job.apply(heard(9, By::Webhook, Phase::Completed));
    assert_eq!(job.state(), JobState::Completed);
}

#[test]
fn two_ends_are_a_dispute_that_the_poll_wins() {
    let job = job([
        heard(1, By::Webhook, Phase::Failed),
        heard(2, By::Poll, Phase::Completed),
    ]);
    assert!(job.disputed());
    assert_eq!((job.state(), job.error()), (JobState::Completed, None));
}

#[test]
fn a_row_is_bounded_whatever_is_said() {
    let made = (0..500).map(|n| Made {
        id: format!("c-{n:03}").into(),
        name: "x".repeat(10_000).into(),
    });
    let job = job([JobEvent::Heard {
        at: Millis(1),
        by: By::Poll,
        word: Word {
            results: made.collect(),
            ..word("job-1", Phase::Completed)
        },
    }]);
    assert_eq!((job.results.len(), job.made), (RESULTS_KEPT, 500));
    assert!(job.results.iter().all(|made| made.name.raw().len() < 600));
}

fn any_event() -> impl Strategy<Value = JobEvent> {
    let phases = [
        Phase::Queued,
        Phase::Running,
        Phase::Completed,
        Phase::Failed,
    ];
    let by = prop::sample::select(vec![By::Submit, By::Poll, By::Webhook]);
    let spoken = (
        0i64..50,
        by,
        prop::option::of(prop::sample::select(phases.to_vec())),
        prop::collection::btree_set("[a-c]", 0..3),
        prop::option::of("[xy]"),
    );
    let spoken = spoken.prop_map(|(at, by, phase, made, error)| JobEvent::Heard {
        at: Millis(at),
        by,
        word: Word {
            id: Some("job-1".into()),
            phase,
            results: made
                .into_iter()
                .map(|id| Made {
                    id: id.as_str().into(),
                    name: id.into(),
                })
                .collect(),
            error: error.map(|code| JobError {
                code: code.into(),
                message: Text::default(),
            }),
        },
    });
    prop_oneof![
        4 => spoken,
        1 => (0i64..50).prop_map(submitting),
        1 => (1u32..6).prop_map(JobEvent::Attempt),
        1 => (0i64..50).prop_map(|at| JobEvent::Refused { at: Millis(at), why: JobError::default() }),
        1 => (0i64..50).prop_map(doubted),
        1 => (0i64..50).prop_map(|at| JobEvent::Resumed(Millis(at))),
        1 => (0i64..50, any::<bool>()).prop_map(|(at, on)| JobEvent::Follow(Follow { at: Millis(at), on })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_order_makes_the_same_row(
        (events, shuffled) in prop::collection::vec(any_event(), 0..20)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
    ) {
        prop_assert_eq!(job(events), job(shuffled));
    }

    #[test]
    fn two_rows_of_one_job_become_the_row_of_all_their_events(
        events in prop::collection::vec(any_event(), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let (one, other) = events.split_at(cut.index(events.len() + 1));
        let mut row = job(one.to_vec());
        row.absorb(job(other.to_vec()));
        prop_assert_eq!(row, job(events));
    }

    #[test]
    fn an_older_copy_of_a_row_takes_nothing_back(
        events in prop::collection::vec(any_event(), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let older = job(events[..cut.index(events.len() + 1)].to_vec());
        let newer = job(events);
        let mut row = newer.clone();
        row.reconcile(older);
        prop_assert_eq!(row, newer);
    }

    #[test]
    fn an_ended_job_never_goes_back(events in prop::collection::vec(any_event(), 0..20)) {
        let mut row = Job::new(JobKey("k".into()));
        let (mut ended, mut since) = (false, None);
        for event in events {
            row.apply(event);
            prop_assert!(!ended || row.phase().ended());
            prop_assert!(!ended || row.ended <= since);
            (ended, since) = (row.phase().ended(), row.ended);
        }
    }

    #[test]
    fn a_row_survives_the_disk(events in prop::collection::vec(any_event(), 0..20)) {
        let row = job(events);
        let read: Job = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
        prop_assert_eq!(read, row);
    }
}

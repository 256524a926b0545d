use proptest::prelude::*;
use tokio::time::{sleep, timeout};

use super::*;

const LONG: Duration = Duration::from_secs(3600);
/// Longer than eighty requests take one after the other, each with its minute and its way there and back.
const ENOUGH: Duration = Duration::from_secs(24 * 3600);

async fn spend(budget: &Budget, urgency: Urgency, times: u32) {
    for _ in 0..times {
        drop(budget.draw(urgency).await);
    }
}

/// Whether a draw succeeds without any time passing.
async fn open(budget: &Budget, urgency: Urgency) -> bool {
    timeout(Duration::from_millis(1), budget.draw(urgency))
        .await
        .is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_slot_comes_back_a_minute_after_its_answer() {
    let budget = Budget::new(Some(1));
    let start = Instant::now();
    let slot = budget.draw(Urgency::Write).await;
    sleep(Duration::from_secs(5)).await;
    drop(slot);
    drop(budget.draw(Urgency::Write).await);
    assert_eq!(start.elapsed().as_secs(), 65);
}

#[tokio::test(start_paused = true)]
async fn polls_leave_a_third_for_the_rest() {
    let budget = Budget::new(Some(30));
    spend(&budget, Urgency::Poll, 20).await;
    assert!(!open(&budget, Urgency::Poll).await);
    spend(&budget, Urgency::Reread, 9).await;
    assert!(!open(&budget, Urgency::Reread).await);
    assert!(open(&budget, Urgency::Write).await);
    assert!(!open(&budget, Urgency::Write).await);
    assert_eq!(budget.reading().used, 30);
}

#[tokio::test(start_paused = true)]
async fn the_urgent_overtake_and_equals_keep_their_order() {
    let budget = Budget::new(Some(1));
    spend(&budget, Urgency::Write, 1).await;
    let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
    for (name, urgency) in [
        ("poll", Urgency::Poll),
        ("first reread", Urgency::Reread),
        ("second reread", Urgency::Reread),
        ("write", Urgency::Write),
    ] {
        let (budget, told) = (budget.clone(), told.clone());
        tokio::spawn(async move {
            drop(budget.draw(urgency).await);
            told.send(name).unwrap();
        });
        tokio::task::yield_now().await;
    }
    for name in ["write", "first reread", "second reread", "poll"] {
        assert_eq!(order.recv().await, Some(name));
    }
}

#[tokio::test(start_paused = true)]
async fn giving_up_the_first_place_lets_the_next_one_go() {
    let budget = Budget::new(Some(1));
    let slot = budget.draw(Urgency::Write).await;
    let first = tokio::spawn({
        let budget = budget.clone();
        async move { budget.draw(Urgency::Write).await }
    });
    tokio::task::yield_now().await;
    let second = tokio::spawn({
        let budget = budget.clone();
        async move { budget.draw(Urgency::Poll).await }
    });
    tokio::task::yield_now().await;
    first.abort();
    drop(slot);
    assert!(timeout(LONG, second).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_hold_stops_everyone_and_is_capped() {
    let budget = Budget::new(None);
    budget.hold(Duration::from_secs(7));
    assert!(budget.reading().held_until.is_some());
    let start = Instant::now();
    spend(&budget, Urgency::Write, 1).await;
    assert_eq!(start.elapsed().as_secs(), 7);
    assert!(budget.reading().held_until.is_none());
    budget.hold(LONG);
    spend(&budget, Urgency::Write, 1).await;
    assert_eq!(start.elapsed().as_secs(), 67);
}

#[tokio::test(start_paused = true)]
async fn no_limit_still_counts() {
    let budget = Budget::new(None);
    spend(&budget, Urgency::Poll, 1000).await;
    let reading = budget.reading();
    assert_eq!((reading.used, reading.allowed), (1000, None));
    sleep(reading.frees_in.unwrap()).await;
    assert_eq!(budget.reading().used, 0);
}

/// One request of the simulation, in milliseconds.
#[derive(Clone, Debug)]
struct Request {
    urgency: Urgency,
    asked_after: u64,
    to_server: u64,
    from_server: u64,
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let urgency = prop_oneof![
        Just(Urgency::Write),
        Just(Urgency::Reread),
        Just(Urgency::Enumerate),
        Just(Urgency::Poll)
    ];
    let request = (urgency, 0..90_000u64, 0..20_000u64, 0..20_000u64).prop_map(
        |(urgency, asked_after, to_server, from_server)| Request {
            urgency,
            asked_after,
            to_server,
            from_server,
        },
    );
    prop::collection::vec(request, 1..80)
}

/// When the server saw each request, in milliseconds from the start.
async fn simulate(limit: u32, requests: Vec<Request>) -> Vec<u128> {
    let budget = Budget::new(Some(limit));
    let start = Instant::now();
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let budget = budget.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(request.asked_after)).await;
                let slot = budget.draw(request.urgency).await;
                sleep(Duration::from_millis(request.to_server)).await;
                let seen = start.elapsed().as_millis();
                sleep(Duration::from_millis(request.from_server)).await;
                drop(slot);
                seen
            })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(timeout(ENOUGH, task).await.unwrap().unwrap());
    }
    seen.sort_unstable();
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_minute_on_the_server_sees_more_than_the_limit(limit in 1..20u32, requests in requests()) {
        let asked = requests.len();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let seen = runtime.block_on(simulate(limit, requests));
        prop_assert_eq!(seen.len(), asked);
        for pair in seen.windows(limit as usize + 1) {
            prop_assert!(pair[limit as usize] - pair[0] >= 60_000, "{:?}", pair);
        }
    }
}

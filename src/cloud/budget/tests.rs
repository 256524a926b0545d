use proptest::prelude::*;
use tokio::task::JoinHandle;
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

async fn keep(budget: &Budget, urgency: Urgency, times: usize) -> Vec<InFlight> {
    let mut slots = Vec::with_capacity(times);
    for _ in 0..times {
        slots.push(budget.draw(urgency).await);
    }
    slots
}

/// Starts so many requests that are answered at once; the seconds at which they went come back, in order.
fn send(budget: &Budget, urgency: Urgency, times: usize) -> JoinHandle<Vec<u64>> {
    let (budget, start) = (budget.clone(), Instant::now());
    tokio::spawn(async move {
        let one = || async {
            drop(budget.draw(urgency).await);
            start.elapsed().as_secs()
        };
        futures_util::future::join_all((0..times).map(|_| one())).await
    })
}

/// How many of these went in each second.
fn by_second(went: &[u64]) -> Vec<usize> {
    let last = went.iter().max().copied().unwrap_or(0);
    let in_second = |second| went.iter().filter(|at| **at == second).count();
    (0..=last).map(in_second).collect()
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
    // On their way, however long the pace made them wait.
    let _polls = keep(&budget, Urgency::Poll, 20).await;
    assert!(!open(&budget, Urgency::Poll).await);
    let _rereads = keep(&budget, Urgency::Reread, 9).await;
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

#[tokio::test(start_paused = true)]
async fn a_start_is_prompt_and_then_the_budget_lasts_evenly() {
    let budget = Budget::new(Some(300));
    let went = send(&budget, Urgency::Enumerate, 1_200).await.unwrap();
    let seconds = by_second(&went);
    assert_eq!(seconds[0], 150, "half of a minute's budget at once");
    let first: usize = seconds[..60].iter().sum();
    assert!((270..=280).contains(&first), "{first} in the first minute");
    assert!(seconds[1..].iter().all(|count| *count <= 12), "{seconds:?}");
    for minute in seconds[1..60].chunks(15) {
        let spent: usize = minute.iter().sum();
        assert!(
            (28..=36).contains(&spent),
            "two a second in the first minute: {seconds:?}"
        );
    }
    let later = &seconds[120..seconds.len() - 1];
    assert!(
        later.iter().all(|count| (4..=5).contains(count)),
        "{later:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_person_waits_for_passes_whatever_is_paced() {
    let budget = Budget::new(Some(300));
    let flood = send(&budget, Urgency::Resync, 1_000);
    sleep(Duration::from_secs(30)).await;
    assert!(open(&budget, Urgency::Reread).await);
    assert!(open(&budget, Urgency::Write).await);
    let page = send(&budget, Urgency::Reread, 40).await.unwrap();
    assert_eq!(
        by_second(&page)[1..],
        [12, 12, 7],
        "a twenty-fifth a second"
    );
    flood.abort();
}

#[tokio::test(start_paused = true)]
async fn a_long_reading_stops_neither_polls_nor_small_lists() {
    let budget = Budget::new(Some(300));
    let flood = send(&budget, Urgency::Resync, 3_000);
    let first = send(&budget, Urgency::Enumerate, 1);
    tokio::task::yield_now().await;
    let polls = send(&budget, Urgency::Poll, 40);
    sleep(WINDOW * 2).await;
    let start = Instant::now();
    spend(&budget, Urgency::Survey, 3).await;
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "after {took:?}");
    assert!(first.is_finished());
    let polls = polls.await.unwrap();
    let minutes = polls.last().unwrap() / 60;
    assert!((3..=5).contains(&minutes), "{polls:?}");
    let reading = flood.await.unwrap();
    let last = reading.last().unwrap();
    assert!((640..=675).contains(last), "{last} s: 270 a minute");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_time_is_not_made_up_for_in_a_burst() {
    let budget = Budget::new(Some(300));
    spend(&budget, Urgency::Poll, 10).await;
    sleep(Duration::from_secs(600)).await;
    let went = send(&budget, Urgency::Poll, 200).await.unwrap();
    let seconds = by_second(&went);
    assert!(seconds.iter().all(|count| *count <= 12), "{seconds:?}");
    assert!(seconds.len() > 50, "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn others_who_spend_the_same_limit_slow_the_pace() {
    let budget = Budget::new(Some(300));
    spend(&budget, Urgency::Poll, 1).await;
    sleep(Duration::from_secs(600)).await;
    budget.told(Quota {
        count: 150,
        allowed: 300,
        reset: WINDOW,
    });
    let went = send(&budget, Urgency::Poll, 50).await.unwrap();
    let seconds = by_second(&went);
    assert!(
        seconds.len() > 40 && seconds[1..].iter().all(|count| *count <= 1),
        "{seconds:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lifted_limit_stays_lifted_and_the_organisations_full_count_still_holds() {
    let budget = Budget::new(None);
    budget.lower(10);
    let start = Instant::now();
    spend(&budget, Urgency::Poll, 500).await;
    assert_eq!(
        (start.elapsed(), budget.reading().allowed),
        (Duration::ZERO, None)
    );
    let full = Quota {
        count: 600,
        allowed: 600,
        reset: Duration::from_secs(20),
    };
    budget.told(full);
    assert!(budget.reading().held_until.is_some());
    spend(&budget, Urgency::Write, 1).await;
    assert_eq!(start.elapsed().as_secs(), 20);
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
        Just(Urgency::Survey),
        Just(Urgency::Resync),
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

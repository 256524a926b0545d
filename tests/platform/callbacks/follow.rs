//! Callbacks as the feeds keep them up: by topics, by polls, across a gap.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use trunkline::feed::mailbox::{CAPACITY, Mailbox};
use trunkline::feed::{self, Feeds, Plan};
use trunkline::model::callback::{Status, Stream};
use trunkline::store::Changes;
use trunkline::store::callbacks::{CallbackRow, Callbacks};
use trunkline::time::Clock;
use trunkline::vocabulary::news::CallbackNews;
use trunkline::vocabulary::news::News;

use super::quiet;
use crate::rig::Rig;
use crate::watch::plan;

/// The table of callbacks, kept up by the feeds.
struct Followed {
    rig: Rig,
    table: Callbacks,
    feeds: Feeds,
    mailbox: Arc<Mailbox>,
}

impl Followed {
    async fn start(channels: usize) -> Self {
        let rig = Rig::start(quiet(&[])).await;
        let mailbox = Mailbox::new(CAPACITY);
        let plan = Plan {
            users: Some(Vec::new()),
            poll: Duration::from_secs(60),
            callbacks: true,
            status_page: None,
            ..plan(channels)
        };
        let feeds = feed::start_with(
            rig.client.clone(),
            plan,
            Arc::clone(&mailbox),
            feed::Timing::default(),
        );
        Self {
            rig,
            table: Callbacks::default(),
            feeds,
            mailbox,
        }
    }

    /// Takes in news until it is so; what takes longer than half a minute never will.
    async fn until(&mut self, what: &str, so: impl Fn(&Callbacks) -> bool) {
        let mut news = Vec::new();
        let waited = tokio::time::timeout(Duration::from_secs(30), async {
            while !so(&self.table) {
                self.mailbox.ready().await;
                let _ = self.mailbox.drain(512, &mut news);
                news.drain(..).for_each(|news| self.learn(news));
            }
        });
        if waited.await.is_err() {
            let (stream, reading) = (self.table.stream(), self.table.reading());
            panic!("never: {what}; {stream:?}, {reading:?}");
        }
    }

    fn learn(&mut self, news: News) {
        let News::Callbacks(told) = news else { return };
        let (now, changes) = (Clock::Real.now(), &mut Changes::default());
        match *told {
            CallbackNews::Heard(heard) => heard
                .into_iter()
                .for_each(|one| self.table.told(one, now, changes)),
            CallbackNews::Completed(read) => read
                .iter()
                .for_each(|one| self.table.completed(one, changes)),
            CallbackNews::Listed {
                callbacks,
                spoken,
                began,
                faults,
            } => self
                .table
                .listed(callbacks, &spoken, began, faults, now, changes),
            CallbackNews::Stream(stream) => self.table.turn(stream, changes),
            CallbackNews::ReadFailed(problem) => self.table.read_failed(problem.text, now, changes),
            _ => {}
        }
    }

    /// What the organisation says of every callback that is open.
    async fn theirs(&self) -> BTreeMap<String, String> {
        let path = "/_org/callbacks?updates=0";
        let book = self.rig.control.get(path).await;
        let all = book["callbacks"].as_array().unwrap().iter();
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        all.map(|one| (text(one, "id"), text(one, "status")))
            .filter(|(_, status)| !Status::of_word(status).over())
            .collect()
    }

    async fn burst(&self, updates: u64) {
        let burst = json!({"callbacks": 30, "updates": updates, "perSecond": 2_000.0});
        let path = "/_org/callbacks/burst";
        self.rig.control.post(path, &burst).await;
    }
}

fn open(table: &Callbacks) -> BTreeMap<String, String> {
    let rows = table.iter().map(CallbackRow::callback);
    rows.filter(|one| !one.status.over())
        .map(|one| (one.id.raw().to_owned(), one.status.word().to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_move_rows_and_after_a_gap_the_table_is_the_organisation_s_again() {
    let mut followed = Followed::start(1).await;
    followed
        .until("live", |table| *table.stream() == Stream::Live)
        .await;
    let reads = followed.theirs().await;
    followed
        .until("what was read", |table| open(table) == reads)
        .await;
    followed
        .until("reasons of the next ones due", |table| {
            let known = table.iter().filter(|row| row.callback().reason.is_some());
            known.count() >= open(table).len().min(20)
        })
        .await;

    // 30 callbacks, each dialled, connected, completed, and scheduled once more.
    followed.burst(30 * 4).await;
    followed
        .until("every event", |table| table.figures().processed >= 30 * 4)
        .await;
    let theirs = followed.theirs().await;
    followed
        .until("the events", |table| open(table) == theirs)
        .await;
    let past = followed.table.iter().map(|row| row.past().count()).max();
    assert!(past >= Some(4), "{past:?}");

    followed.feeds.pause(true);
    followed
        .until("quiet", trunkline::store::callbacks::Callbacks::stale)
        .await;
    followed.burst(45).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    followed.feeds.pause(false);
    followed
        .until("live again", |table| *table.stream() == Stream::Live)
        .await;
    let theirs = followed.theirs().await;
    followed
        .until("the gap is filled", |table| open(table) == theirs)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_channel_callbacks_are_polled_and_say_so() {
    let mut followed = Followed::start(0).await;
    followed
        .until("polled", |table| {
            *table.stream() == Stream::Polled([].into())
        })
        .await;
    let theirs = followed.theirs().await;
    followed
        .until("what was read", |table| open(table) == theirs)
        .await;
    assert!(!followed.table.stale());
}

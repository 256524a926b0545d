//! Carriers by their trunks, and the edges those run on: read whole now and then, and told by topics in between.
//!
//! Everything that is known is put together here ([`Estate`]), so that one event of one trunk becomes a carrier with
//! another health. A read comes at once, after each gap, and at the polls' pace for what no topic covers; where every
//! topic is live it comes rarely, for what topics do not tell: new trunks, edges that drain.

mod look;
mod read;
mod topics;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::look::EdgeLook;
use self::topics::{EventWord, Topics};
use super::channels::{Heard, Hears, Rank, Wants};
use crate::cloud::Urgency;
use crate::feed::shared::Shared;
use crate::model::estate::Estate;
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::news::News;

/// Between two whole reads while every topic is live.
const RARELY: Duration = Duration::from_secs(300);

/// Between two whole reads while something is polled: each is a request for every hundred trunks and edges.
const SLOWEST_PACE: Duration = Duration::from_secs(30);

/// Topics that begin to be live come in several batches; one read serves them all.
const GATHER: Duration = Duration::from_millis(250);

/// Changes are told at most this often; each is the whole list.
const PACE: Duration = Duration::from_millis(200);

/// News taken at a time.
const BATCH: usize = 256;

/// Edges looked at by themselves at a time; when more are told to be away, one read of everything says why.
const LOOKS: usize = 8;

/// How long a look at an edge may take; then it is as it was told.
const LOOK: Duration = Duration::from_secs(3);

/// Follows the estate until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>) {
    let (wants, hears) = shared.channels.join("trunks and edges", Rank::Estate);
    let mut quiet = shared.quiet();
    let mut feed = EstateFeed::new(Arc::clone(&shared), wants);
    let mut urgency = Urgency::Enumerate;
    loop {
        quiet.over().await;
        urgency = tokio::select! {
            biased;
            () = quiet.wished() => {
                shared.mailbox.post(News::CarriersPaused);
                Urgency::Reread
            }
            next = feed.follow(&hears, urgency) => next,
        };
    }
}

/// What is known, and what is due.
struct EstateFeed {
    shared: Arc<Shared>,
    wants: Wants,
    estate: Estate,
    topics: Topics,
    /// Entries of the last read that could not be used, and parts of it that failed.
    faults: Vec<Text>,
    /// When the next whole read is due.
    due: Instant,
    told: Instant,
    /// Something has changed that was not told yet.
    untold: bool,
    /// When everything was last read; none before.
    read_at: Option<Instant>,
    /// Whether topics have ceased to be carried since.
    gapped: bool,
    /// Whether topics were ever carried.
    proven: bool,
    /// Edges that were told to be away and are being looked at: the cloud's own come and go.
    looks: JoinSet<EdgeLook>,
}

impl EstateFeed {
    fn new(shared: Arc<Shared>, wants: Wants) -> Self {
        let now = Instant::now();
        Self {
            shared,
            wants,
            estate: Estate::default(),
            topics: Topics::default(),
            faults: Vec::new(),
            due: now,
            told: now,
            untold: false,
            read_at: None,
            gapped: false,
            proven: false,
            looks: JoinSet::new(),
        }
    }

    /// Reads everything once, then takes in what the topics tell until the next read is due; says how urgent that is.
    async fn follow(&mut self, hears: &Hears, urgency: Urgency) -> Urgency {
        self.read(urgency).await;
        loop {
            let tell = self.told + PACE;
            tokio::select! {
                () = self.shared.carriers.notified() => return Urgency::Reread,
                () = sleep_until(self.due) => {
                    return if self.topics.in_doubt() { Urgency::Reread } else { Urgency::Survey };
                }
                Some(look) = self.looks.join_next() => self.looked(look),
                // What runs on an edge is told with it.
                () = sleep_until(tell), if self.untold && self.looks.is_empty() => self.tell(),
                news = hears.next(BATCH) => {
                    for item in news {
                        self.take(item);
                    }
                }
            }
        }
    }

    /// Reads everything and tells it; what could not be read leaves what was known as it was.
    async fn read(&mut self, urgency: Urgency) {
        self.shared.mailbox.room().await;
        let live = self.topics.begin_read();
        self.gapped = false;
        match read::whole(&self.shared.client, &mut self.estate, urgency).await {
            Ok(faults) => {
                self.looks = JoinSet::new();
                self.faults = faults;
                self.topics.end_read(&live, &mut self.estate);
                self.wants.set(topics::wanted(&self.estate));
                self.tell();
                if urgency != Urgency::Survey {
                    self.read_premises(urgency).await;
                }
                let now = Instant::now();
                (self.read_at, self.due) = (Some(now), now + self.pace());
            }
            Err(error) => {
                self.due = Instant::now() + self.shared.patience(&error, self.shared.poll);
                self.shared
                    .mailbox
                    .post(News::CarriersFailed(error.problem()));
            }
        }
    }

    /// Reads what provisioning offers; whoever provisions without it types ids.
    async fn read_premises(&self, urgency: Urgency) {
        let client = &self.shared.client;
        let read = async { client.platform()?.premises(urgency).await };
        if let Ok(premises) = read.await {
            self.shared.mailbox.post(News::Premises(premises));
        }
    }

    fn pace(&self) -> Duration {
        if self.topics.cover(&self.estate) {
            RARELY
        } else {
            self.shared.poll.max(SLOWEST_PACE)
        }
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Live(topics) => {
                self.topics.live(topics);
                let again = std::mem::replace(&mut self.proven, true) && !self.gapped;
                // What was polled meanwhile is fresh: the next poll makes it live.
                let fresh = self
                    .read_at
                    .filter(|_| again)
                    .map(|at| at + self.shared.poll);
                let left = fresh.map(|at| at.saturating_duration_since(Instant::now()));
                self.hurry(left.unwrap_or_default().max(GATHER));
            }
            Heard::Gap(topics) => {
                self.topics.gap(&topics, &mut self.estate);
                (self.untold, self.gapped) = (true, true);
                self.hurry(self.shared.poll);
            }
            Heard::Event { topic, body } => {
                let at = Clock::Real.now();
                match topics::event(&topic, &body, &mut self.estate, at) {
                    Ok(EventWord::Nothing) => {}
                    Ok(EventWord::Something) => self.untold = true,
                    Ok(EventWord::Doubtful(edge)) => {
                        self.untold = true;
                        // A carrier that is down is so on every edge: a few say enough.
                        if self.looks.len() < LOOKS {
                            self.look(edge, None);
                        }
                    }
                    Ok(EventWord::Away(edge)) => self.look(edge, Some(at)),
                    Err(reason) => {
                        self.shared.keep_sample(&topic.raw().into(), reason, &body);
                    }
                }
            }
            Heard::Refused(topic, _) => self.topics.lost(&[topic], &mut self.estate),
            Heard::Uncovered(topics) => {
                self.topics.lost(&topics, &mut self.estate);
                let wait = if self.gapped {
                    GATHER
                } else {
                    self.shared.poll.max(SLOWEST_PACE)
                };
                self.hurry(wait);
            }
        }
    }

    /// Brings the next read forward.
    fn hurry(&mut self, wait: Duration) {
        self.due = self.due.min(Instant::now() + wait);
    }

    /// Tells everything as it is, unless nobody takes anything: then later.
    fn tell(&mut self) {
        self.told = Instant::now();
        self.untold = !self.shared.mailbox.has_room();
        if self.untold {
            return;
        }
        self.shared.mailbox.post(News::Edges {
            edges: self.estate.edges(),
            refused: self.estate.refused(),
        });
        self.shared.mailbox.post(News::Carriers {
            carriers: self.estate.carriers(),
            faults: self.faults.clone(),
        });
    }
}

//! Jobs beyond one run of the console: what is left by one is followed by the next, unless the operator said otherwise.

use std::time::Duration;

use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::Runner;
use trunkline::environment::Environment;
use trunkline::listen;
use trunkline::model::job::JobState;
use trunkline::store::jobs::JobRow;
use trunkline::time::Clock;

use crate::common::program::said;
use crate::common::screen::{Cells, drawn, key};
use crate::rig::Rig;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// One run of the console.
struct Console(Runner<Cells>);

impl Console {
    fn start(rig: &Rig) -> Self {
        let (app, environment) = (App::new(rig.load()), Environment::default());
        let runner = Runner::new(app, Cells::dark(), environment, listen::nobody());
        Self(runner.keeping(rig.state_dir()))
    }

    /// Runs until its only job is like this.
    async fn until(&mut self, what: &str, met: impl Fn(&JobRow) -> bool) -> JobRow {
        let only = |app: &App| app.store.jobs.newest_first().next().cloned();
        let run = self.0.run(|app| only(app).as_ref().is_some_and(&met));
        let run = tokio::time::timeout(PATIENCE, run).await;
        run.unwrap_or_else(|_| panic!("{what}: {:?}", only(&self.0.app)))
            .unwrap();
        assert_eq!(self.0.app.store.jobs.len(), 1, "{what}");
        only(&self.0.app).unwrap()
    }

    fn press(&mut self, keys: &[&str]) {
        for name in keys {
            let event = Event::Key(key(name));
            self.0.app.update(event, Clock::Real.now());
            // A key means the row that its operator sees.
            drawn(&mut self.0.app, (120, 40));
        }
    }

    /// Ends well: what was being written is on disk.
    async fn end(self) {
        self.0.performer.finish().await;
    }
}

fn submit(rig: &Rig) {
    let body = serde_json::to_value(rig.endpoint("edge-01")).unwrap();
    let file = rig.file("edge.json", &body);
    let ran = rig.run(&["provision", "-f", &file, "--yes", "--json"]);
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{printed}{}", said(&ran));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_nobody_followed_is_followed_to_its_end_by_the_next_console() {
    let rig = Rig::with(&["job-ms=1"]).await;
    submit(&rig);
    // As after a kill right behind the answer: the audit alone knows of the job.
    std::fs::remove_dir_all(rig.state_dir().join("jobs")).unwrap();
    let mut console = Console::start(&rig);
    let done = |row: &JobRow| row.job.state() == JobState::Completed && row.flow.is_none();
    let row = console.until("followed to its end", done).await;
    assert_eq!(row.job.name.raw(), "edge-01");
    assert_eq!((row.job.attempts, row.job.results.len()), (1, 1));
    // It ended while nobody looked: how long it took is not made up.
    assert_eq!(row.job.latency(), None);
    Box::pin(console.end()).await;
    let mut next = Console::start(&rig);
    let kept = next.until("read from disk", done).await;
    assert_eq!(kept.job.results, row.job.results);
    assert_eq!(rig.submits().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_not_to_be_followed_is_not_until_it_is_asked_for() {
    let rig = Rig::with(&["job-ms=600000"]).await;
    submit(&rig);
    let mut console = Console::start(&rig);
    let followed = |row: &JobRow| row.flow.is_some() && row.job.polls > 0;
    console.until("followed", followed).await;
    console.press(&[":", "j", "o", "b", "s", "Enter", "c"]);
    let unfollowed = |row: &JobRow| row.job.state() == JobState::Unfollowed && row.flow.is_none();
    console.until("not followed any more", unfollowed).await;
    Box::pin(console.end()).await;
    let mut next = Console::start(&rig);
    next.until("still not followed", unfollowed).await;
    next.press(&[":", "j", "o", "b", "s", "Enter", "r"]);
    let again = |row: &JobRow| row.job.state() == JobState::Running && row.flow.is_some();
    next.until("followed again", again).await;
}

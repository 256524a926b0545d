//! Jobs beyond one run of the console: what is left by one is followed by the next, unless the operator said otherwise.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::{Runner, Screen};
use trunkline::config::{self, Flags, Paths};
use trunkline::effect::Effect;
use trunkline::environment::Environment;
use trunkline::listen;
use trunkline::model::job::JobState;
use trunkline::screen;
use trunkline::store::jobs::JobRow;
use trunkline::time::Clock;

use crate::rig::Rig;

/// What a test waits at most for something that should be nearly at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// A screen that nobody looks at.
struct Dark;

impl Screen for Dark {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        std::future::pending().await
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, _app: &mut App) -> Result<(), String> {
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}

/// One run of the console.
struct Console(Runner<Dark>);

impl Console {
    fn start(rig: &Rig) -> Self {
        let flags = Flags {
            config: Some(rig.config.clone()),
            ..Flags::default()
        };
        let environment = Environment::default();
        let paths = Paths::under(rig.folder.path());
        let loaded = config::load(&flags, &environment, &paths).unwrap();
        let runner = Runner::new(App::new(loaded), Dark, environment, listen::nobody());
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

    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let code = if key == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(key)
            };
            let key = Event::Key(KeyEvent::from(code));
            self.0.app.update(key, Clock::Real.now());
            // A key means the row that its operator sees.
            let area = Rect::new(0, 0, 120, 40);
            screen::render(&mut self.0.app, area, &mut Buffer::empty(area));
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
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_nobody_followed_is_followed_to_its_end_by_the_next_console() {
    let rig = Rig::start(&["job-ms=1"]).await;
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
    console.end().await;
    let mut next = Console::start(&rig);
    let kept = next.until("read from disk", done).await;
    assert_eq!(kept.job.results, row.job.results);
    assert_eq!(rig.submits().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_not_to_be_followed_is_not_until_it_is_asked_for() {
    let rig = Rig::start(&["job-ms=600000"]).await;
    submit(&rig);
    let mut console = Console::start(&rig);
    let followed = |row: &JobRow| row.flow.is_some() && row.job.polls > 0;
    console.until("followed", followed).await;
    console.press(":jobs\nc");
    let unfollowed = |row: &JobRow| row.job.state() == JobState::Unfollowed && row.flow.is_none();
    console.until("not followed any more", unfollowed).await;
    console.end().await;
    let mut next = Console::start(&rig);
    next.until("still not followed", unfollowed).await;
    next.press(":jobs\nr");
    let again = |row: &JobRow| row.job.state() == JobState::Running && row.flow.is_some();
    next.until("followed again", again).await;
}

//! What the loop is told, handed over to be recorded before it is taken in.

use std::path::Path;

use tokio::sync::mpsc;

use super::App;
use super::event::{Done, Event};
use crate::record::{About, AlertTeller, RecordFolder, Recorder, RecorderNews, Told};
use crate::time::Millis;

/// How long reads take is recorded at most so often.
const LATENCY_EVERY: i64 = 60_000;

/// The recorder of a running console.
#[derive(Debug)]
pub(super) struct Tape {
    recorder: Recorder,
    /// What was recorded of the alerts.
    alerts: AlertTeller,
    /// The holes that were in the record by then.
    holes: u64,
    /// How long reads took when that was last recorded, and when that was.
    latency: (u32, Millis),
    /// Recording begins in the middle: everything that is known is to be told first.
    resumes: bool,
}

impl Tape {
    /// Starts to record the profile of an application, where its configuration wants that.
    pub(super) fn start(
        app: &App,
        state_dir: &Path,
        done: mpsc::UnboundedSender<Done>,
    ) -> Option<Self> {
        let profile = app.profile()?;
        let settings = app.config.record;
        if !settings.enabled {
            return None;
        }
        let zone = app.zone().iana_name().unwrap_or_default();
        let about = About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: profile.name.clone(),
            api: profile.api.word().to_owned(),
            zone: zone.to_owned(),
            ..About::default()
        };
        let folder = RecordFolder::of(state_dir, &profile.name);
        let recorder = Recorder::start(folder, about, settings, move |news| {
            let _ = done.send(Done::Recorder(news));
        });
        Some(Self {
            recorder,
            alerts: AlertTeller::default(),
            holes: 0,
            latency: (0, Millis::default()),
            resumes: false,
        })
    }

    /// Hands over what is about to be told. False once nothing is recorded any more.
    pub(super) fn hear(&mut self, event: &Event, now: Millis) -> bool {
        let mut told = super::share::told_here(event);
        if let Event::Done(Done::Audited(line)) = event {
            told.push(Told::Wrote(line.reference()));
        }
        if let Event::Done(Done::Recorder(RecorderNews::Resumes)) = event {
            self.resumes = true;
        }
        self.recorder.tell(now, told)
    }

    /// Hands over what no news tells: the alerts, and how long reads take, when they are others than before.
    pub(super) fn look(&mut self, app: &App, now: Millis) -> bool {
        self.resume(app, now) && self.look_at_latency(app, now) && self.look_at_alerts(app, now)
    }

    fn resume(&mut self, app: &App, now: Millis) -> bool {
        if !std::mem::take(&mut self.resumes) {
            return true;
        }
        let still = Box::new(app.store.still(now).owned());
        let known = Told::Known {
            at: now,
            whole: true,
            still,
        };
        self.recorder.tell(now, vec![known])
    }

    fn look_at_latency(&mut self, app: &App, now: Millis) -> bool {
        let (known, at) = self.latency;
        match app.read_ms() {
            Some(ms) if ms != known && now >= at.plus(LATENCY_EVERY) => {
                self.latency = (ms, now);
                self.recorder.tell(now, vec![Told::Latency(ms)])
            }
            _ => true,
        }
    }

    fn look_at_alerts(&mut self, app: &App, now: Millis) -> bool {
        let holes = self.recorder.holes();
        if app.is_attached() || holes != std::mem::replace(&mut self.holes, holes) {
            // Those of a reader are told as it tells them. What was told into a hole is not known.
            self.alerts.begin_anew();
        }
        if app.is_attached() {
            return true;
        }
        let told = self.alerts.tell(&app.store.alerts, now);
        told.is_none_or(|told| self.recorder.tell(now, vec![told]))
    }

    /// Ends the record in order; waits until it is written.
    pub(super) fn close(self, now: Millis) {
        self.recorder.close(now);
    }
}

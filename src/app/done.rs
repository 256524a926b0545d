//! Takes in how effects have ended.

use super::App;
use super::event::Done;
use crate::record::RecorderNews;
use crate::vocabulary::messages::Weight;

impl App {
    /// Turns an end into state; a redraw follows where it is told to whoever waits for it.
    pub(super) fn done(&mut self, done: Done) {
        let now = self.now;
        if !matches!(
            done,
            Done::Found(_)
                | Done::Recorder(RecorderNews::Records)
                | Done::Alerts(_)
                | Done::Interactions(_)
                | Done::Share(_)
                | Done::Routes(_)
                | Done::Webhooks(_)
                | Done::Inquired(_)
        ) {
            self.redraw();
        }
        match done {
            Done::Connected => {
                self.connected();
                self.flows_ready();
            }
            Done::Routes(told) => self.routes_told(told),
            Done::Webhooks(told) => self.webhooks_told(told),
            Done::Person(person) => self.person_changed(person),
            Done::SignIn(news) => self.sign_in_news(*news),
            Done::Budget(sheet) => self.show_budget(&sheet),
            Done::LookedUp(id, read) => self.looked_up(id, *read),
            Done::Surrounded(by) => {
                if let Some(view) = self.form_view() {
                    view.form_mut().surrounded(&by);
                }
            }
            Done::Surveyed(read) => self.surveyed(*read),
            Done::Closeup(phone, read) => self.store.closeups.told(phone, *read, now),
            Done::Ladder(id, read) => self.ladder_read(&id, *read),
            Done::Raw(path, read) => self.show_raw(&path, read),
            Done::Interactions(listed) => self.interactions_listed(*listed),
            Done::Inquired(answer) => self.inquired(*answer),
            Done::Alerts(news) => self.alert_news(*news),
            Done::Found(finding) => self.found(*finding),
            Done::Flow(id, news) => self.flow_news(id, *news),
            Done::Audited(record) => self.audited(*record),
            Done::JobsRead(jobs, warning) => self.jobs_read(jobs, warning),
            Done::Listening(hook, places, own) => {
                self.store.webhooks.listening(hook.address().ok());
                self.store.jobs.hook = hook;
                let mut text = format!("listening on {places}");
                for token in own {
                    text = format!("{text}; {token}");
                }
                self.messages.tell(Weight::Note, text, self.now);
            }
            Done::AuditRead(records, chain) => self.audit_read(records, chain),
            Done::NotProbed { target, why } => self.not_probed(&target, &why),
            Done::NotConnected(problem) => {
                self.messages
                    .tell(Weight::Error, problem.text.to_string(), now);
                self.heard.problem = Some(problem);
            }
            Done::Log(read) => self.show_log(read),
            Done::Edited(text) => self.take_json(text),
            Done::Shelf(news) => self.shelf_news(*news),
            Done::Copied(what) | Done::Packed(what) => self.messages.say(Weight::Note, what, now),
            Done::Exported(path, rows) => {
                self.messages.say(
                    Weight::Note,
                    format!("{rows} rows written to {}", path.display()),
                    now,
                );
            }
            Done::Reloaded(loaded) => {
                (self.config, self.theme, self.themes) =
                    (loaded.config, loaded.theme, loaded.themes);
                self.messages
                    .tell(Weight::Note, "configuration read again", now);
            }
            Done::Past(news) => self.past_news(*news),
            Done::Ahead(news) => self.past_ahead(*news),
            Done::Digest(news) => self.digest_news(*news),
            Done::Trail(news) => self.trail_news(*news),
            Done::Figures(figures) => {
                self.store.registrations.recall_figures(&figures, now);
                self.vitals.touch();
                self.redraw();
            }
            Done::Recorder(news) => self.recorder_news(news),
            Done::Share(asked) => self.share_asked(asked),
            Done::Failed(why) => self.messages.say(Weight::Error, why, now),
        }
    }

    /// Why what happens is recorded no more, where it should be.
    #[must_use]
    pub fn unrecorded(&self) -> Option<&str> {
        match &self.recorder {
            Some(RecorderNews::Stopped(why)) => Some(why),
            _ => None,
        }
    }

    fn recorder_news(&mut self, news: RecorderNews) {
        match &news {
            RecorderNews::Records | RecorderNews::Resumes => {}
            RecorderNews::Elsewhere => {
                let text = "another trunkline of this profile records: this one reads the past";
                self.messages.say(Weight::Note, text, self.now);
            }
            RecorderNews::Stopped(why) => {
                let text = format!("nothing is recorded any more. {why}");
                self.messages.say(Weight::Error, text, self.now);
            }
        }
        self.recorder = Some(news);
    }
}

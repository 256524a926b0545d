//! Phones in the loop: one that was read for its station opens the form about it.

use super::App;
use crate::form::Opening;
use crate::model::softphone::found::Survey;
use crate::text::Text;
use crate::vocabulary::messages::Weight;

impl App {
    /// A phone was read with its stations, or why it cannot be.
    pub(super) fn surveyed(&mut self, read: Result<Survey, Text>) {
        match read {
            Ok(survey) => {
                let about = vec![survey.phone.id.raw().to_owned()];
                self.store.survey = Some(survey);
                self.open_form(Opening {
                    about,
                    ..Opening::new("station")
                });
            }
            Err(why) => self.messages.say(Weight::Error, why.to_string(), self.now),
        }
    }
}

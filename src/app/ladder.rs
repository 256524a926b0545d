//! SIP ladders: read for whoever opens one, and what is done with the one that is shown.

use super::App;
use crate::effect::Effect;
use crate::export::sip;
use crate::model::InteractionId;
use crate::model::sip::{Ladder, LadderWish, SipAsk};
use crate::pane;
use crate::text::Text;
use crate::ui::ladder::LadderView;
use crate::ui::layer::Layer;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// Said where nobody can be asked.
const ALONE: &str =
    "SIP messages are asked of the organisation, and a recording alone is shown here";

impl App {
    /// Carries out what is about ladders; false leaves it to others.
    pub(super) fn run_ladder(&mut self, command: &Command) -> bool {
        match command {
            Command::Act(Action::Sip) | Command::Sip(_)
                if self.profile.is_none() || self.replaying.is_some() =>
            {
                self.messages.say(Weight::Note, ALONE, self.now);
            }
            Command::Sip(id) => {
                let asked = SipAsk {
                    id: InteractionId(Text::from(id.as_str())),
                    began: None,
                    ended: None,
                };
                self.with_pane(|_, desk| pane::ladder::open(asked, desk));
            }
            Command::Ladder(wish) => self.with_ladder(*wish),
            _ => return false,
        }
        true
    }

    /// The ladder that is shown, though its keys be explained over it.
    fn ladder_view(&mut self) -> Option<&mut LadderView> {
        let mut layers = self.layers.iter_mut().rev();
        layers.find_map(|layer| match layer {
            Layer::Ladder(view) => Some(&mut **view),
            _ => None,
        })
    }

    fn with_ladder(&mut self, wish: LadderWish) {
        let now = self.now;
        let Some(view) = self.ladder_view() else {
            return;
        };
        let effect = match (wish, view.ladder()) {
            (LadderWish::Read, _) => {
                let asked = view.asked().clone();
                view.begin().then_some(Effect::Ladder(asked))
            }
            (_, None) => None,
            (LadderWish::Copy, _) => view.message().map(|message| Effect::Copy {
                what: "SIP message",
                text: match message.text.raw() {
                    "" => message.first.line(),
                    whole => whole.to_owned(),
                },
            }),
            (LadderWish::Text, Some((ladder, read))) => {
                let body = sip::text(ladder, read, view.zone(), true);
                Some(export("txt", body, ladder))
            }
            (LadderWish::Json, Some((ladder, read))) => {
                let body = format!("{:#}\n", sip::json(ladder, read, true));
                Some(export("json", body, ladder))
            }
        };
        if let Some(effect) = effect {
            self.effects.push(effect);
        } else {
            let text = match wish {
                LadderWish::Read => "the SIP messages are being read",
                _ => "there is no SIP message yet",
            };
            self.messages.say(Weight::Note, text, now);
        }
    }

    /// Takes in what was read, where it is still looked at.
    pub(super) fn ladder_read(
        &mut self,
        id: &InteractionId,
        read: Result<(Ladder, Vec<Text>), Text>,
    ) {
        let now = self.now;
        if let Some(view) = self.ladder_view().filter(|view| view.asked().id == *id) {
            let stale = read.as_ref().err().filter(|_| view.ladder().is_some());
            // Where something is shown, it has no room for why it is not newer.
            let why = stale.map(|why| format!("the SIP messages cannot be read again: {why}"));
            view.told(read, now);
            if let Some(why) = why {
                self.messages.say(Weight::Warning, why, now);
            }
        }
    }
}

fn export(ending: &'static str, body: String, ladder: &Ladder) -> Effect {
    Effect::Export {
        kind: "sip",
        path: None,
        ending,
        body,
        rows: ladder.messages.len(),
    }
}

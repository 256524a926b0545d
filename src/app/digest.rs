//! What happened while nobody was at the keys, for whoever comes back and for whoever takes over: asked for here, put together
//! beside the loop, shown as lines that lead to their rows.

use super::App;
use crate::effect::{DigestAsk, Effect, PacketAsk};
use crate::export::digest::{markdown, span};
use crate::flow::Order;
use crate::flow::handover::HandoverOrder;
use crate::kind::alerts::lasted;
use crate::model::bookmark::PacketOf;
use crate::model::digest::{Digest, DigestFor, Place};
use crate::record::since;
use crate::time::Millis;
use crate::ui::digest::DigestView;
use crate::ui::layer::Layer;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// So long without a key is away, in milliseconds.
const AWAY: u64 = 15 * 60_000;

/// What is told where nobody was away and no time is said.
const HOUR: &str = "1h";

/// A shift, where nobody says how long it is.
const SHIFT: &str = "8h";

/// What becomes of a digest that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is shown.
    Show,
    /// It is shown where nothing is in the way; a person did not ask for it.
    Offer,
    /// Whoever takes it over is put on record.
    TakeOver,
    /// It is posted.
    Post,
}

/// Digests that were asked for, and when somebody was last here.
#[derive(Debug, Default)]
pub(super) struct Digests {
    asks: u64,
    wanted: Option<Use>,
    /// When a key was last pressed.
    key: Option<Millis>,
    /// When somebody was last here before they were away.
    left: Option<Millis>,
    shown: Option<Digest>,
}

/// What came of asking for a digest.
#[derive(Debug)]
pub struct DigestNews {
    /// Which question it answers.
    pub ask: u64,
    /// What happened, or why that is not told.
    pub digest: Result<Digest, String>,
}

impl App {
    /// Somebody is at the keys: who was away for long is told what happened.
    pub(super) fn returned(&mut self) {
        let now = self.now;
        let Some(before) = self.digests.key.replace(now) else {
            return;
        };
        let recorded = self.profile.is_some() && self.config.record.enabled && !self.is_past();
        if now.since(before) < AWAY || !recorded {
            return;
        }
        self.digests.left = Some(before);
        self.ask_digest((before, now), DigestFor::Returned, Use::Offer);
    }

    /// Carries out what is about digests; false leaves it to others.
    pub(super) fn run_digest(&mut self, command: &Command) -> bool {
        match command {
            Command::Act(Action::Digest) => self.tell_digest(""),
            Command::Digest(text) => self.tell_digest(text),
            Command::Act(Action::HandOver) => self.hand_over("", Use::Show),
            Command::HandOver(text) => self.hand_over(text, Use::Show),
            Command::PostHandOver(text) => self.hand_over(text, Use::Post),
            Command::Act(Action::TakeOver) => self.hand_over("", Use::TakeOver),
            Command::TakeOver(text) => self.hand_over(text, Use::TakeOver),
            Command::CopyDigest => self.copy_digest(),
            Command::Visit(place) => self.visit(place),
            Command::Packet(words) => self.packet(words),
            _ => return false,
        }
        true
    }

    fn tell_digest(&mut self, text: &str) {
        let to = self.shown_at();
        let left = self.digests.left.filter(|_| !self.is_past());
        match (text, left) {
            ("", Some(left)) => self.ask_digest((left, to), DigestFor::Returned, Use::Show),
            ("", None) => self.ask_since(HOUR, DigestFor::Returned, Use::Show),
            (text, _) => self.ask_since(text, DigestFor::Returned, Use::Show),
        }
    }

    fn hand_over(&mut self, text: &str, what: Use) {
        let text = if text.is_empty() { SHIFT } else { text };
        self.ask_since(text, DigestFor::Successor, what);
    }

    fn ask_since(&mut self, text: &str, whom: DigestFor, what: Use) {
        let to = self.shown_at();
        match since(text, self.zone(), to) {
            Ok(from) => self.ask_digest((from, to), whom, what),
            Err(why) => self.messages.say(Weight::Warning, why, self.now),
        }
    }

    fn ask_digest(&mut self, span: (Millis, Millis), whom: DigestFor, what: Use) {
        self.digests.asks += 1;
        self.digests.wanted = Some(what);
        let ask = self.digests.asks;
        self.effects
            .push(Effect::Digest(DigestAsk { ask, span, whom }));
    }

    /// Takes in a digest, unless another one was asked for since.
    pub(super) fn digest_news(&mut self, news: DigestNews) {
        if news.ask != self.digests.asks {
            return;
        }
        let Some(what) = self.digests.wanted.take() else {
            return;
        };
        let digest = match news.digest {
            Ok(digest) => digest,
            Err(_) if what == Use::Offer => return,
            Err(why) => return self.messages.say(Weight::Warning, why, self.now),
        };
        match what {
            Use::Show => self.show_digest(digest),
            Use::Offer => self.offer_digest(digest),
            Use::TakeOver => {
                let order = HandoverOrder::TakeOver(Box::new(digest));
                self.begin_flow(Box::new(Order::Handover(order)));
            }
            Use::Post => {
                let text = markdown(&digest, self.zone());
                let order = HandoverOrder::Post(Box::new(digest), text);
                self.begin_flow(Box::new(Order::Handover(order)));
            }
        }
    }

    fn show_digest(&mut self, digest: Digest) {
        if digest.sections.is_empty() {
            let text = format!(
                "nothing changed in {}",
                lasted(digest.to.since(digest.from))
            );
            return self.messages.say(Weight::Note, text, self.now);
        }
        let title = format!("{}: {}", digest.title, span(&digest, self.zone()));
        let view = DigestView::new(&digest, title, self.zone());
        self.digests.shown = Some(digest);
        self.layers.push(Layer::Digest(view));
    }

    /// Shows what happened while somebody was away; what they are at comes first.
    fn offer_digest(&mut self, digest: Digest) {
        let figures = digest.figures();
        let busy = !self.layers.is_empty() || self.is_past();
        if !busy && !figures.is_empty() {
            return self.show_digest(digest);
        }
        let long = lasted(digest.to.since(digest.from));
        let known = if digest.whole {
            ""
        } else {
            ", as far as it was known"
        };
        let text = if figures.is_empty() {
            format!("nothing changed while you were away for {long}{known}")
        } else {
            format!("while you were away for {long}: {figures}. A shows it")
        };
        self.messages.say(Weight::Note, text, self.now);
    }

    /// Has a packet written: of a bookmark by its number, or of so long until the moment on the screen.
    fn packet(&mut self, words: &str) {
        let mut words: Vec<&str> = words.split_whitespace().collect();
        let masked = words.pop_if(|last| *last == "unmasked").is_none();
        let (of, file) = match words.as_slice() {
            [of] => (*of, None),
            [of, file] => (*of, Some(*file)),
            _ => {
                let text = "packet NUMBER|DURATION [FILE] [unmasked]";
                return self.messages.say(Weight::Warning, text, self.now);
            }
        };
        let to = self.shown_at();
        let of = match of.parse() {
            Ok(number) => PacketOf::Bookmark(number),
            Err(_) => match since(of, self.zone(), to) {
                Ok(from) => PacketOf::Span(from, to),
                Err(why) => return self.messages.say(Weight::Warning, why, self.now),
            },
        };
        let named = || {
            to.timestamp()
                .strftime("trunkline-%Y%m%d-%H%M%S.packet")
                .to_string()
        };
        self.effects.push(Effect::Packet(PacketAsk {
            of,
            to: file.map_or_else(named, str::to_owned).into(),
            masked,
            zone: self.zone.clone(),
        }));
    }

    fn copy_digest(&mut self) {
        if let Some(digest) = &self.digests.shown {
            let text = markdown(digest, &self.zone);
            let what = "digest as Markdown";
            self.effects.push(Effect::Copy { what, text });
        }
    }

    /// Goes where a line leads: to its row, at its moment.
    fn visit(&mut self, place: &Place) {
        if let Some(lists) = crate::kind::view::Lists::named(&place.pane) {
            self.go(lists.title, &place.filter);
        }
        if let Some(at) = place.at {
            self.go_to_moment(at);
        }
    }
}

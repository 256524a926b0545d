//! A screen that shows nothing and hears signals only.

use crate::app::App;
use crate::app::event::Event;
use crate::app::run::Screen;
use crate::effect::Effect;
use crate::term::signals::{Signal, Signals};

/// For commands that write when they are done, or never.
pub(super) struct Quiet {
    signals: Signals,
    exit: fn(Signal) -> u8,
}

impl Quiet {
    /// Ends the command on a signal, with the exit code that `exit` has for it.
    pub(super) fn new(exit: fn(Signal) -> u8) -> Result<Self, String> {
        let signals = Signals::headless().map_err(|e| format!("listening for signals: {e}"))?;
        Ok(Self { signals, exit })
    }
}

impl Screen for Quiet {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        Some(Event::End((self.exit)(self.signals.next().await)))
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        app.drawn();
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}

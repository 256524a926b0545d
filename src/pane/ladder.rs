//! Opens the SIP ladder of a call, from whatever list it is in.

use super::Desk;
use crate::effect::Effect;
use crate::model::sip::SipAsk;
use crate::ui::ladder::LadderView;
use crate::ui::layer::Layer;
use crate::vocabulary::messages::Weight;

/// Said where the API has none.
const ABSENT: &str = "SIP messages are not available from the API of this organisation";

/// Says that there is none.
pub fn absent(desk: &mut Desk<'_>) {
    desk.messages.say(Weight::Note, ABSENT, desk.now);
}

/// Opens it, and has it read.
pub fn open(asked: SipAsk, desk: &mut Desk<'_>) {
    if !desk.can.sip {
        return absent(desk);
    }
    let view = LadderView::new(asked.clone(), desk.zone.clone());
    desk.open.push(Layer::Ladder(Box::new(view)));
    desk.effects.push(Effect::Ladder(asked));
}

//! Reads what was said over SIP for a call.

use crate::app::event::Done;
use crate::cloud::{Client, Urgency};
use crate::model::sip::SipAsk;
use crate::text::Text;

/// Reads it once.
pub(super) async fn read(client: &Client, asked: SipAsk) -> Done {
    let read = async {
        let platform = client.platform()?;
        platform.sip_ladder(&asked, Urgency::Reread).await
    };
    let read = read.await.map(|(ladder, faults)| {
        let faults = faults.into_iter().map(|fault| fault.0);
        (ladder, faults.collect())
    });
    let read = read.map_err(|error| Text::from(error.to_string()));
    Done::Ladder(asked.id, Box::new(read))
}

//! Reads what somebody looks at.

use crate::app::event::Done;
use crate::app::inquiries::InquiryAnswer;
use crate::cloud::{Client, Error, Urgency};
use crate::model::QueueId;
use crate::model::inquiry::Inquiry;
use crate::text::Text;

/// Reads it once.
pub(super) async fn read(client: &Client, inquiry: Inquiry, queues: &[QueueId]) -> Done {
    let why = |error: Error| Text::from(error.to_string());
    let answer = match inquiry {
        Inquiry::Numbers => {
            let read = async { client.platform()?.numbers().await }.await;
            InquiryAnswer::Numbers(read.map_err(why))
        }
        Inquiry::Changes => {
            let read = async { client.platform()?.changes(Urgency::Reread).await }.await;
            InquiryAnswer::Changes(read.map_err(why))
        }
        Inquiry::Capacity => {
            let read = async { client.platform()?.capacity(Urgency::Reread).await }.await;
            InquiryAnswer::Capacity(read.map_err(why))
        }
        Inquiry::Load => {
            let read = async {
                client
                    .platform()?
                    .queue_loads(queues, Urgency::Reread)
                    .await
            }
            .await;
            InquiryAnswer::Load(read.map_err(why))
        }
        Inquiry::Quality => {
            let read = async { client.platform()?.call_quality(Urgency::Reread).await }.await;
            InquiryAnswer::Quality(read.map_err(why))
        }
    };
    Done::Inquired(Box::new(answer))
}

//! The only writer of the socket: acknowledgements, and pings when it has been silent.

use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::tell;
use crate::cloud::Socket;
use crate::feed::frames::Frame;
use crate::feed::shared::Shared;
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::news::CallbackNews;

/// Bytes of acknowledgements that share a message: below what the socket takes at a time.
const MESSAGE: usize = 8 << 10;

/// Writes until the socket fails, and says how.
pub(super) async fn run(
    shared: &Shared,
    mut sink: SplitSink<Socket, Message>,
    from: &mut mpsc::UnboundedReceiver<Vec<Text>>,
    pings: &Notify,
) -> Text {
    loop {
        let sent = tokio::select! {
            () = pings.notified() => sink.send(Message::Ping(Bytes::new())).await,
            Some(correlations) = from.recv() => acknowledge(shared, &mut sink, correlations).await,
        };
        if let Err(error) = sent {
            return error.to_string().into();
        }
    }
}

/// Acknowledges, and tells which acknowledgements have left.
async fn acknowledge(
    shared: &Shared,
    sink: &mut SplitSink<Socket, Message>,
    correlations: Vec<Text>,
) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    let now = Clock::Real.now().0;
    let mut message = Vec::new();
    let mut left = Vec::new();
    for correlation in correlations {
        let frame = Frame::acknowledgement(correlation.raw(), now);
        if message.len() + frame.len() > MESSAGE && !message.is_empty() {
            sink.send(Message::Binary(std::mem::take(&mut message).into()))
                .await?;
            tell(
                shared,
                CallbackNews::Acknowledged(std::mem::take(&mut left)),
            );
        }
        message.extend_from_slice(&frame);
        left.push(correlation);
    }
    sink.send(Message::Binary(message.into())).await?;
    tell(shared, CallbackNews::Acknowledged(left));
    Ok(())
}

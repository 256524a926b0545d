//! STUN over a byte stream, where the header's length frames the messages (RFC 8489 §6.2.2).

use std::io;

use bytes::BytesMut;
use stun_proto::types::message::MessageHeader;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::exchange::MOST_BYTES;

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A TCP or TLS connection that carries STUN messages.
pub(super) struct Stream {
    bytes: Box<dyn Duplex>,
    /// What was read and is not a whole message yet.
    begun: BytesMut,
}

impl Stream {
    pub(super) fn new(bytes: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self {
            bytes: Box::new(bytes),
            begun: BytesMut::new(),
        }
    }

    pub(super) async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.bytes.write_all(message).await?;
        self.bytes.flush().await
    }

    /// The next whole message; what has come of it stays when this is cancelled.
    pub(super) async fn receive(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(length) = framed(&self.begun)? {
                return Ok(self.begun.split_to(length).to_vec());
            }
            // Bounded: a longer message is refused by its header.
            if self.bytes.read_buf(&mut self.begun).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The length of the message at the front, once all of it is there.
fn framed(begun: &[u8]) -> io::Result<Option<usize>> {
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let Some(header) = begun.get(..MessageHeader::LENGTH) else {
        return Ok(None);
    };
    let header = MessageHeader::from_bytes(header).map_err(|error| invalid(error.to_string()))?;
    let length = MessageHeader::LENGTH + usize::from(header.data_length());
    if length > MOST_BYTES {
        return Err(invalid(format!("a message of {length} bytes")));
    }
    Ok((begun.len() >= length).then_some(length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stun_proto::types::message::{BINDING, Message, MessageWriteVec};
    use stun_proto::types::prelude::*;

    use super::*;

    #[tokio::test]
    async fn messages_may_come_in_any_pieces() {
        let one = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
        let two = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
        let (ours, mut theirs) = tokio::io::duplex(7);
        let mut stream = Stream::new(ours);
        let both = [one.clone(), two.clone()].concat();
        let writer = tokio::spawn(async move { theirs.write_all(&both).await });
        assert_eq!(stream.receive().await.unwrap(), one);
        assert_eq!(stream.receive().await.unwrap(), two);
        writer.await.unwrap().unwrap();
        let end = stream.receive().await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_huge_message_is_refused_by_its_header() {
        let mut huge = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
        huge[2..4].copy_from_slice(&0xfffc_u16.to_be_bytes());
        let error = framed(&huge).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn any_bytes_are_framed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some(length)) = framed(&bytes) {
                prop_assert!(length <= bytes.len());
                let _ = Message::from_bytes(&bytes[..length]);
            }
        }
    }
}

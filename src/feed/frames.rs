//! Frames of the callbacks stream (contract §10): a 4-byte big-endian length, then so many bytes of msgpack.
//!
//! The length frames, not the message: one WebSocket message may hold several frames and a frame may span messages.
//! [`Joiner`] puts bytes together and cuts them at the lengths; [`Frame::read`] and [`Frame::acknowledgement`] turn one frame
//! into data and back. Neither does I/O, so that every cut a network can make is a cut that a test can make.

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use rmp::encode::{
    RmpWrite, ValueWriteError, write_bin, write_i32, write_i64, write_map_len, write_str,
};
use serde::Deserialize;
use tokio_util::codec::{Decoder as _, LengthDelimitedCodec};

use crate::text::{self, Text};

/// The longest frame, without its length (contract §10).
pub const LONGEST: usize = 1 << 20;

/// Bytes of the length.
const PREFIX: usize = 4;

/// Columns of the reason why a frame was not understood; the decoder quotes what it found.
const REASON: usize = 200;

/// Nesting of keys that are not ours. The decoder's own limit of 1,024 is more than a thread's stack holds.
const DEPTH: usize = 64;

/// What a frame is about: the key `Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// 1: the organisation tells of a reservation.
    Update,
    /// 2: the other side has taken an update in.
    Acknowledgement,
    /// A type beyond the contract.
    Other(i64),
}

impl FrameKind {
    const fn of(number: i64) -> Self {
        match number {
            1 => Self::Update,
            2 => Self::Acknowledgement,
            other => Self::Other(other),
        }
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is about.
    pub kind: FrameKind,
    /// A JSON document; empty when there was none.
    pub payload: Bytes,
    /// When it was made, in milliseconds since the Unix epoch, by the clock of the side that made it.
    pub timestamp: i64,
}

/// The frame as it is on the wire: keys in any order, integers of any width, further keys passed over.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "Type")]
    kind: i64,
    #[serde(rename = "Payload", borrow)]
    payload: Option<&'a [u8]>,
    #[serde(rename = "Timestamp")]
    timestamp: i64,
}

impl Frame {
    /// Reads one frame, without its length. The error says what is wrong with it, in a line.
    pub fn read(bytes: &Bytes) -> Result<Self, Text> {
        let mut rest = rmp_serde::Deserializer::from_read_ref(bytes.as_ref());
        rest.set_max_depth(DEPTH);
        let wire = Wire::deserialize(&mut rest)
            .map_err(|error| Text::from(text::fit(&error.to_string(), REASON)))?;
        Ok(Self {
            kind: FrameKind::of(wire.kind),
            payload: wire
                .payload
                .map_or_else(Bytes::new, |part| bytes.slice_ref(part)),
            timestamp: wire.timestamp,
        })
    }

    /// An acknowledgement of the update with this correlation id, with its length: ready to be sent.
    ///
    /// Integers have the widths of the contract's examples, so that what is written is theirs byte for byte.
    #[must_use]
    pub fn acknowledgement(correlation: &str, timestamp: i64) -> Bytes {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            status: &'static str,
            correlation_id: &'a str,
        }
        let body = Body {
            status: "ack",
            correlation_id: correlation,
        };
        // Two strings cannot fail to serialise, and memory cannot fail to be written to.
        let payload = serde_json::to_vec(&body).unwrap_or_default();
        let mut frame = vec![0; PREFIX];
        let written = write(&mut frame, 2, &payload, timestamp);
        debug_assert!(written.is_ok(), "{written:?}");
        let length = u32::try_from(frame.len() - PREFIX).unwrap_or(u32::MAX);
        frame[..PREFIX].copy_from_slice(&length.to_be_bytes());
        frame.into()
    }
}

fn write<W: RmpWrite>(
    to: &mut W,
    kind: i32,
    payload: &[u8],
    timestamp: i64,
) -> Result<(), ValueWriteError<W::Error>> {
    write_map_len(to, 3)?;
    write_str(to, "Type")?;
    write_i32(to, kind)?;
    write_str(to, "Payload")?;
    write_bin(to, payload)?;
    write_str(to, "Timestamp")?;
    write_i64(to, timestamp)
}

/// A length that no frame may have. What follows it cannot be told apart any more, so the stream is at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a frame says that it is {length} bytes long, and {LONGEST} are the most: the stream cannot be followed any further"
)]
pub struct TooLong {
    /// What the length said.
    pub length: u32,
}

/// Joins what messages bring and cuts it into frames. It holds one frame and one message at most.
#[derive(Debug)]
pub struct Joiner {
    codec: LengthDelimitedCodec,
    buffer: BytesMut,
    ended: Option<TooLong>,
}

impl Default for Joiner {
    fn default() -> Self {
        let codec = LengthDelimitedCodec::builder()
            .length_field_type::<u32>()
            .big_endian()
            .max_frame_length(LONGEST)
            .new_codec();
        Self {
            codec,
            buffer: BytesMut::new(),
            ended: None,
        }
    }
}

impl Joiner {
    /// Takes in the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.ended.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole frame without its length; none until more bytes come. After an error it stays with that error.
    pub fn cut(&mut self) -> Result<Option<Bytes>, TooLong> {
        if let Some(ended) = self.ended {
            return Err(ended);
        }
        let head = self.buffer.first_chunk::<PREFIX>().copied();
        self.codec
            .decode(&mut self.buffer)
            .map(|frame| frame.map(BytesMut::freeze))
            .map_err(|_| {
                // The codec has one complaint, and does not say of which length.
                let length = u32::from_be_bytes(head.unwrap_or_default());
                self.buffer = BytesMut::new();
                *self.ended.insert(TooLong { length })
            })
    }

    /// Bytes of a frame that is not whole yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }
}

//! Frames of the callbacks stream: a 4-byte big-endian length, then a msgpack map (contract §10).
//!
//! A frame is written as the contract's examples are, or in one of the many other forms that msgpack has for it; both
//! are what a client must read.

use std::fmt;

use bytes::{Buf, BytesMut};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rmp::Marker;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// The `Type` of a frame that tells how a callback is.
pub(super) const UPDATE: u8 = 1;

/// The `Type` of a frame that acknowledges one.
pub(super) const ACKNOWLEDGEMENT: u8 = 2;

/// The longest frame, in bytes after the length.
pub(super) const LONGEST: usize = 1 << 20;

/// A frame that came in.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CallbackFrame {
    pub(super) r#type: u64,
    #[serde(deserialize_with = "bin")]
    pub(super) payload: Vec<u8>,
}

/// The frames of one direction of a stream, whatever messages they came in.
#[derive(Debug, Default)]
pub(super) struct Inlet(BytesMut);

/// Why there is no frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The bytes of a frame are no frame; what comes after them may be.
    Frame,
    /// A length that no frame has: there is no telling where the next one begins.
    Length,
}

impl Inlet {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next whole frame; none until more bytes come.
    pub(super) fn next(&mut self) -> Option<Result<CallbackFrame, FrameError>> {
        let length = u32::from_be_bytes(*self.0.first_chunk()?);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Some(Err(FrameError::Length));
        }
        if self.0.len() < 4 + length {
            return None;
        }
        self.0.advance(4);
        let body = self.0.split_to(length);
        Some(rmp_serde::from_slice(&body).map_err(|_| FrameError::Frame))
    }
}

/// Takes msgpack's `bin` alone.
fn bin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Bin;

    impl Visitor<'_> for Bin {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }

    deserializer.deserialize_bytes(Bin)
}

/// A frame as the contract's examples have it: keys in order, `Type` in 32 bits and `Timestamp` in 64.
pub(super) fn encode(kind: u8, payload: &[u8], millis: i64) -> Vec<u8> {
    let mut body = vec![Marker::FixMap(3).to_u8()];
    key(&mut body, "Type");
    put(&mut body, Marker::I32, &i32::from(kind).to_be_bytes());
    key(&mut body, "Payload");
    put_bin(&mut body, payload, 0);
    key(&mut body, "Timestamp");
    put(&mut body, Marker::I64, &millis.to_be_bytes());
    prefixed(&body)
}

/// The same frame in another form: keys in any order, integers and lengths in any width, keys that nobody knows.
pub(super) fn variant(kind: u8, payload: &[u8], millis: i64, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut entries = Vec::new();
    let mut entry =
        |name: &str, rng: &mut ChaCha8Rng, value: &dyn Fn(&mut Vec<u8>, &mut ChaCha8Rng)| {
            let mut entry = Vec::new();
            put_key(&mut entry, name, rng);
            value(&mut entry, rng);
            entries.push(entry);
        };
    entry("Type", rng, &|out, rng| put_int(out, i64::from(kind), rng));
    entry("Payload", rng, &|out, rng| {
        put_bin(out, payload, rng.random_range(0..3));
    });
    entry("Timestamp", rng, &|out, rng| put_int(out, millis, rng));
    if rng.random() {
        entry("Trace", rng, &|out, rng| put_unknown(out, rng));
    }
    entries.shuffle(rng);
    let count = u8::try_from(entries.len()).unwrap_or(u8::MAX);
    let mut body = Vec::new();
    match rng.random_range(0..3) {
        0 => put(&mut body, Marker::FixMap(count), &[]),
        1 => put(&mut body, Marker::Map16, &u16::from(count).to_be_bytes()),
        _ => put(&mut body, Marker::Map32, &u32::from(count).to_be_bytes()),
    }
    body.extend(entries.concat());
    prefixed(&body)
}

/// A body with its length before it.
pub(super) fn prefixed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body].concat()
}

fn put(out: &mut Vec<u8>, marker: Marker, bytes: &[u8]) {
    out.push(marker.to_u8());
    out.extend_from_slice(bytes);
}

/// A short string in the shortest form.
fn key(out: &mut Vec<u8>, name: &str) {
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    put(out, Marker::FixStr(length), name.as_bytes());
}

fn put_key(out: &mut Vec<u8>, name: &str, rng: &mut ChaCha8Rng) {
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    match rng.random_range(0..4) {
        0 => return key(out, name),
        1 => put(out, Marker::Str8, &[length]),
        2 => put(out, Marker::Str16, &u16::from(length).to_be_bytes()),
        _ => put(out, Marker::Str32, &u32::from(length).to_be_bytes()),
    }
    out.extend_from_slice(name.as_bytes());
}

/// Bytes with their length in at least so many doublings of a byte.
fn put_bin(out: &mut Vec<u8>, bytes: &[u8], least: u8) {
    let length = bytes.len();
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if least == 0 => put(out, Marker::Bin8, &[length]),
        (_, Ok(length)) if least <= 1 => put(out, Marker::Bin16, &length.to_be_bytes()),
        _ => {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            put(out, Marker::Bin32, &length.to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

/// An integer in any of the forms that hold it.
fn put_int(out: &mut Vec<u8>, value: i64, rng: &mut ChaCha8Rng) {
    let mut forms = vec![(Marker::I64, value.to_be_bytes().to_vec())];
    let mut form = |marker, bytes: &[u8]| forms.push((marker, bytes.to_vec()));
    if let Ok(value) = u64::try_from(value) {
        form(Marker::U64, &value.to_be_bytes());
    }
    if let Ok(value) = i32::try_from(value) {
        form(Marker::I32, &value.to_be_bytes());
    }
    if let Ok(value) = u32::try_from(value) {
        form(Marker::U32, &value.to_be_bytes());
    }
    if let Ok(value) = i16::try_from(value) {
        form(Marker::I16, &value.to_be_bytes());
    }
    if let Ok(value) = u16::try_from(value) {
        form(Marker::U16, &value.to_be_bytes());
    }
    if let Ok(value) = i8::try_from(value) {
        form(Marker::I8, &value.to_be_bytes());
    }
    if let Ok(value) = u8::try_from(value) {
        form(Marker::U8, &value.to_be_bytes());
        if value < 0x80 {
            form(Marker::FixPos(value), &[]);
        }
    }
    let (marker, bytes) = &forms[rng.random_range(0..forms.len())];
    put(out, *marker, bytes);
}

/// A value that has nothing to do with a frame.
fn put_unknown(out: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..4) {
        0 => put(out, Marker::Null, &[]),
        1 => put(out, Marker::F64, &rng.random::<f64>().to_be_bytes()),
        2 => {
            put(out, Marker::FixArray(2), &[]);
            put(out, Marker::True, &[]);
            key(out, "why");
        }
        _ => {
            put(out, Marker::FixMap(1), &[]);
            key(out, "span");
            put(out, Marker::FixExt4, &[7, 1, 2, 3, 4]);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// The contract's examples.
    const ACK: &str = r#"{"status":"ack","correlation_id":"c-1"}"#;
    const ACK_FRAME: &str = "0000004f83a454797065d200000002a75061796c6f6164c4277b22737461747573223a2261636b222c22636f7272656c6174696f6e5f6964223a22632d31227da954696d657374616d70d3000001901c32a700";
    const EMPTY_FRAME: &str =
        "0000002883a454797065d200000001a75061796c6f6164c400a954696d657374616d70d30000000000000000";

    fn bytes(hex: &str) -> Vec<u8> {
        let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    }

    #[test]
    fn frames_are_written_as_the_contract_shows_them() {
        let ack = encode(ACKNOWLEDGEMENT, ACK.as_bytes(), 1_718_460_000_000);
        assert_eq!(ack, bytes(ACK_FRAME));
        assert_eq!(encode(UPDATE, b"", 0), bytes(EMPTY_FRAME));
        let long = encode(UPDATE, &[7; 300], 0);
        let bin16 = [b"\xa7Payload", &[0xc5, 0x01, 0x2c, 7][..]].concat();
        assert!(long.windows(bin16.len()).any(|window| window == bin16));
    }

    #[test]
    fn every_form_is_the_same_frame() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut forms = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let bytes = variant(UPDATE, ACK.as_bytes(), 1_718_460_000_123, &mut rng);
            let mut inlet = Inlet::default();
            inlet.push(&bytes);
            let frame = inlet.next().unwrap().unwrap();
            assert_eq!(
                (frame.r#type, frame.payload.as_slice()),
                (1, ACK.as_bytes())
            );
            assert_eq!(inlet.next(), None);
            forms.insert(bytes);
        }
        assert!(forms.len() > 400, "{} forms", forms.len());
    }

    #[test]
    fn frames_are_found_whatever_messages_they_come_in() {
        let frames = [
            encode(2, b"one", 1),
            encode(2, b"", 2),
            encode(2, &vec![9; 70_000], 3),
        ];
        let all = frames.concat();
        for piece in [1, 3, 7, 1_000, all.len()] {
            let (mut inlet, mut payloads) = (Inlet::default(), Vec::new());
            for bytes in all.chunks(piece) {
                inlet.push(bytes);
                while let Some(frame) = inlet.next() {
                    payloads.push(frame.unwrap().payload);
                }
            }
            let lengths: Vec<_> = payloads.iter().map(Vec::len).collect();
            assert_eq!(lengths, [3, 0, 70_000], "in pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_frame_is_passed_over_and_a_length_that_cannot_be_ends_it() {
        let mut inlet = Inlet::default();
        inlet.push(&prefixed(b"\xc1 no msgpack"));
        inlet.push(&prefixed(b""));
        inlet.push(&encode(2, b"good", 1));
        assert_eq!(inlet.next(), Some(Err(FrameError::Frame)));
        assert_eq!(inlet.next(), Some(Err(FrameError::Frame)));
        assert!(inlet.next().unwrap().is_ok());
        inlet.push(&0x0010_0001_u32.to_be_bytes());
        assert_eq!(inlet.next(), Some(Err(FrameError::Length)));
    }
}

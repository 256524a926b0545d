//! From updates to the messages that carry them: each frame in one form or another, some twice, some after one that is
//! wrong, and the whole cut into messages wherever it may be.

use bytes::Bytes;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::frame::{LONGEST, UPDATE, encode, prefixed, variant};
use super::log::OutgoingUpdate;
use crate::org::faults::Faults;

/// The most pieces that a batch is cut into beyond one.
const MOST_CUTS: usize = 12;

/// Writes frames for one stream, with dice of its own.
pub(super) struct Outlet {
    rng: ChaCha8Rng,
}

impl Outlet {
    pub(super) const fn new(rng: ChaCha8Rng) -> Self {
        Self { rng }
    }

    /// True with probability `p`.
    fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && self.rng.random::<f64>() < p
    }

    /// How often an update is to go out this time.
    pub(super) fn copies(&mut self, faults: &Faults) -> u32 {
        1 + u32::from(self.chance(faults.callback_dup))
    }

    /// The messages of a batch: one for each frame, or cut at random.
    pub(super) fn messages(&mut self, batch: &[OutgoingUpdate], faults: &Faults) -> Vec<Bytes> {
        let mut frames = Vec::new();
        for update in batch {
            for _ in 0..update.copies {
                if self.chance(faults.ws_garbage) {
                    frames.push(self.garbage(&update.payload));
                }
                if self.chance(faults.callback_oversize) {
                    frames.push(self.oversize());
                }
                frames.push(self.frame(update, faults));
            }
        }
        if self.chance(faults.callback_cuts) {
            return self.cut(&frames.concat());
        }
        frames.into_iter().map(Bytes::from).collect()
    }

    fn frame(&mut self, update: &OutgoingUpdate, faults: &Faults) -> Vec<u8> {
        let millis = update.at.as_millisecond();
        if self.chance(faults.callback_variants) {
            variant(UPDATE, &update.payload, millis, &mut self.rng)
        } else {
            encode(UPDATE, &update.payload, millis)
        }
    }

    /// Cuts anywhere, inside a length too; no piece is empty.
    fn cut(&mut self, bytes: &[u8]) -> Vec<Bytes> {
        let cuts = self.rng.random_range(0..=MOST_CUTS);
        let mut at: Vec<usize> = (0..cuts)
            .map(|_| self.rng.random_range(0..=bytes.len()))
            .collect();
        at.push(bytes.len());
        at.sort_unstable();
        let mut from = 0;
        let mut pieces = Vec::new();
        for to in at {
            if to > from {
                pieces.push(Bytes::copy_from_slice(&bytes[from..to]));
                from = to;
            }
        }
        pieces
    }

    /// A frame of the right length with something wrong in it.
    fn garbage(&mut self, payload: &[u8]) -> Vec<u8> {
        let text = |value: serde_json::Value| encode(UPDATE, value.to_string().as_bytes(), 0);
        match self.rng.random_range(0..8) {
            // 0xc1 is the one byte that msgpack never uses.
            0 => prefixed(&[0xc1; 16]),
            1 => prefixed(b""),
            2 => prefixed(&encode(UPDATE, payload, 0)[4..20]),
            3 => prefixed(b"\x81\xa4Type\xa3one"),
            // Everything but a payload.
            4 => prefixed(b"\x83\xa4Type\x01\xa7Payload\xc0\xa9Timestamp\x00"),
            5 => encode(UPDATE, b"no json", 0),
            6 => text(json!({"id": 7, "status": "dialing"})),
            _ => text(json!(["not", "an", "object"])),
        }
    }

    /// A length that no frame may have, and a little of what it promises.
    fn oversize(&mut self) -> Vec<u8> {
        let least = u32::try_from(LONGEST + 1).unwrap_or(u32::MAX);
        let length: u32 = self.rng.random_range(least..=u32::MAX);
        [&length.to_be_bytes()[..], &[0; 32]].concat()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rand::SeedableRng;

    use super::super::frame::{FrameError, Inlet};
    use super::*;

    fn outlet(seed: u64) -> Outlet {
        Outlet::new(ChaCha8Rng::seed_from_u64(seed))
    }

    fn batch() -> Vec<OutgoingUpdate> {
        let update = |number: u8| OutgoingUpdate {
            payload: vec![b'0' + number; 200].into(),
            at: Timestamp::UNIX_EPOCH,
            copies: 1,
        };
        (0..5).map(update).collect()
    }

    fn read(messages: &[Bytes]) -> Vec<Result<Vec<u8>, FrameError>> {
        let (mut inlet, mut read) = (Inlet::default(), Vec::new());
        for message in messages {
            inlet.push(message);
            while let Some(frame) = inlet.next() {
                let over = frame == Err(FrameError::Length);
                read.push(frame.map(|frame| frame.payload));
                if over {
                    return read;
                }
            }
        }
        read
    }

    #[test]
    fn cuts_lose_nothing_and_keep_the_order() {
        let faults = "callback-cuts=1,callback-variants=0.5".parse().unwrap();
        let mut sizes = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let messages = outlet(seed).messages(&batch(), &faults);
            assert!(messages.iter().all(|message| !message.is_empty()));
            sizes.insert(messages.len());
            let payloads: Vec<_> = read(&messages).into_iter().map(Result::unwrap).collect();
            assert!(
                payloads
                    .iter()
                    .zip(batch())
                    .all(|(read, sent)| *read == sent.payload)
            );
            assert_eq!(payloads.len(), 5);
        }
        assert!(
            sizes.contains(&1) && sizes.iter().any(|size| *size > 6),
            "{sizes:?}"
        );
    }

    #[test]
    fn garbage_is_between_frames_that_are_good() {
        let faults = "ws-garbage=1,callback-cuts=0".parse().unwrap();
        for seed in 0..50 {
            let read = read(&outlet(seed).messages(&batch(), &faults));
            assert_eq!(read.len(), 10);
            for (pair, sent) in read.chunks(2).zip(batch()) {
                assert_ne!(pair[0].as_deref().ok(), Some(&sent.payload[..]));
                assert_eq!(pair[1].as_deref(), Ok(&sent.payload[..]));
            }
        }
    }

    #[test]
    fn a_length_that_cannot_be_is_one() {
        let faults = "callback-oversize=1".parse().unwrap();
        for seed in 0..50 {
            let read = read(&outlet(seed).messages(&batch(), &faults));
            assert_eq!(read, [Err(FrameError::Length)]);
        }
    }
}

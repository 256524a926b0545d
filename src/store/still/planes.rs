//! A column of whole numbers as bytes: the lowest byte of all of them, then the next of all, and so on. What is alike stands
//! together then, and what is compressed is little more than what nobody could guess.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a number.
const WHOLE: usize = 8;

/// A number as one that is not below nothing, small where it was near it.
pub const fn folded(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

/// The number that was [`folded`].
pub const fn unfolded(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// A column of numbers, small ones for the most part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Planes(pub(super) Vec<i64>);

impl Planes {
    pub(super) fn push(&mut self, value: i64) {
        self.0.push(value);
    }

    pub(super) fn get(&self, place: usize) -> Option<i64> {
        self.0.get(place).copied()
    }

    /// A number that counts or is a place; 0 where there is none.
    pub(super) fn size(&self, place: usize) -> usize {
        let number = self
            .get(place)
            .and_then(|number| usize::try_from(number).ok());
        number.unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Serialize for Planes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.iter().fold(0, |all, value| all | folded(*value));
        let planes = (64 - all.leading_zeros()).div_ceil(8).max(1) as usize;
        let mut bytes = Vec::with_capacity(1 + planes * self.0.len());
        bytes.push(u8::try_from(planes).unwrap_or(8));
        for plane in 0..planes {
            let numbers = self.0.iter().copied().map(folded);
            bytes.extend(numbers.map(|number| number.to_le_bytes()[plane]));
        }
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Planes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(OfBytes)
    }
}

struct OfBytes;

impl Visitor<'_> for OfBytes {
    type Value = Planes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column of numbers")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Planes, E> {
        let (planes, bytes) = bytes.split_first().ok_or_else(|| E::custom("no column"))?;
        let planes = usize::from(*planes);
        if !(1..=WHOLE).contains(&planes) || !bytes.len().is_multiple_of(planes) {
            return Err(E::custom("a column that is cut off"));
        }
        let mut folded = vec![0_u64; bytes.len() / planes];
        if !folded.is_empty() {
            for (plane, shift) in bytes.chunks(bytes.len() / planes).zip((0..64).step_by(8)) {
                for (number, byte) in folded.iter_mut().zip(plane) {
                    *number |= u64::from(*byte) << shift;
                }
            }
        }
        Ok(Planes(folded.into_iter().map(unfolded).collect()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(numbers in prop::collection::vec(prop_oneof![-9_i64..9, any::<i64>()], 0..99)) {
            let column = Planes(numbers);
            let bytes = rmp_serde::to_vec(&column).unwrap();
            prop_assert_eq!(rmp_serde::from_slice::<Planes>(&bytes).unwrap(), column);
        }

        #[test]
        fn whatever_the_bytes_are_it_ends(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            let packed = rmp_serde::to_vec(&Plain(bytes)).unwrap();
            let _ = rmp_serde::from_slice::<Planes>(&packed);
        }
    }

    /// Bytes that are written as such.
    struct Plain(Vec<u8>);

    impl Serialize for Plain {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }
}

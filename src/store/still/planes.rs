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

/// A column of numbers, small ones for the most part: [`folded`], the lowest byte of each first. There is one plane at least.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Planes {
    len: usize,
    planes: Vec<Vec<u8>>,
}

impl Planes {
    pub(super) fn push(&mut self, value: i64) {
        let mut rest = folded(value);
        for plane in &mut self.planes {
            plane.push(low(rest));
            rest >>= 8;
        }
        while rest > 0 || self.planes.is_empty() {
            let mut higher = vec![0; self.len];
            higher.push(low(rest));
            self.planes.push(higher);
            rest >>= 8;
        }
        self.len += 1;
    }

    pub(super) fn get(&self, place: usize) -> Option<i64> {
        let mut planes = self.planes.iter().rev();
        let value = planes.try_fold(0, |rest, plane| {
            let byte = plane.get(place)?;
            Some(rest << 8 | u64::from(*byte))
        });
        value.filter(|_| place < self.len).map(unfolded)
    }

    /// Says something else at a place; none where there is no such place.
    pub(super) fn set(&mut self, place: usize, value: i64) -> Option<()> {
        if place >= self.len {
            return None;
        }
        let mut rest = folded(value);
        for plane in &mut self.planes {
            *plane.get_mut(place)? = low(rest);
            rest >>= 8;
        }
        while rest > 0 {
            let mut higher = vec![0; self.len];
            *higher.get_mut(place)? = low(rest);
            self.planes.push(higher);
            rest >>= 8;
        }
        Some(())
    }

    /// Whether every number in it is 0.
    pub(super) fn is_zero(&self) -> bool {
        self.planes.iter().flatten().all(|byte| *byte == 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i64> {
        (0..self.len).filter_map(|place| self.get(place))
    }

    /// A number that counts or is a place; 0 where there is none.
    pub(super) fn size(&self, place: usize) -> usize {
        let number = self
            .get(place)
            .and_then(|number| usize::try_from(number).ok());
        number.unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl FromIterator<i64> for Planes {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        let mut column = Self::default();
        for value in values {
            column.push(value);
        }
        column
    }
}

fn low(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

impl Serialize for Planes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let planes = u8::try_from(self.planes.len().max(1)).unwrap_or(8);
        let mut bytes = Vec::with_capacity(1 + usize::from(planes) * self.len);
        bytes.push(planes);
        bytes.extend(self.planes.iter().flatten());
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
        let len = bytes.len() / planes;
        Ok(Planes {
            len,
            planes: bytes.chunks(len.max(1)).map(<[u8]>::to_vec).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(numbers in prop::collection::vec(prop_oneof![-9_i64..9, any::<i64>()], 0..99)) {
            let column: Planes = numbers.iter().copied().collect();
            let bytes = rmp_serde::to_vec(&column).unwrap();
            let again = rmp_serde::from_slice::<Planes>(&bytes).unwrap();
            prop_assert_eq!(again.iter().collect::<Vec<_>>(), numbers);
            prop_assert_eq!(again, column);
        }

        #[test]
        fn what_is_set_is_there_and_nothing_else_changes(
            numbers in prop::collection::vec(-300_i64..300, 1..40),
            set in prop::collection::vec((any::<prop::sample::Index>(), any::<i64>()), 0..9),
        ) {
            let mut column: Planes = numbers.iter().copied().collect();
            let mut wanted = numbers;
            for (place, value) in set {
                let place = place.index(wanted.len());
                column.set(place, value).unwrap();
                wanted[place] = value;
            }
            prop_assert_eq!(column.iter().collect::<Vec<_>>(), wanted.clone());
            prop_assert!(column.set(wanted.len(), 1).is_none());
            prop_assert_eq!(column.is_zero(), wanted.iter().all(|number| *number == 0));
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

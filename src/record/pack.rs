//! Plain data as bytes, in which a string that comes again is a number.
//!
//! Underneath is msgpack with the names of fields, so that a later version can add one. Its one unused marker stands for a
//! string that is known: a name of the run (`Names`), or one that the same block has spelt out already. Numbers are written
//! as the step from the one before where that is shorter: the ids of a column follow each other.

use std::collections::HashMap;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::block::LARGEST_CONTENT;
use crate::vault;

/// The byte that msgpack never uses.
const KNOWN: u8 = 0xc1;

/// Lengths of strings that are numbered: shorter ones cost less than a number, longer ones hardly come again.
const NUMBERED: std::ops::RangeInclusive<usize> = 3..=255;

/// Names that a run has at most, and their bytes.
pub(super) const MOST_NAMES: usize = 8 << 20;

/// What the numbers of a run mean.
#[derive(Debug, Default)]
pub(super) struct Glossary {
    list: Vec<Option<Box<str>>>,
    index: HashMap<Box<str>, u32>,
}

impl Glossary {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Takes in names from that number on, to write with.
    pub(super) fn extend(&mut self, first: usize, names: Vec<Box<str>>) {
        for (number, name) in (first..).zip(&names) {
            if let Ok(short) = u32::try_from(number) {
                self.index.insert(name.clone(), short);
            }
        }
        self.know(first, names);
    }

    /// Takes in names from that number on, to read with: those before it that are not known are missing. Nobody who reads asks
    /// for the number of a name, and there can be hundreds of thousands.
    pub(super) fn know(&mut self, first: usize, names: Vec<Box<str>>) {
        if first.saturating_add(names.len()) > MOST_NAMES {
            return;
        }
        if self.list.len() < first {
            self.list.resize(first, None);
        }
        for (number, name) in (first..).zip(names) {
            match self.list.get_mut(number) {
                Some(known) => *known = Some(name),
                None => self.list.push(Some(name)),
            }
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.index.get(name).map(|number| *number as usize)
    }

    fn name(&self, number: usize) -> Option<&str> {
        self.list.get(number)?.as_deref()
    }
}

/// What has been packed, and what had to be spelt out for it.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    pub(super) spelt: Vec<Box<str>>,
}

/// Packs plain data; credentials in use are taken out of every string.
pub(super) fn pack(value: &impl Serialize, names: &Glossary) -> io::Result<Packed> {
    let raw = rmp_serde::to_vec_named(value).map_err(io::Error::other)?;
    let mut writer = Numbering {
        names,
        local: HashMap::new(),
        last: 0,
        packed: Packed::default(),
    };
    let mut at = Walk(&raw);
    while let Some(token) = at.next()? {
        match token {
            Token::Other(bytes) => writer.packed.bytes.extend_from_slice(bytes),
            Token::Text(text) => writer.text(text),
            Token::Known => return Err(broken("a marker that is not used")),
        }
    }
    Ok(writer.packed)
}

/// Unpacks it; whatever the bytes are, this ends and takes no more room than a block may.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8], names: &Glossary) -> io::Result<T> {
    let mut raw = Vec::with_capacity(bytes.len().saturating_mul(2));
    let mut local: Vec<&str> = Vec::new();
    let mut last = 0_usize;
    let mut at = Walk(bytes);
    while let Some(token) = at.next()? {
        match token {
            Token::Other(bytes) => raw.extend_from_slice(bytes),
            Token::Text(text) => {
                if NUMBERED.contains(&text.len()) {
                    last = names.len() + local.len();
                    local.push(text);
                }
                put_text(&mut raw, text);
            }
            Token::Known => {
                let code = at.varint()?;
                let number = if code & 1 == 0 {
                    usize::try_from(code >> 1).ok()
                } else {
                    stepped(last, code >> 1)
                };
                let number = number.ok_or_else(|| broken("a number out of range"))?;
                last = number;
                let name = number
                    .checked_sub(names.len())
                    .map_or_else(|| names.name(number), |number| local.get(number).copied());
                put_text(
                    &mut raw,
                    name.ok_or_else(|| broken("a name that is missing"))?,
                );
            }
        }
        if raw.len() as u64 > LARGEST_CONTENT {
            return Err(broken("too large"));
        }
    }
    rmp_serde::from_slice(&raw).map_err(io::Error::other)
}

struct Numbering<'a> {
    names: &'a Glossary,
    local: HashMap<Box<str>, usize>,
    last: usize,
    packed: Packed,
}

impl Numbering<'_> {
    fn text(&mut self, text: &str) {
        let known = self
            .names
            .number(text)
            .or_else(|| self.local.get(text).copied());
        if let Some(number) = known {
            let step = (number as u64).wrapping_sub(self.last as u64).cast_signed();
            let step = (step << 1 ^ step >> 63).cast_unsigned() << 1 | 1;
            let plain = (number as u64) << 1;
            self.packed.bytes.push(KNOWN);
            put_varint(&mut self.packed.bytes, plain.min(step));
            self.last = number;
            return;
        }
        let clean = vault::scrub(text);
        if NUMBERED.contains(&clean.len()) {
            let number = self.names.len() + self.packed.spelt.len();
            self.local.insert(text.into(), number);
            self.packed.spelt.push(clean.as_ref().into());
            self.last = number;
        }
        put_text(&mut self.packed.bytes, &clean);
    }
}

/// The number that lies so many steps from another one.
fn stepped(from: usize, zigzag: u64) -> Option<usize> {
    let step = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
    usize::try_from(i64::try_from(from).ok()?.checked_add(step)?).ok()
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap_or(0));
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    // Memory does not fail.
    let _ = rmp::encode::write_str(bytes, text);
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What stands at one place of a msgpack stream.
enum Token<'a> {
    Text(&'a str),
    Known,
    Other(&'a [u8]),
}

/// Walks over a msgpack stream, a marker with what belongs to it at a time; what is nested needs no stack, since every
/// part of it is a token of its own.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn next(&mut self) -> io::Result<Option<Token<'a>>> {
        let Some(marker) = self.0.first().copied() else {
            return Ok(None);
        };
        Ok(Some(match marker {
            0xa0..=0xbf => self.text(1, usize::from(marker & 0x1f))?,
            0xd9 => self.text(2, self.length(1)?)?,
            0xda => self.text(3, self.length(2)?)?,
            0xdb => self.text(5, self.length(4)?)?,
            KNOWN => {
                self.take(1)?;
                Token::Known
            }
            0xc4 => self.other(2 + self.length(1)?)?,
            0xc5 => self.other(3 + self.length(2)?)?,
            0xc6 => self.other(5 + self.length(4)?)?,
            0xcc | 0xd0 => self.other(2)?,
            0xcd | 0xd1 | 0xdc | 0xde => self.other(3)?,
            0xce | 0xd2 | 0xca | 0xdd | 0xdf => self.other(5)?,
            0xcf | 0xd3 | 0xcb => self.other(9)?,
            0xc7..=0xc9 | 0xd4..=0xd8 => return Err(broken("an extension")),
            _ => self.other(1)?,
        }))
    }

    /// The length that stands behind the marker.
    fn length(&self, bytes: usize) -> io::Result<usize> {
        let part = self
            .0
            .get(1..=bytes)
            .ok_or_else(|| broken("an end in the middle"))?;
        Ok(part
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    fn text(&mut self, head: usize, length: usize) -> io::Result<Token<'a>> {
        self.take(head)?;
        let text = std::str::from_utf8(self.take(length)?);
        text.map(Token::Text)
            .map_err(|_| broken("a string that is none"))
    }

    fn other(&mut self, length: usize) -> io::Result<Token<'a>> {
        self.take(length).map(Token::Other)
    }

    fn take(&mut self, length: usize) -> io::Result<&'a [u8]> {
        let split = self.0.split_at_checked(length);
        let (taken, rest) = split.ok_or_else(|| broken("an end in the middle"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1)?.first().copied().unwrap_or(0);
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(broken("a number out of range"))
    }
}

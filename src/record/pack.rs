//! Plain data as bytes, in which a string that comes again is a number.
//!
//! Underneath is msgpack with the names of fields, so that a later version can add one. It is kept in columns, since what is
//! alike compresses well where it stands together: the *shape* (every marker, the names of fields, and strings that are new),
//! whole numbers, and for each field the *numbers of its strings* (names of the run, [`Glossary`], or strings that the same block
//! has spelt out already). Items of a list mostly look alike: each shape that occurs is kept once, and of an item which one it is.
//! msgpack's one unused marker stands in the shape for a string that is known. Numbers are written as the step from
//! the one before where that is shorter: the ids of a column follow each other, and so do times.

use std::borrow::Cow;
use std::io;

use hashbrown::HashMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::block::LARGEST_CONTENT;
use crate::store::still::{folded, unfolded};
use crate::vault;

/// The byte that msgpack never uses.
const KNOWN: u8 = 0xc1;

/// Lengths of strings that are numbered: shorter ones cost less than a number, longer ones hardly come again.
const NUMBERED: std::ops::RangeInclusive<usize> = 3..=255;

/// Fields whose strings have a column of their own, and parts that a shape is put together from.
const MOST_FIELDS: usize = 1 << 10;
const MOST_PARTS: usize = 1 << 14;

/// Names that a run has at most, and their bytes.
const MOST_NAMES: usize = 8 << 20;

/// What the numbers of a run mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Glossary {
    /// News that is like what follows it: what is alike in them is compressed away.
    pub(super) sample: Vec<u8>,
    /// All names, one behind the other: there can be hundreds of thousands, and whoever reads has no time for each.
    text: String,
    /// Where each ends; one of no length is missing.
    ends: Vec<usize>,
    /// For whoever writes.
    index: HashMap<Box<str>, u32>,
}

/// Names that follow each other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct NameList<'a> {
    /// The number of the first.
    first: usize,
    /// Bytes of each.
    #[serde(with = "blob")]
    lengths: Vec<u8>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl NameList<'_> {
    /// The next names of a run.
    pub(super) fn of(names: &[Box<str>], known: &Glossary) -> Self {
        // What cannot be numbered is no name, and never was one.
        let names = names.iter().map(|name| &**name);
        let names: Vec<&str> = names
            .filter(|name| NUMBERED.contains(&name.len()))
            .collect();
        let room = MOST_NAMES.saturating_sub(known.len());
        let names = names.get(..room).unwrap_or(&names);
        Self {
            first: known.len(),
            lengths: names
                .iter()
                .filter_map(|name| u8::try_from(name.len()).ok())
                .collect(),
            text: names.concat().into(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let mut rest = &*self.text;
        self.lengths.iter().map_while(move |length| {
            let (name, after) = rest.split_at_checked(usize::from(*length))?;
            rest = after;
            Some(name)
        })
    }
}

impl Glossary {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Takes in names to write with.
    pub(super) fn extend(&mut self, list: &NameList<'_>) {
        for (number, name) in (list.first..).zip(list.names()) {
            if let Ok(short) = u32::try_from(number) {
                self.index.insert(name.into(), short);
            }
        }
        self.know(list);
    }

    /// Takes in names to read with: those before them that are not known are missing. False where the list is not what was
    /// written: then nothing is.
    pub(super) fn know(&mut self, list: &NameList<'_>) -> bool {
        let many = list.first.saturating_add(list.lengths.len());
        let whole = list.names().map(str::len).sum::<usize>() == list.text.len()
            && list.names().count() == list.lengths.len();
        if !whole || many > MOST_NAMES || list.first < self.len() {
            return false;
        }
        self.ends.resize(list.first, self.text.len());
        let mut end = self.text.len();
        self.ends.extend(list.lengths.iter().map(|length| {
            end += usize::from(*length);
            end
        }));
        self.text.push_str(&list.text);
        true
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.index.get(name).map(|number| *number as usize)
    }

    fn name(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let before = number.checked_sub(1);
        let begin = before.map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(begin..end).filter(|name| !name.is_empty())
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
    let mut columns = Columns {
        names,
        local: HashMap::new(),
        spelt: Vec::new(),
        last: 0,
        wholes: Wholes::default(),
        fields: Fields::default(),
        shape: Vec::with_capacity(raw.len() / 4),
        items: Vec::new(),
        texts: vec![Vec::new()],
        numbers: Vec::new(),
    };
    let (mut at, mut nesting) = (Walk(&raw), Nesting::default());
    while let Some((marker, token)) = at.next(Kept::Whole)? {
        if nesting.is_at_item() {
            columns.items.push(columns.shape.len());
        }
        let place = nesting.place(marker, &token)?;
        match token {
            Token::Text(text) => match place {
                Place::Key => nesting.of(columns.key(text)),
                Place::Value(field) => columns.text(text, field),
            },
            Token::Whole(bytes) => columns.whole(marker, bytes),
            Token::Other(bytes) | Token::Many(bytes, _) => columns.shape.extend_from_slice(bytes),
            Token::Known => return Err(broken("a marker that is not used")),
        }
    }
    Ok(columns.joined())
}

/// Unpacks it; whatever the bytes are, this ends and takes no more room than a block may.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8], names: &Glossary) -> io::Result<T> {
    let mut rest = Walk(bytes);
    // Names that came later have no part in it; without those it was packed with numbers would mean something else.
    let global = usize::try_from(rest.varint()?).unwrap_or(usize::MAX);
    if global > names.len() {
        return Err(broken("names that are missing"));
    }
    let shape = unshaped(&mut rest)?;
    let mut shape = Walk(&shape);
    let texts = rest.columns(MOST_FIELDS)?.into_iter();
    let mut texts: Vec<Walk<'_>> = texts.map(Walk).collect();
    let mut numbers = rest;
    // A guess: what is known takes far more room than its number.
    let mut raw = Vec::with_capacity(bytes.len().saturating_mul(8));
    let mut local: Vec<&str> = Vec::new();
    let (mut last, mut wholes) = (0_usize, Wholes::default());
    let (mut nesting, mut fields) = (Nesting::default(), Fields::default());
    while let Some((marker, token)) = shape.next(Kept::Apart)? {
        let place = nesting.place(marker, &token)?;
        match token {
            Token::Other(bytes) | Token::Many(bytes, _) => raw.extend_from_slice(bytes),
            Token::Whole(_) => wholes.put(marker, &mut numbers, &mut raw)?,
            Token::Text(text) => {
                let is_numbered = NUMBERED.contains(&text.len());
                let number = is_numbered.then(|| global + local.len());
                match (place, number) {
                    (Place::Key, number) => nesting.of(fields.of(number)),
                    (Place::Value(_), Some(number)) => last = number,
                    (Place::Value(_), None) => {}
                }
                local.extend(is_numbered.then_some(text));
                put_text(&mut raw, text);
            }
            Token::Known => {
                let number = match place {
                    Place::Key => usize::try_from(shape.varint()?).ok(),
                    Place::Value(field) => {
                        let column = texts.get_mut(field);
                        let code = column.ok_or_else(|| broken("a column too few"))?.varint()?;
                        match code & 1 {
                            0 => usize::try_from(code >> 1).ok(),
                            _ => stepped(last, code >> 1),
                        }
                    }
                };
                let number = number.ok_or_else(|| broken("a number out of range"))?;
                match place {
                    Place::Key => nesting.of(fields.of(Some(number))),
                    Place::Value(_) => last = number,
                }
                let name = number
                    .checked_sub(global)
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

struct Columns<'a> {
    names: &'a Glossary,
    local: HashMap<Box<str>, usize>,
    spelt: Vec<Box<str>>,
    last: usize,
    wholes: Wholes,
    fields: Fields,
    shape: Vec<u8>,
    /// Where in the shape the items of outer lists begin.
    items: Vec<usize>,
    texts: Vec<Vec<u8>>,
    numbers: Vec<u8>,
}

impl Columns<'_> {
    fn number(&self, text: &str) -> Option<usize> {
        let known = self.names.number(text);
        known.or_else(|| self.local.get(text).copied())
    }

    /// The name of a field belongs to the shape: that of the next one is the same. Gives the column of what the field holds.
    fn key(&mut self, text: &str) -> usize {
        let number = if let Some(number) = self.number(text) {
            self.shape.push(KNOWN);
            put_varint(&mut self.shape, number as u64);
            Some(number)
        } else {
            self.spell(text)
        };
        self.fields.of(number)
    }

    fn text(&mut self, text: &str, field: usize) {
        if let Some(number) = self.number(text) {
            let step = (number as u64).wrapping_sub(self.last as u64);
            let step = folded(step.cast_signed()) << 1 | 1;
            let plain = (number as u64) << 1;
            self.shape.push(KNOWN);
            if field >= self.texts.len() {
                self.texts.resize(field + 1, Vec::new());
            }
            if let Some(column) = self.texts.get_mut(field) {
                put_varint(column, plain.min(step));
            }
            self.last = number;
        } else if let Some(number) = self.spell(text) {
            self.last = number;
        }
    }

    /// Gives the number that it has from now on.
    fn spell(&mut self, text: &str) -> Option<usize> {
        let clean = vault::scrub(text);
        let number = NUMBERED.contains(&clean.len()).then(|| {
            let number = self.names.len() + self.spelt.len();
            self.local.insert(text.into(), number);
            self.spelt.push(clean.as_ref().into());
            number
        });
        put_text(&mut self.shape, &clean);
        number
    }

    fn whole(&mut self, marker: u8, bytes: &[u8]) {
        let value = bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        let step = value.wrapping_sub(self.wholes.swap(marker, value));
        self.shape.push(marker);
        put_varint(&mut self.numbers, folded(step.cast_signed()));
    }

    fn joined(self) -> Packed {
        let texts: usize = self.texts.iter().map(|column| column.len() + 2).sum();
        let length = self.shape.len() + texts + self.numbers.len();
        let mut bytes = Vec::with_capacity(length + 16);
        put_varint(&mut bytes, self.names.len() as u64);
        put_shape(&mut bytes, &self.shape, &self.items);
        put_varint(&mut bytes, self.texts.len() as u64);
        for column in &self.texts {
            put_column(&mut bytes, column);
        }
        bytes.extend_from_slice(&self.numbers);
        Packed {
            bytes,
            spelt: self.spelt,
        }
    }
}

/// In which column the strings of a field are: those of each name together, what stands in no field and what has a name that is
/// not numbered in the first.
#[derive(Default)]
struct Fields(HashMap<usize, usize>);

impl Fields {
    fn of(&mut self, name: Option<usize>) -> usize {
        let next = self.0.len() + 1;
        let has_room = next < MOST_FIELDS;
        match name {
            Some(name) if has_room => *self.0.entry(name).or_insert(next),
            Some(name) => self.0.get(&name).copied().unwrap_or(0),
            None => 0,
        }
    }
}

/// The last whole number of each width: times are near times, and counts near counts.
#[derive(Default)]
struct Wholes([u64; 8]);

impl Wholes {
    fn swap(&mut self, marker: u8, value: u64) -> u64 {
        let place = usize::from(marker.wrapping_sub(WHOLE) & 7);
        let last = self.0.get_mut(place);
        last.map_or(0, |last| std::mem::replace(last, value))
    }

    fn put(&mut self, marker: u8, numbers: &mut Walk<'_>, raw: &mut Vec<u8>) -> io::Result<()> {
        let step = unfolded(numbers.varint()?).cast_unsigned();
        let value = self.swap(marker, 0).wrapping_add(step);
        self.swap(marker, value);
        let bytes = value.to_be_bytes();
        raw.push(marker);
        raw.extend_from_slice(bytes.get(bytes.len() - width(marker)..).unwrap_or_default());
        Ok(())
    }
}

/// The first of the markers of whole numbers of 1, 2, 4 and 8 bytes: `0xcc` to `0xd3`.
const WHOLE: u8 = 0xcc;

fn width(marker: u8) -> usize {
    1 << (marker & 3)
}

/// The number that lies so many steps from another one.
fn stepped(from: usize, zigzag: u64) -> Option<usize> {
    let step = unfolded(zigzag);
    usize::try_from(i64::try_from(from).ok()?.checked_add(step)?).ok()
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap_or(0));
}

/// Puts each of the parts that a shape has once, then which of them follow each other. One without end in parts is a part itself.
fn put_shape(bytes: &mut Vec<u8>, shape: &[u8], items: &[usize]) {
    let (mut known, mut parts) = (HashMap::new(), Vec::new());
    let mut order = Vec::new();
    let ends = items.iter().copied().chain([shape.len()]);
    let mut begin = 0;
    for end in ends {
        let part = shape.get(begin..end).unwrap_or_default();
        begin = end;
        let number = *known.entry(part).or_insert_with(|| {
            parts.push(part);
            parts.len() as u64 - 1
        });
        put_varint(&mut order, number);
    }
    if parts.len() > MOST_PARTS {
        return put_shape(bytes, shape, &[]);
    }
    put_varint(bytes, parts.len() as u64);
    for part in parts {
        put_column(bytes, part);
    }
    put_column(bytes, &order);
}

/// The whole shape again.
fn unshaped(rest: &mut Walk<'_>) -> io::Result<Vec<u8>> {
    let parts = rest.columns(MOST_PARTS)?;
    let (mut order, mut shape) = (Walk(rest.column()?), Vec::new());
    while !order.0.is_empty() {
        let number = usize::try_from(order.varint()?).map_err(io::Error::other)?;
        let part = parts.get(number).ok_or_else(|| broken("a part too few"))?;
        shape.extend_from_slice(part);
        if shape.len() as u64 > LARGEST_CONTENT {
            return Err(broken("too large"));
        }
    }
    Ok(shape)
}

fn put_column(bytes: &mut Vec<u8>, column: &[u8]) {
    put_varint(bytes, column.len() as u64);
    bytes.extend_from_slice(column);
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
    /// The bytes of a whole number behind its marker, where they are there.
    Whole(&'a [u8]),
    /// The begin of something that holds so many others.
    Many(&'a [u8], u64),
    Other(&'a [u8]),
}

/// Where the bytes of whole numbers are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Behind their marker, as msgpack has them.
    Whole,
    /// In a column of their own.
    Apart,
}

/// Maps and lists within each other that are read: what trunkline writes has a dozen.
const DEEPEST: usize = 128;

/// What a token is to what it stands in.
#[derive(Clone, Copy)]
enum Place {
    /// The name of a field.
    Key,
    /// Something in a field, whose [column](Fields) this is.
    Value(usize),
}

/// Knows which strings of a stream are names of fields, and in which field the others stand.
#[derive(Default)]
struct Nesting(Vec<Level>);

/// A map or a list that is not over.
struct Level {
    left: u64,
    is_map: bool,
    /// Whether it is a list that is in no other one.
    is_outer: bool,
    field: usize,
}

impl Nesting {
    /// Whether the next token begins an item of a list that is in no other one.
    fn is_at_item(&self) -> bool {
        self.0.last().is_some_and(|level| level.is_outer)
    }

    /// Takes in the next token.
    fn place(&mut self, marker: u8, token: &Token<'_>) -> io::Result<Place> {
        let mut field = 0;
        if let Some(level) = self.0.last_mut() {
            level.left -= 1;
            if level.is_map && !level.left.is_multiple_of(2) {
                return Ok(Place::Key);
            }
            field = level.field;
            if level.left == 0 {
                self.0.pop();
            }
        }
        if let Token::Many(_, length) = token
            && *length > 0
        {
            if self.0.len() >= DEEPEST {
                return Err(broken("too deep"));
            }
            let is_map = matches!(marker, 0x80..=0x8f | 0xde | 0xdf);
            let is_outer = !is_map && self.0.iter().all(|level| level.is_map);
            self.0.push(Level {
                left: *length,
                is_map,
                is_outer,
                field,
            });
        }
        Ok(Place::Value(field))
    }

    /// What follows is in this field.
    fn of(&mut self, field: usize) {
        if let Some(level) = self.0.last_mut() {
            level.field = field;
        }
    }
}

/// Walks over a msgpack stream, a marker with what belongs to it at a time: every part of what is nested is a token of its own,
/// and [`Nesting`] knows where each belongs.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn next(&mut self, wholes: Kept) -> io::Result<Option<(u8, Token<'a>)>> {
        let Some(marker) = self.0.first().copied() else {
            return Ok(None);
        };
        let token = match marker {
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
            WHOLE..=0xd3 => {
                self.take(1)?;
                let there = match wholes {
                    Kept::Whole => width(marker),
                    Kept::Apart => 0,
                };
                Token::Whole(self.take(there)?)
            }
            0xca => self.other(5)?,
            0xcb => self.other(9)?,
            0x80..=0x8f => Token::Many(self.take(1)?, 2 * u64::from(marker & 0x0f)),
            0x90..=0x9f => Token::Many(self.take(1)?, u64::from(marker & 0x0f)),
            0xdc => self.many(3, 1)?,
            0xdd => self.many(5, 1)?,
            0xde => self.many(3, 2)?,
            0xdf => self.many(5, 2)?,
            0xc7..=0xc9 | 0xd4..=0xd8 => return Err(broken("an extension")),
            _ => self.other(1)?,
        };
        Ok(Some((marker, token)))
    }

    fn many(&mut self, head: usize, each: u64) -> io::Result<Token<'a>> {
        let length = self.length(head - 1)? as u64;
        Ok(Token::Many(self.take(head)?, each * length))
    }

    /// A column, behind its length.
    fn column(&mut self) -> io::Result<&'a [u8]> {
        let length = usize::try_from(self.varint()?).map_err(io::Error::other)?;
        self.take(length)
    }

    /// Columns behind their number, which is at most that.
    fn columns(&mut self, most: usize) -> io::Result<Vec<&'a [u8]>> {
        let many = self.varint()?;
        if many > most as u64 {
            return Err(broken("too many columns"));
        }
        (0..many).map(|_| self.column()).collect()
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

/// Bytes as msgpack has them, and not as a list of numbers.
mod blob {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Blob;

        impl Visitor<'_> for Blob {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }

        from.deserialize_bytes(Blob)
    }
}

//! What a message says of its media (SDP, RFC 8866): where they go and which codecs are offered or taken.

use crate::text::Text;

/// Media of one message, and codecs of one of them.
const MOST: usize = 8;

/// Payload types that need no `rtpmap` (RFC 3551 §6), those of telephony.
const KNOWN: &[(&str, &str)] = &[
    ("0", "PCMU"),
    ("3", "GSM"),
    ("4", "G723"),
    ("8", "PCMA"),
    ("9", "G722"),
    ("13", "CN"),
    ("15", "G728"),
    ("18", "G729"),
];

/// One medium of a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SdpMedia {
    /// `audio`, `video`.
    pub kind: Text,
    /// Where it is to be sent, as `ADDRESS:PORT`; port 0 is a medium that was refused.
    pub address: Text,
    /// Codecs, the preferred one first; the number of a payload type whose name is not told.
    pub codecs: Vec<Text>,
}

impl SdpMedia {
    /// In a line; raw: `audio 198.51.100.7:20004 opus PCMA`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = format!("{} {}", self.kind.raw(), self.address.raw());
        for codec in &self.codecs {
            words.push(' ');
            words.push_str(codec.raw());
        }
        words
    }
}

/// The media that a body describes; none of a body that is no description.
pub(super) fn media(body: &str) -> Vec<SdpMedia> {
    let mut all: Vec<SdpMedia> = Vec::new();
    let (mut address, mut port, mut begun) = (String::new(), String::new(), false);
    for line in body.lines() {
        let line = line.trim_end();
        // Among the parts of a multipart body there is one that begins so.
        begun |= line == "v=0";
        let Some((sort, value)) = line.split_once('=').filter(|_| begun) else {
            continue;
        };
        match sort {
            "c" => {
                let told = value.split(' ').nth(2).unwrap_or_default();
                let told = told.split('/').next().unwrap_or_default().to_owned();
                match all.last_mut() {
                    Some(medium) => medium.address = joined(&told, &port),
                    None => address = told,
                }
            }
            "m" => {
                if all.len() == MOST {
                    break;
                }
                let mut words = value.split_ascii_whitespace();
                let kind = words.next().unwrap_or_default();
                let places = words.next().unwrap_or_default();
                places
                    .split('/')
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut port);
                let codecs = words.skip(1).take(MOST).map(|number| {
                    let known = KNOWN.iter().find(|(known, _)| *known == number);
                    Text::from(known.map_or(number, |(_, name)| *name))
                });
                all.push(SdpMedia {
                    kind: kind.into(),
                    address: joined(&address, &port),
                    codecs: codecs.collect(),
                });
            }
            "a" => {
                if let Some(medium) = all.last_mut() {
                    name(medium, value);
                }
            }
            _ => {}
        }
    }
    all
}

/// Gives a payload type the name that `rtpmap:96 opus/48000/2` says.
fn name(medium: &mut SdpMedia, attribute: &str) {
    let map = attribute.strip_prefix("rtpmap:");
    let Some((number, name)) = map.and_then(|map| map.split_once(' ')) else {
        return;
    };
    let name = name.trim().split('/').next().unwrap_or_default();
    let mut codecs = medium.codecs.iter_mut();
    if let Some(codec) = codecs.find(|codec| codec.raw() == number.trim())
        && !name.is_empty()
    {
        *codec = name.into();
    }
}

fn joined(address: &str, port: &str) -> Text {
    if address.contains(':') {
        return format!("[{address}]:{port}").into();
    }
    format!("{address}:{port}").into()
}

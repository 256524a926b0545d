//! A person's WebRTC phone to provision on the Platform API: the payload, its rules and the writes that it becomes.
//!
//! The order is the organisation's: the phone is made from a phone base with one of its line bases; a moment later it has a
//! station; the person is put there, and it becomes where they sit unless they say otherwise.

pub mod found;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::UserId;
use super::payload::Fault;
use super::write::{Method, Write, WriteKind};
use crate::text::Text;

/// The meta base that makes a phone base one of WebRTC phones.
pub const META_BASE: &str = "inin_webrtc_softphone.json";

/// Characters of a name. The organisation's own limit is not published; this is the endpoint's of the direct API.
pub const LONGEST_NAME: usize = 128;

/// Bytes of an id, as elsewhere on the wire.
const LONGEST_ID: usize = 256;

/// Segments under which phones are made.
const PHONES: [&str; 6] = ["api", "v2", "telephony", "providers", "edges", "phones"];

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Softphone {
    /// Whose it is: the id of a user.
    pub web_rtc_user: String,
    /// What it is called.
    pub name: String,
    /// The id of the site that it is at.
    pub site: String,
    /// The id of the phone base that it is made from; one of WebRTC phones.
    pub phone_base_settings: String,
    /// The id of the line base that its line is made from; empty takes the first of the phone base.
    #[serde(default)]
    pub line_base_settings: String,
    /// What its line is called; empty is as the phone.
    #[serde(default)]
    pub line_name: String,
    /// Whether a station that somebody else sits at is freed first.
    #[serde(default)]
    pub take_over: bool,
    /// Whether it becomes where its person sits by default.
    #[serde(default)]
    pub set_default: bool,
}

/// A phone base of WebRTC phones, as far as provisioning needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneBase {
    /// Its id.
    pub id: Text,
    /// As people know it.
    pub name: Text,
    /// Its line bases, the first of which makes a phone's line.
    pub lines: Vec<Text>,
}

/// Something that a payload names by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: Text,
    /// As people know it.
    pub name: Text,
}

/// What phones are made from, and where they can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Premises {
    /// The sites.
    pub sites: Vec<Named>,
    /// The phone bases of WebRTC phones.
    pub bases: Vec<PhoneBase>,
}

impl FromIterator<PhoneBase> for Premises {
    /// What is known when only phone bases were read.
    fn from_iter<I: IntoIterator<Item = PhoneBase>>(bases: I) -> Self {
        Self {
            sites: Vec::new(),
            bases: bases.into_iter().collect(),
        }
    }
}

impl Premises {
    /// The line base that a phone base takes first.
    #[must_use]
    pub fn line_of(&self, base: &str) -> Option<&Text> {
        let base = self.bases.iter().find(|known| known.id.raw() == base)?;
        base.lines.first()
    }
}

impl Softphone {
    /// A phone to start from: with the only site and base that there are, or the first of them.
    #[must_use]
    pub fn draft(premises: &Premises) -> Self {
        let id = |id: Option<&Text>| id.map_or_else(String::new, |id| id.raw().to_owned());
        let base = premises.bases.first();
        Self {
            web_rtc_user: String::new(),
            name: String::new(),
            site: id(premises.sites.first().map(|site| &site.id)),
            phone_base_settings: id(base.map(|base| &base.id)),
            line_base_settings: id(base.and_then(|base| base.lines.first())),
            line_name: String::new(),
            take_over: false,
            set_default: true,
        }
    }

    /// Fills in what follows from the rest: the line base of the phone base.
    #[must_use]
    pub fn completed(mut self, premises: &Premises) -> Self {
        if self.line_base_settings.is_empty()
            && let Some(line) = premises.line_of(&self.phone_base_settings)
        {
            line.raw().clone_into(&mut self.line_base_settings);
        }
        self
    }

    /// Everything that breaks a rule, field by field.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut name = |field: &str, text: &str, least: usize| {
            let characters = text.chars().count();
            if !(least..=LONGEST_NAME).contains(&characters) {
                let message = format!("{least} to {LONGEST_NAME} characters, not {characters}");
                faults.push(Fault::new(field, message));
            }
        };
        name("name", &self.name, 1);
        name("lineName", &self.line_name, 0);
        for (field, id, what) in [
            ("webRtcUser", &self.web_rtc_user, "name the user by the id"),
            ("site", &self.site, "name the site by its id"),
            (
                "phoneBaseSettings",
                &self.phone_base_settings,
                "name the phone base by its id",
            ),
        ] {
            if id.is_empty() {
                faults.push(Fault::new(field, what));
            }
        }
        for (field, id) in [
            ("webRtcUser", &self.web_rtc_user),
            ("site", &self.site),
            ("phoneBaseSettings", &self.phone_base_settings),
            ("lineBaseSettings", &self.line_base_settings),
        ] {
            if id.len() > LONGEST_ID || id == "." || id == ".." {
                let message = format!("an id of at most {LONGEST_ID} bytes");
                faults.push(Fault::new(field, message));
            }
        }
        faults
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId::from(self.web_rtc_user.as_str())
    }

    /// The write that makes the phone. Asked of a payload without faults that names its line base.
    pub fn write(&self) -> Result<Write, Vec<Fault>> {
        let mut faults = self.faults();
        if self.line_base_settings.is_empty() {
            let message = "the phone base is none that was read here: name its line base by the id";
            faults.push(Fault::new("lineBaseSettings", message));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let line = if self.line_name.is_empty() {
            &self.name
        } else {
            &self.line_name
        };
        let body = PhoneBody {
            name: &self.name,
            site: Id { id: &self.site },
            phone_base_settings: Id {
                id: &self.phone_base_settings,
            },
            lines: [LineBody {
                name: line,
                line_base_settings: Id {
                    id: &self.line_base_settings,
                },
            }],
            web_rtc_user: Id {
                id: &self.web_rtc_user,
            },
        };
        let (kind, name) = (WriteKind::PhoneCreate, self.name.as_str());
        let mut write = Write::json(kind, Method::Post, &PHONES, name, &body)
            .map_err(|error| vec![Fault::new("", error.to_string())])?;
        write.note.insert("webRtcUser", json!(self.web_rtc_user));
        Ok(write)
    }
}

/// The body of `POST …/edges/phones`, in the order in which people read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhoneBody<'a> {
    name: &'a str,
    site: Id<'a>,
    phone_base_settings: Id<'a>,
    lines: [LineBody<'a>; 1],
    web_rtc_user: Id<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineBody<'a> {
    name: &'a str,
    line_base_settings: Id<'a>,
}

#[derive(Serialize)]
struct Id<'a> {
    id: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Softphone {
        Softphone {
            web_rtc_user: "u-12".into(),
            name: "webrtc-ana".into(),
            site: "s-1".into(),
            phone_base_settings: "pb-1".into(),
            line_base_settings: "lb-1".into(),
            line_name: String::new(),
            take_over: false,
            set_default: true,
        }
    }

    fn premises() -> Premises {
        Premises {
            sites: vec![Named {
                id: "s-1".into(),
                name: "Denver".into(),
            }],
            bases: vec![PhoneBase {
                id: "pb-1".into(),
                name: "WebRTC".into(),
                lines: vec!["lb-1".into(), "lb-2".into()],
            }],
        }
    }

    #[test]
    fn the_phone_is_asked_for_as_the_organisation_wants_it() {
        let write = payload().write().unwrap();
        assert_eq!(
            write.path.join("/"),
            "api/v2/telephony/providers/edges/phones"
        );
        assert_eq!(
            write.body.as_deref().unwrap(),
            r#"{"name":"webrtc-ana","site":{"id":"s-1"},"phoneBaseSettings":{"id":"pb-1"},"lines":[{"name":"webrtc-ana","lineBaseSettings":{"id":"lb-1"}}],"webRtcUser":{"id":"u-12"}}"#
        );
        let named = Softphone {
            line_name: "line".into(),
            ..payload()
        };
        assert!(
            named
                .write()
                .unwrap()
                .body
                .unwrap()
                .contains(r#""name":"line""#)
        );
    }

    #[test]
    fn every_rule_has_its_message_at_its_field() {
        type Change = fn(&mut Softphone);
        let cases: &[(Change, &str, &str)] = &[
            (|p| p.name.clear(), "name", "1 to 128 characters, not 0"),
            (
                |p| p.name = "é".repeat(129),
                "name",
                "1 to 128 characters, not 129",
            ),
            (
                |p| p.line_name = "é".repeat(129),
                "lineName",
                "0 to 128 characters, not 129",
            ),
            (|p| p.web_rtc_user.clear(), "webRtcUser", "name the user"),
            (|p| p.site.clear(), "site", "name the site"),
            (
                |p| p.phone_base_settings.clear(),
                "phoneBaseSettings",
                "name the phone base",
            ),
            (|p| p.site = "..".into(), "site", "an id of at most"),
            (
                |p| p.line_base_settings = "x".repeat(257),
                "lineBaseSettings",
                "an id of at most",
            ),
        ];
        for (change, path, message) in cases {
            let mut payload = payload();
            change(&mut payload);
            let faults = payload.faults();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!(faults[0].path, *path);
            assert!(faults[0].message.contains(message), "{}", faults[0]);
        }
    }

    #[test]
    fn the_line_base_follows_from_the_phone_base_or_must_be_named() {
        let bare = Softphone {
            line_base_settings: String::new(),
            ..payload()
        };
        assert_eq!(bare.faults(), []);
        let completed = bare.clone().completed(&premises());
        assert_eq!(completed.line_base_settings, "lb-1");
        let unknown = bare.completed(&Premises::default());
        let faults = unknown.write().unwrap_err();
        assert_eq!(faults[0].path, "lineBaseSettings");
        let draft = Softphone::draft(&premises());
        assert_eq!(
            (draft.site.as_str(), draft.line_base_settings.as_str()),
            ("s-1", "lb-1")
        );
        assert!(!Softphone::draft(&Premises::default()).faults().is_empty());
    }
}

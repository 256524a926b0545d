//! Putting right what is there (Platform API): phones moved, renamed or deleted, conversations that hang disconnected; one, or many at
//! once.
//!
//! Each is a write of its own, with its own lines in the audit. What is so already is left alone, so that whoever asks for the same
//! again goes on where it stopped. A phone is written as it was read just before, with one thing changed, and its version keeps what
//! somebody else has changed meanwhile.

mod tally;

use serde_json::{Value, json};

use self::tally::Tally;
use super::guard::Done;
use super::{Failure, Fate, Run};
use crate::cloud::Urgency;
use crate::model::flow::Outcome;
use crate::model::softphone::Named;
use crate::model::write::{Method, Write, WriteKind};
use crate::model::{DeviceId, InteractionId};
use crate::text::Text;

/// What the organisation alone writes about a phone; it is not sent back.
const OWN: [&str; 15] = [
    "id",
    "dateCreated",
    "dateModified",
    "modifiedBy",
    "createdBy",
    "state",
    "modifiedByApp",
    "createdByApp",
    "status",
    "secondaryStatus",
    "userAgentInfo",
    "standAlone",
    "primaryEdge",
    "secondaryEdge",
    "selfUri",
];

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// A phone belongs to another site.
    Move {
        /// Which.
        phone: DeviceId,
        /// As people know it.
        name: Text,
        /// Where it is now, as far as that is known: the audit keeps it, for whoever wants it back.
        from: Option<Text>,
        /// Where it belongs.
        site: Named,
    },
    /// A phone has another name.
    Rename {
        /// Which.
        phone: DeviceId,
        /// As people know it.
        name: Text,
        /// What it is to be called.
        to: Text,
    },
    /// A phone that nobody uses is gone.
    Delete {
        /// Which.
        phone: DeviceId,
        /// As people know it.
        name: Text,
    },
    /// A conversation that hangs is over for everybody.
    Disconnect {
        /// Which.
        conversation: InteractionId,
        /// Who is in it.
        name: Text,
    },
}

/// What came of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    /// It was done.
    Done,
    /// It was so already, and nothing was sent.
    SoAlready,
}

impl Repair {
    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self {
            Self::Move { .. } => WriteKind::PhoneMove,
            Self::Rename { .. } => WriteKind::PhoneRename,
            Self::Delete { .. } => WriteKind::PhoneDelete,
            Self::Disconnect { .. } => WriteKind::ConversationDisconnect,
        }
    }

    /// To what, as people know it.
    #[must_use]
    pub const fn name(&self) -> &Text {
        match self {
            Self::Move { name, .. }
            | Self::Rename { name, .. }
            | Self::Delete { name, .. }
            | Self::Disconnect { name, .. } => name,
        }
    }

    /// What is done, in the past.
    const fn done(&self) -> &'static str {
        match self {
            Self::Move { .. } => "moved",
            Self::Rename { .. } => "renamed",
            Self::Delete { .. } => "deleted",
            Self::Disconnect { .. } => "disconnected",
        }
    }

    /// What to look at where it is not known whether it was done.
    const fn check(&self) -> &'static str {
        match self {
            Self::Move { .. } | Self::Rename { .. } | Self::Delete { .. } => {
                "Read the phone again with r; asked for once more, what is so already is left alone."
            }
            Self::Disconnect { .. } => {
                "Read the interactions again with r before it is asked for once more."
            }
        }
    }

    /// What of a phone it changes: the key, and what it is then.
    fn change(&self) -> Option<(&'static str, Value)> {
        match self {
            Self::Move { site, .. } => {
                let site = json!({"id": site.id.raw(), "name": site.name.raw()});
                Some(("site", site))
            }
            Self::Rename { to, .. } => Some(("name", to.raw().into())),
            Self::Delete { .. } | Self::Disconnect { .. } => None,
        }
    }

    /// Whether a phone that was read is so already.
    fn is_so(&self, phone: &Value) -> bool {
        match self {
            Self::Move { site, .. } => {
                phone.pointer("/site/id").and_then(Value::as_str) == Some(site.id.raw())
            }
            Self::Rename { to, .. } => phone.get("name").and_then(Value::as_str) == Some(to.raw()),
            Self::Delete { .. } | Self::Disconnect { .. } => false,
        }
    }

    /// The write, as far as it is known before a phone was read: of its body what is changed.
    #[must_use]
    pub fn write(&self) -> Write {
        let body = self.change().map(|(key, value)| json!({ key: value }));
        self.with(body.as_ref())
    }

    /// The write of a phone that was read; none where it is no object.
    fn over(&self, mut phone: Value) -> Option<Write> {
        let of = phone.as_object_mut()?;
        of.retain(|key, _| !OWN.contains(&key.as_str()));
        if let Some((key, value)) = self.change() {
            of.insert(key.to_owned(), value);
        }
        Some(self.with(Some(&phone)))
    }

    fn with(&self, body: Option<&Value>) -> Write {
        const PHONES: [&str; 6] = ["api", "v2", "telephony", "providers", "edges", "phones"];
        let (method, path, permissions): (_, Vec<&str>, &[&str]) = match self {
            Self::Move { phone, .. } | Self::Rename { phone, .. } => {
                let path = PHONES.iter().copied().chain([phone.raw()]);
                (Method::Put, path.collect(), &["telephony:plugin:all"])
            }
            Self::Delete { phone, .. } => {
                let path = PHONES.iter().copied().chain([phone.raw()]);
                (Method::Delete, path.collect(), &["telephony:plugin:all"])
            }
            Self::Disconnect { conversation, .. } => {
                let path = vec![
                    "api",
                    "v2",
                    "conversations",
                    conversation.raw(),
                    "disconnect",
                ];
                (
                    Method::Post,
                    path,
                    &["conversation:communication:disconnect"],
                )
            }
        };
        let mut write = Write::bare(self.kind(), method, &path, self.name().to_string());
        write.permissions = permissions;
        write.body = body.map(Value::to_string);
        match self {
            Self::Move { from, site, .. } => {
                if let Some(from) = from {
                    write.note.insert("from", from.to_string().into());
                }
                write.note.insert("site", site.name.to_string().into())
            }
            Self::Rename { to, .. } => write.note.insert("name", to.to_string().into()),
            Self::Delete { .. } | Self::Disconnect { .. } => None,
        };
        write
    }
}

/// What all of them are called together.
pub(super) fn title(all: &[Repair]) -> Text {
    match all {
        [] => Text::default(),
        [one] => one.name().clone(),
        [Repair::Disconnect { .. }, ..] => format!("{} conversations", all.len()).into(),
        _ => format!("{} phones", all.len()).into(),
    }
}

/// Puts them right in order. What is refused leaves the others as they are; where nothing goes out any more, or somebody stops it, the
/// rest is not begun.
pub(super) async fn run(run: &Run<'_>, all: &[Repair]) -> Outcome {
    let mut tally = Tally::new(all.len());
    let mut progress = (all.len() > 1).then(|| run.begin("progress", title(all)));
    for repair in all {
        let came = if run.stopped() {
            Err(Failure::cancelled("stopped"))
        } else {
            one(run, repair).await
        };
        let over = came
            .as_ref()
            .is_err_and(|failure| failure.cancelled || failure.fate == Fate::NotSent);
        tally.note(repair, came);
        if let Some(progress) = &mut progress {
            progress.note(tally.line());
        }
        if over {
            break;
        }
    }
    if let Some(progress) = progress {
        progress.done(tally.line());
    }
    tally.outcome()
}

async fn one(run: &Run<'_>, repair: &Repair) -> Result<Came, Failure> {
    let write = match repair {
        Repair::Move { phone, .. } | Repair::Rename { phone, .. } => {
            let known = read(run, phone).await?;
            if repair.is_so(&known) {
                return Ok(Came::SoAlready);
            }
            let over = repair.over(known);
            over.ok_or_else(|| Failure::refused("the phone that was read is no object"))?
        }
        Repair::Delete { .. } | Repair::Disconnect { .. } => repair.write(),
    };
    let taken = |_: &_| Ok(Done::plain(()));
    let sent = run.commit(write, repair.check(), |_| {}, taken).await;
    match (repair, sent) {
        (_, Ok(())) => Ok(Came::Done),
        // Whoever else deleted it has done the same.
        (Repair::Delete { .. }, Err(failure)) if failure.http == Some(404) => Ok(Came::SoAlready),
        (Repair::Move { phone, .. } | Repair::Rename { phone, .. }, Err(failure))
            if failure.fate == Fate::Unknown =>
        {
            // A phone that shows it was written, whoever lost the answer.
            let shows = read(run, phone)
                .await
                .is_ok_and(|phone| repair.is_so(&phone));
            if shows { Ok(Came::Done) } else { Err(failure) }
        }
        (_, Err(failure)) => Err(failure),
    }
}

/// A phone as the organisation has it now.
async fn read(run: &Run<'_>, phone: &DeviceId) -> Result<Value, Failure> {
    let read = async {
        let platform = run.kit.client.platform()?;
        platform.phone_record(phone, Urgency::Reread).await
    };
    match run.unless_stopped(read).await? {
        Ok(Some(known)) => Ok(known),
        Ok(None) => Err(Failure::refused(format!(
            "the organisation has no phone {phone}"
        ))),
        Err(error) => Err(Failure::refused(format!(
            "the phone could not be read, and was not written: {error}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved() -> Repair {
        Repair::Move {
            phone: "p-1".into(),
            name: "Ana".into(),
            from: Some("Lima".into()),
            site: Named {
                id: "s-2".into(),
                name: "Accra".into(),
            },
        }
    }

    #[test]
    fn a_phone_is_written_as_it_was_read_but_for_what_is_changed_and_what_is_not_ours_to_say() {
        let read = json!({
            "id": "p-1", "name": "Ana", "version": 7, "site": {"id": "s-1", "name": "Lima"}, "lines": [{"id": "l-1"}],
            "state": "active", "status": {"operationalStatus": "OPERATIONAL"}, "somethingNew": [1],
        });
        assert!(!moved().is_so(&read));
        let write = moved().over(read).unwrap();
        let body: Value = serde_json::from_str(write.body.as_deref().unwrap()).unwrap();
        let wanted = json!({
            "name": "Ana", "version": 7, "site": {"id": "s-2", "name": "Accra"}, "lines": [{"id": "l-1"}], "somethingNew": [1],
        });
        assert_eq!(body, wanted);
        assert!(moved().is_so(&body));
        assert_eq!(
            write.path.join("/"),
            "api/v2/telephony/providers/edges/phones/p-1"
        );
        assert!(moved().over(json!([])).is_none());
    }

    #[test]
    fn a_review_shows_of_the_body_what_is_changed() {
        let body = moved().write().body.unwrap();
        assert_eq!(body, r#"{"site":{"id":"s-2","name":"Accra"}}"#);
        let gone = Repair::Disconnect {
            conversation: InteractionId("c-1".into()),
            name: "Ana".into(),
        };
        let write = gone.write();
        assert_eq!((write.method.word(), write.body), ("POST", None));
        assert_eq!(write.path.join("/"), "api/v2/conversations/c-1/disconnect");
    }
}

//! The audit: every write on record, before it is sent and again with its outcome (contract §11).
//!
//! One JSON line an entry in `audit/PROFILE.jsonl` of the state directory, mode 0600; each line carries the SHA-256 of
//! the line before it. [`Audit::intent`] returns when the line is on disk, and what can't be written down is not sent.
//! Consoles of one profile append to one file in turn, under a lock. A full file is put aside under a number and the
//! chain goes on in a new one; nothing is ever dropped, so the oldest files are the operator's to archive.
//!
//! What a chain can prove: [`verify::verify`] finds a line that was changed, dropped or reordered, and through the kept head
//! a tail that was cut off. Who can write all of the files can write another history; the hash of the last line, noted
//! down elsewhere, shows that too.

mod entry;
mod error;
mod head;
mod journal;
mod place;
pub mod read;
mod scrub;
mod session;
mod settle;
pub mod verify;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub use self::entry::{Ending, Entry};
pub use self::error::AuditError;

use self::journal::{Journal, Scribe};
use self::place::{AuditFiles, narrow};
use self::session::AuditSession;
use crate::model::audit::{LineStatus, Record};
use crate::text::Text;
use crate::time::Millis;

/// Bytes from which on a file is full.
const ROTATE_AT: u64 = 8 << 20;

/// Who is told of each line.
type Teller = Arc<dyn Fn(&Record) + Send + Sync>;

/// The audit of one profile, as one run of the console writes it. Cheap to clone.
///
/// Its calls wait for the disk, and for other consoles at most five seconds: call them where blocking is allowed.
#[derive(Clone)]
pub struct Audit {
    place: Arc<AuditFiles>,
    profile: Text,
    session: Arc<AuditSession>,
    rotate_at: u64,
    opening: Arc<[Record]>,
    teller: Option<Teller>,
}

/// The intent of one write is on disk; its outcome is owed.
///
/// One that is dropped leaves the intent without an outcome, and the next start of the console calls it `unknown`.
#[derive(Debug)]
#[must_use = "an intent without its outcome is shown as unknown after the next start"]
pub struct Ticket {
    intent: Record,
}

impl Ticket {
    /// The id that ties the outcome to the intent: unique, and the same after a restart.
    #[must_use]
    pub fn id(&self) -> &str {
        self.intent.id.raw()
    }
}

impl Audit {
    /// Opens the audit of a profile: makes good what a crash has left, and writes `unknown` as the outcome of every
    /// intent whose console is gone. [`Self::opening`] tells what that came to.
    pub fn open(state_dir: &Path, profile: &str) -> Result<Self, AuditError> {
        Self::open_rotating(state_dir, profile, ROTATE_AT)
    }

    /// The same with files of another length, in bytes.
    pub fn open_rotating(
        state_dir: &Path,
        profile: &str,
        rotate_at: u64,
    ) -> Result<Self, AuditError> {
        let place = AuditFiles::new(state_dir, profile);
        place.make()?;
        let profile = Text::from(profile);
        let mut narrowed = Vec::new();
        for path in [place.current(), place.head()] {
            let mode = narrow(&path).map_err(AuditError::at("taking from others", &path))?;
            narrowed.extend(mode.map(|mode| (path, mode)));
        }
        let (mut journal, troubles) = Journal::open(&place, rotate_at)?;
        let session = AuditSession::begin(&place)?;
        let scribe = Scribe {
            profile: &profile,
            session: &session.id,
        };
        let mut lines: Vec<Record> = troubles
            .iter()
            .map(|trouble| scribe.note(trouble.action(), &trouble.words()))
            .collect();
        lines.extend(narrowed.iter().map(|(path, mode)| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let what = format!("{file} was open to others (mode {mode:04o}) and is 0600 again");
            scribe.note("audit.repair", &what)
        }));
        lines.extend(orphans(&journal, &place));
        let mut opening = Vec::with_capacity(lines.len());
        for line in lines {
            opening.push(journal.append(line, scribe)?);
        }
        drop(journal);
        Ok(Self {
            place: Arc::new(place),
            profile,
            session: Arc::new(session),
            rotate_at,
            opening: opening.into(),
            teller: None,
        })
    }

    /// The same audit, which calls `tell` with each line that it has written.
    #[must_use]
    pub fn telling(&self, tell: impl Fn(&Record) + Send + Sync + 'static) -> Self {
        Self {
            teller: Some(Arc::new(tell)),
            ..self.clone()
        }
    }

    /// Lines that opening had to write: repairs, and writes of earlier runs whose outcome nobody will know.
    #[must_use]
    pub fn opening(&self) -> &[Record] {
        &self.opening
    }

    /// Writes down what is about to be sent. Only after this has returned well may it be sent.
    pub fn intent(&self, entry: &Entry) -> Result<Ticket, AuditError> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let record = entry.record(&self.profile, &self.session.id, &id, LineStatus::Intent);
        let intent = self.append(record)?;
        Ok(Ticket { intent })
    }

    /// Writes down how it ended. After an error the intent stays without an outcome, and is `unknown` after a restart.
    pub fn outcome(&self, ticket: Ticket, ending: Ending) -> Result<(), AuditError> {
        let Ticket { intent } = ticket;
        self.append(ending.record(&intent)).map(drop)
    }

    /// Writes down a write that was not sent at all: the profile is read-only, the breaker is open.
    pub fn refused(&self, entry: &Entry, why: &str) -> Result<(), AuditError> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let intent = entry.record(&self.profile, &self.session.id, &id, LineStatus::Refused);
        let refusal = Ending::new(LineStatus::Refused).because(why);
        self.append(refusal.record(&intent)).map(drop)
    }

    /// Writes down what came later of a write, under its id: the end of the job that it began. Whoever learns it too, another
    /// console or the webhook, finds it there: it is written once. False is that it was there already.
    pub fn later(&self, id: &str, entry: &Entry, ending: Ending) -> Result<bool, AuditError> {
        let scribe = Scribe {
            profile: &self.profile,
            session: &self.session.id,
        };
        let base = entry.record(&self.profile, &self.session.id, id, ending.status);
        let (mut journal, troubles) = Journal::open(&self.place, self.rotate_at)?;
        for trouble in troubles {
            let note = scribe.note(trouble.action(), &trouble.words());
            self.tell(&journal.append(note, scribe)?);
        }
        // The turn is ours: nobody writes the same between the look and the line.
        if read::is_said(&self.place, &base)? {
            return Ok(false);
        }
        let record = journal.append(ending.record(&base), scribe)?;
        drop(journal);
        self.tell(&record);
        Ok(true)
    }

    /// Whether a booking by that name of the booker's was about to be sent since that moment. An audit that cannot be read may
    /// know of it.
    #[must_use]
    pub fn knows_of(&self, callback_id: &str, since: Millis) -> bool {
        read::was_intended(&self.place, callback_id, since).unwrap_or(true)
    }

    fn append(&self, record: Record) -> Result<Record, AuditError> {
        let scribe = Scribe {
            profile: &self.profile,
            session: &self.session.id,
        };
        let (mut journal, troubles) = Journal::open(&self.place, self.rotate_at)?;
        for trouble in troubles {
            let note = scribe.note(trouble.action(), &trouble.words());
            self.tell(&journal.append(note, scribe)?);
        }
        let record = journal.append(record, scribe)?;
        drop(journal);
        self.tell(&record);
        Ok(record)
    }

    fn tell(&self, record: &Record) {
        if let Some(tell) = &self.teller {
            tell(record);
        }
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Audit").field(&self.place.current()).finish()
    }
}

/// Outcomes of intents whose console is gone. The journal's turn keeps new consoles from appearing meanwhile.
fn orphans(journal: &Journal<'_>, place: &AuditFiles) -> Vec<Record> {
    let gone = |intent: &&Record| !AuditSession::lives(place, intent.session.raw());
    let outcome = |intent: &Record| {
        Ending::new(LineStatus::Unknown)
            .because("the console ended before the outcome was known; look in the organisation whether it was done")
            .record(intent)
    };
    journal.open_intents().filter(gone).map(outcome).collect()
}

/// SHA-256 as the audit writes it: lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // A `String` takes every write.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

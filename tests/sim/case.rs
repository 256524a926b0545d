//! What a run is: a seed, how long, how large, and which faults are left out of it. One line names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal;)+) => {
        /// A kind of thing that goes wrong, or that a person does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[doc = $doc])+ $variant,)+ }

        impl Fault {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

faults! {
    /// A stream ends.
    StreamLost = "stream-lost";
    /// A stream carries nothing any more, and nobody has noticed.
    HalfOpen = "half-open";
    /// An event gets lost on a stream that lives.
    EventLost = "event-lost";
    /// An event comes twice.
    EventTwice = "event-twice";
    /// A read fails for good.
    ReadFailed = "read-failed";
    /// A read is answered, and a part of it cannot be read.
    ReadPartial = "read-partial";
    /// A read takes very long.
    ReadSlow = "read-slow";
    /// The list of users is read and not whole.
    ListPartial = "list-partial";
    /// The loop stands still while the feeds go on.
    LoopStalls = "loop-stalls";
    /// More comes at once than the mailbox has room for.
    Storm = "storm";
    /// The wall clock jumps ahead.
    ClockAhead = "clock-ahead";
    /// The wall clock jumps back.
    ClockBack = "clock-back";
    /// Nothing runs for hours.
    Asleep = "asleep";
    /// The console is killed and starts again.
    Killed = "killed";
    /// The record ends in the middle of what was written.
    Torn = "torn";
    /// Bytes of the record are others than were written.
    Flipped = "flipped";
    /// The disk refuses to be written to.
    DiskRefuses = "disk-refuses";
    /// The link between reader and viewer breaks.
    LinkBroken = "link-broken";
    /// The link carries nothing, and nobody says so.
    LinkSilent = "link-silent";
    /// What was told gets lost on the link.
    LinkHole = "link-hole";
    /// The webhook refuses an alert.
    HookRefuses = "hook-refuses";
    /// The webhook takes an alert, and its answer is lost.
    HookAnswerLost = "hook-answer-lost";
    /// Somebody presses keys.
    Keys = "keys";
    /// Somebody makes the terminal another size.
    Resized = "resized";
}

/// Steps of a run in which everything has room to strike.
const STEPS: u32 = 200;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub seed: u64,
    pub steps: u32,
    pub users: u32,
    pub off: BTreeSet<Fault>,
}

impl Case {
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            steps: STEPS,
            users: 9,
            off: BTreeSet::new(),
        }
    }

    pub fn has(&self, fault: Fault) -> bool {
        !self.off.contains(&fault)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.seed, self.steps, self.users)?;
        for (n, fault) in self.off.iter().enumerate() {
            f.write_str(if n == 0 { ":" } else { "," })?;
            f.write_str(fault.word())?;
        }
        Ok(())
    }
}

impl FromStr for Case {
    type Err = String;

    /// `SEED`, or `SEED:STEPS:USERS`, or that with `:` and what is left out.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().split(':');
        let mut number = |or: u64| match parts.next() {
            None | Some("") => Ok(or),
            Some(part) => part.parse().map_err(|_| format!("{part:?} is no number")),
        };
        let mut case = Self::of(number(0)?);
        case.steps = u32::try_from(number(case.steps.into())?).map_err(|e| e.to_string())?;
        case.users = u32::try_from(number(case.users.into())?).map_err(|e| e.to_string())?;
        for word in parts.next().unwrap_or_default().split(',') {
            let fault = Fault::ALL.iter().find(|fault| fault.word() == word);
            match fault {
                Some(fault) => drop(case.off.insert(*fault)),
                None if word.is_empty() => {}
                None => return Err(format!("{word:?} is no fault")),
            }
        }
        Ok(case)
    }
}

/// How often each kind struck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Struck(pub BTreeMap<Fault, u32>);

impl Struck {
    pub fn add(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    /// Those of another run as well.
    pub fn join(&mut self, other: &Self) {
        for (fault, times) in &other.0 {
            *self.0.entry(*fault).or_default() += times;
        }
    }

    /// Those that never did.
    pub fn missing(&self) -> Vec<&'static str> {
        let inert = Fault::ALL
            .iter()
            .filter(|fault| !self.0.contains_key(fault));
        inert.map(|fault| fault.word()).collect()
    }
}

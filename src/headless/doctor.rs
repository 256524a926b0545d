//! `trunkline doctor`: walks the way to the organisation step by step, and ends with one sentence of advice.
//!
//! Each step stands on those before it: where one fails, those that need it are left out and said to be. Nothing is written
//! but a trial file in the state directory, and no secret is shown.

mod machine;
mod steps;

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::{Exit, print};
use crate::config::Loaded;
use crate::environment::Environment;
use crate::vocabulary::problem::Trouble;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should look.
    Warning,
    /// It does not work.
    Fault,
    /// Not looked at, because a step before it failed or it does not apply.
    Skipped,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "FAULT",
            Self::Skipped => "-",
        }
    }
}

/// One step, as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Step {
    #[serde(rename = "step")]
    name: &'static str,
    verdict: Verdict,
    /// What was seen; after a fault, also what to do.
    said: String,
    #[serde(skip)]
    trouble: Option<Trouble>,
}

impl Step {
    fn new(name: &'static str, verdict: Verdict, said: impl Into<String>) -> Self {
        Self {
            name,
            verdict,
            said: said.into(),
            trouble: None,
        }
    }

    fn ok(step: &'static str, said: impl Into<String>) -> Self {
        Self::new(step, Verdict::Ok, said)
    }

    fn fault(step: &'static str, trouble: Trouble, said: impl Into<String>) -> Self {
        Self {
            trouble: Some(trouble),
            ..Self::new(step, Verdict::Fault, said)
        }
    }
}

/// What was found, for programs.
#[derive(Serialize)]
struct Report<'a> {
    steps: &'a [Step],
    advice: String,
}

/// Looks, prints, and ends with the code of the first fault.
pub async fn doctor(
    loaded: Result<Loaded, String>,
    environment: Environment,
    state_dir: &Path,
    json: bool,
) -> Result<u8, String> {
    let mut steps = Box::pin(steps::walk(loaded, &environment)).await;
    steps.extend(machine::look(&environment, state_dir));
    let advice = advice(&steps);
    print(&if json {
        // Plain strings cannot fail to serialise.
        let steps = steps.as_slice();
        serde_json::to_string_pretty(&Report { steps, advice }).unwrap_or_default() + "\n"
    } else {
        text(&steps, &advice)
    })?;
    let first = steps.iter().find(|step| step.verdict == Verdict::Fault);
    let trouble = first.map(|step| step.trouble.unwrap_or(Trouble::Settings));
    Ok(trouble.map_or(Exit::Ok, Exit::from) as u8)
}

/// The same for a profile that is only tried: what was seen, and whether all of it works.
pub async fn tried(loaded: Result<Loaded, String>, environment: &Environment) -> (String, bool) {
    let steps = Box::pin(steps::walk(loaded, environment)).await;
    let works = steps.iter().all(|step| step.verdict != Verdict::Fault);
    (text(&steps, &advice(&steps)), works)
}

/// One sentence: the first thing to do.
fn advice(steps: &[Step]) -> String {
    let first = |verdict| steps.iter().find(|step| step.verdict == verdict);
    match (first(Verdict::Fault), first(Verdict::Warning)) {
        (Some(fault), _) => format!("Begin with {}: {}", fault.name, fault.said),
        (None, Some(warning)) => format!("It works. Look at {}: {}", warning.name, warning.said),
        (None, None) => "Everything that was looked at works.".to_owned(),
    }
}

fn text(steps: &[Step], advice: &str) -> String {
    let mut text = String::new();
    for step in steps {
        let word = step.verdict.word();
        let _ = writeln!(text, "{word:<8} {:<14} {}", step.name, step.said);
    }
    let _ = writeln!(text, "\n{advice}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_the_first_fault_and_else_the_first_doubt() {
        let mut steps = vec![Step::ok("configuration", "profile acme")];
        assert_eq!(advice(&steps), "Everything that was looked at works.");
        steps.push(Step::new("clock", Verdict::Warning, "40 s ahead."));
        assert_eq!(advice(&steps), "It works. Look at clock: 40 s ahead.");
        steps.push(Step::fault("proxy", Trouble::Unreachable, "refused."));
        steps.push(Step::fault("token", Trouble::Credentials, "no."));
        assert_eq!(advice(&steps), "Begin with proxy: refused.");
        let text = text(&steps, "x");
        assert!(
            text.contains("FAULT    proxy          refused.\n"),
            "{text}"
        );
    }
}

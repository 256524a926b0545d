//! A destination of events, looked at as the deploy pipeline must (contract §9): its name, then a verified handshake, then
//! a health GET. Each only after the one before it, so that the first thing that is wrong is the one that is told.

use tokio::time::Instant;
use url::Url;

use super::{Deadline, Prober, millis};
use crate::model::finding::{Finding, ProbeOutcome, Protocol, Target};
use crate::model::route::{Check, Stage, Verdict};
use crate::text::Text;

/// Addresses that the note of a name lists.
const MOST_SHOWN: usize = 3;

/// The port of https.
const HTTPS: u16 = 443;

impl Prober {
    /// Looks at a destination; `tell` hears of every turn, the last one included. Health sends no header of the route: what
    /// may be a secret goes only where the organisation sends it.
    ///
    /// The name is looked up as for every other probe, because the two checks after it do.
    pub async fn destination(&self, uri: &str, mut tell: impl FnMut(&Verdict)) -> Verdict {
        let mut verdict = Verdict::new(uri, self.0.clock.now());
        let targets = match Targets::of(uri) {
            Ok(targets) => targets,
            Err(why) => {
                verdict.set(Check::Dns, Stage::Running);
                tell(&verdict);
                let (took_ms, why) = (0, why.into());
                verdict.set(Check::Dns, Stage::Failed { took_ms, why });
                tell(&verdict);
                return verdict;
            }
        };
        for check in Check::ALL {
            verdict.set(check, Stage::Running);
            tell(&verdict);
            let stage = match check {
                Check::Dns => self.name(&targets.tls).await,
                Check::Tls => handshake(&self.probe(&targets.tls).await, &mut verdict),
                Check::Health => health(&self.probe(&targets.health).await, &mut verdict),
            };
            verdict.set(check, stage);
            if verdict.failure().is_some() {
                break;
            }
        }
        tell(&verdict);
        verdict
    }

    async fn name(&self, target: &Target) -> Stage {
        let (began, allowed) = (Instant::now(), self.0.settings.deadline);
        let until = Deadline {
            at: began + allowed,
            allowed,
        };
        let found = self.0.trust.names.of(target, until).await;
        let took_ms = millis(began.elapsed());
        match found {
            Ok(found) => {
                let shown = found.iter().take(MOST_SHOWN).map(|at| at.ip().to_string());
                let mut note = shown.collect::<Vec<_>>().join(", ");
                if found.len() > MOST_SHOWN {
                    note.push_str(", …");
                }
                let note = note.into();
                Stage::Passed { took_ms, note }
            }
            Err(error) => {
                let why = error.to_string().into();
                Stage::Failed { took_ms, why }
            }
        }
    }
}

/// The destination as the probes know it.
struct Targets {
    tls: Target,
    health: Target,
}

impl Targets {
    fn of(uri: &str) -> Result<Self, String> {
        let url = Url::parse(uri).map_err(|error| format!("it is no URI ({error})."))?;
        let host = url.host_str().unwrap_or_default();
        if url.scheme() != "https" {
            return Err("it is not https.".to_owned());
        }
        let at = format!("{host}:{}", url.port().unwrap_or(HTTPS));
        let target = |protocol, address: &str| {
            Target::new(protocol, address).map_err(|error| format!("{error}."))
        };
        Ok(Self {
            tls: target(Protocol::Tls, &at)?,
            health: target(Protocol::Http, uri)?,
        })
    }
}

fn handshake(finding: &Finding, verdict: &mut Verdict) -> Stage {
    let took_ms = finding.took_ms;
    verdict.days_left = finding.tls().and_then(|tls| tls.days_left);
    match finding.tls() {
        Some(tls) if tls.verdict.accepted() => {
            let version = tls.version.as_ref().map_or("TLS", Text::raw);
            let days = tls.days_left.map(|days| format!(", {days} days left"));
            let note = format!("{version}{}", days.unwrap_or_default()).into();
            Stage::Passed { took_ms, note }
        }
        _ => {
            let why = finding.sentence().into();
            Stage::Failed { took_ms, why }
        }
    }
}

fn health(finding: &Finding, verdict: &mut Verdict) -> Stage {
    let took_ms = finding.took_ms;
    let sentence = finding.sentence().into();
    match &finding.outcome {
        ProbeOutcome::Http(http) => {
            verdict.status = Some(http.status);
            if http.healthy() {
                let note = format!("HTTP {}", http.status).into();
                return Stage::Passed { took_ms, note };
            }
            Stage::Failed {
                took_ms,
                why: sentence,
            }
        }
        _ => Stage::Failed {
            took_ms,
            why: sentence,
        },
    }
}

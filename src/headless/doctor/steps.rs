//! The steps to the organisation, in the order in which a connection takes them.

use std::time::{Duration, SystemTime};

use super::{Step, Verdict};
use crate::app::{perform, probes};
use crate::cause::Cause;
use crate::cloud::{self, Client, Error, Skew};
use crate::config::{Loaded, Profile};
use crate::environment::Environment;
use crate::model::api::Api;
use crate::model::finding::{Grade, Protocol, Target};
use crate::probe::{Prober, report};
use crate::time::Millis;
use crate::vocabulary::problem::Trouble;

/// Clocks further apart than this make tokens and certificates look expired.
const MUCH: Duration = Duration::from_secs(30);

/// Every step that needs the network comes after these; a fault ends the walk.
const REST: [&str; 9] = [
    "secret", "proxy", "DNS", "TLS", "clock", "token", "read", "socket", "limits",
];

/// Walks until a step fails; what was not reached is said.
pub(super) async fn walk(loaded: Result<Loaded, String>, environment: &Environment) -> Vec<Step> {
    let mut steps = Vec::new();
    let ended = along(loaded, environment, &mut steps).await;
    if ended.is_none() {
        let reached = steps.last().map_or("", |step: &Step| step.name);
        let from = REST.iter().position(|step| *step == reached);
        let left = REST.iter().skip(from.map_or(0, |at| at + 1));
        steps.extend(left.map(|step| Step::new(step, Verdict::Skipped, "not reached")));
    }
    steps
}

/// None where the way ends early; the last step says why.
async fn along(
    loaded: Result<Loaded, String>,
    environment: &Environment,
    steps: &mut Vec<Step>,
) -> Option<()> {
    let profile = configuration(loaded, steps)?;
    targets(&profile, environment, steps).await;
    let client = secret(&profile, environment, steps).await?;
    vendor(&profile, &client, steps).await;
    proxy(&client, steps).await?;
    names(&client, steps).await?;
    tls(&profile, &client, environment, steps).await?;
    clock(&client, steps).await?;
    token(&client, steps).await?;
    read_and_socket(&client, steps).await;
    limits(&client, steps);
    Some(())
}

fn configuration(loaded: Result<Loaded, String>, steps: &mut Vec<Step>) -> Option<Profile> {
    const STEP: &str = "configuration";
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(why) => {
            steps.push(Step::fault(STEP, Trouble::Settings, why));
            return None;
        }
    };
    let Some(profile) = loaded.profile else {
        let why = Cause::NoProfile.told().to_string();
        steps.push(Step::fault(STEP, Trouble::Settings, why));
        return None;
    };
    let source = loaded
        .source
        .map_or_else(String::new, |path| format!(", from {}", path.display()));
    let said = format!(
        "profile {}, {} API at {}{source}",
        profile.name, profile.api, profile.base_url
    );
    steps.push(match loaded.warnings.first() {
        Some(warning) => Step::new(STEP, Verdict::Warning, format!("{said}; {warning}")),
        None => Step::ok(STEP, said),
    });
    Some(profile)
}

/// Whether everything is there that the targets of alerts need; nothing is sent to them.
async fn targets(profile: &Profile, environment: &Environment, steps: &mut Vec<Step>) {
    const STEP: &str = "alert targets";
    let all = &profile.alerts.targets;
    let mut ready = Vec::new();
    for target in all {
        match perform::receiver(profile, target, environment).await {
            Ok(_) => ready.push(target),
            Err(why) => {
                let said = format!("{}: {why}", target.name);
                steps.push(Step::new(STEP, Verdict::Warning, said));
            }
        }
    }
    let Some(first) = ready.first() else { return };
    let named = ready
        .iter()
        .map(|one| format!("{} ({})", one.name, one.kind()));
    let named: Vec<String> = named.collect();
    let said = format!(
        "{} ready; nothing was sent: `trunkline alert test {}` does that",
        named.join(", "),
        shlex::try_quote(&first.name).unwrap_or_default()
    );
    steps.push(Step::ok(STEP, said));
}

async fn secret(
    profile: &Profile,
    environment: &Environment,
    steps: &mut Vec<Step>,
) -> Option<Client> {
    const STEP: &str = "secret";
    match perform::client(profile, environment).await {
        Ok(client) => {
            let place = profile
                .client
                .as_ref()
                .map(|client| client.secret.to_string());
            let said = place.map_or("a person signs in".to_owned(), |place| {
                format!("had from {place}")
            });
            steps.push(match client.secret_doubt() {
                Some(doubt) => Step::new(STEP, Verdict::Warning, format!("{said}; {doubt}")),
                None => Step::ok(STEP, said),
            });
            Some(client)
        }
        Err(problem) => {
            steps.push(Step::fault(STEP, problem.trouble, problem.text.to_string()));
            None
        }
    }
}

/// What the vendor says of its cloud, where the profile names its status page. It is looked at early: when the organisation cannot
/// be reached, this is the question.
async fn vendor(profile: &Profile, client: &Client, steps: &mut Vec<Step>) {
    const STEP: &str = "cloud status";
    let Some(page) = &profile.status_url else {
        return;
    };
    let now = Millis(jiff::Timestamp::now().as_millisecond());
    let utc = |at: Millis| format!("{} UTC", at.moment(&jiff::tz::TimeZone::UTC, now));
    steps.push(match client.vendor_status(page).await {
        Ok(report) if report.state.is_well() => Step::ok(STEP, report.line(utc)),
        Ok(report) => Step::new(STEP, Verdict::Warning, report.line(utc)),
        Err(error) => Step::new(STEP, Verdict::Warning, error.to_string()),
    });
}

async fn proxy(client: &Client, steps: &mut Vec<Step>) -> Option<()> {
    const STEP: &str = "proxy";
    let Some(hop) = client.hop() else {
        steps.push(Step::ok(STEP, "none: straight to the organisation"));
        return Some(());
    };
    match client.reach().await {
        Ok(()) => {
            steps.push(Step::ok(STEP, format!("{hop} leads to the organisation")));
            Some(())
        }
        Err(cause) => {
            steps.push(Step::fault(STEP, Trouble::Unreachable, cause.told().line()));
            None
        }
    }
}

async fn names(client: &Client, steps: &mut Vec<Step>) -> Option<()> {
    const STEP: &str = "DNS";
    if client.hop().is_some() {
        steps.push(Step::new(
            STEP,
            Verdict::Skipped,
            "the proxy resolves the name",
        ));
        return Some(());
    }
    let reached = match client.addresses().await {
        Ok(found) => client.reach().await.map(|()| found),
        Err(cause) => Err(cause),
    };
    match reached {
        Ok(found) => {
            let found: Vec<_> = found.iter().map(|at| at.ip().to_string()).collect();
            steps.push(Step::ok(
                STEP,
                format!("{}; a connection is taken", found.join(", ")),
            ));
            Some(())
        }
        Err(cause) => {
            steps.push(Step::fault(STEP, Trouble::Unreachable, cause.told().line()));
            None
        }
    }
}

/// The certificate chain as it is shown, and whether it is trusted. Behind a proxy the sign-in verifies it.
async fn tls(
    profile: &Profile,
    client: &Client,
    environment: &Environment,
    steps: &mut Vec<Step>,
) -> Option<()> {
    const STEP: &str = "TLS";
    let url = &profile.base_url;
    let port = url.port_or_known_default().unwrap_or(443);
    let target = Target::new(
        Protocol::Tls,
        &format!("{}:{port}", url.host_str().unwrap_or_default()),
    );
    let (Ok(target), "https", None) = (target, url.scheme(), client.hop()) else {
        steps.push(Step::new(
            STEP,
            Verdict::Skipped,
            "looked at with the sign-in",
        ));
        return Some(());
    };
    let settings = match probes::settings(profile, [], environment).await {
        Ok(settings) => settings,
        Err(why) => {
            steps.push(Step::fault(STEP, Trouble::Settings, why));
            return None;
        }
    };
    let finding = Prober::new(settings).probe(&target).await;
    let chain: Vec<_> = report::lines(&finding)
        .into_iter()
        .filter(|(name, _)| name.starts_with("chain"))
        .map(|(_, subject)| subject)
        .collect();
    let said = format!("{} Chain: {}", finding.sentence(), chain.join(" < "));
    let (step, goes_on) = match finding.grade() {
        Grade::Good => (Step::ok(STEP, said), Some(())),
        Grade::Warning => (Step::new(STEP, Verdict::Warning, said), Some(())),
        Grade::Bad | Grade::Unreachable => (Step::fault(STEP, Trouble::Unreachable, said), None),
    };
    steps.push(step);
    goes_on
}

async fn clock(client: &Client, steps: &mut Vec<Step>) -> Option<()> {
    const STEP: &str = "clock";
    let step = match client.skew(SystemTime::now).await {
        Ok(None) => Step::new(
            STEP,
            Verdict::Skipped,
            "the organisation's answers have no date",
        ),
        Ok(Some(skew)) if skew.by > MUCH => {
            let told = Cause::ClockApart.told().with("skew", apart(skew));
            Step::new(STEP, Verdict::Warning, told.to_string())
        }
        Ok(Some(skew)) => Step::ok(STEP, apart(skew)),
        Err(error) => return fault(STEP, &error, steps),
    };
    steps.push(step);
    Some(())
}

fn apart(skew: Skew) -> String {
    match skew.by.as_secs() {
        0 | 1 => "as the organisation's, to the second".to_owned(),
        seconds if skew.behind => format!("this machine is {seconds} s behind the organisation"),
        seconds => format!("this machine is {seconds} s ahead of the organisation"),
    }
}

async fn token(client: &Client, steps: &mut Vec<Step>) -> Option<()> {
    const STEP: &str = "token";
    match client.sign_in().await {
        Ok(scopes) => {
            let lacking = scopes.iter().flat_map(|scopes| cloud::lacking(scopes));
            let lacking: Vec<String> = lacking
                .map(|(what, scopes)| format!("{what}: {}", scopes.join(" ")))
                .collect();
            let said = scopes.map_or_else(
                || "granted; the organisation does not say for what".to_owned(),
                |scopes| format!("granted for {}", scopes.join(" ")),
            );
            steps.push(match lacking.as_slice() {
                _ if client.api() == Api::Platform => Step::ok(STEP, said),
                [] => Step::ok(STEP, said),
                some => {
                    let said = format!("{said}; it lacks, for {}", some.join("; for "));
                    Step::new(STEP, Verdict::Warning, said)
                }
            });
            Some(())
        }
        Err(error) => fault(STEP, &error, steps),
    }
}

/// A client may be made for less than registrations: these two faults end nothing.
async fn read_and_socket(client: &Client, steps: &mut Vec<Step>) {
    let (read, socket) = ("read", "socket");
    let of = match client.api() {
        Api::Direct => "users",
        Api::Platform => "phones",
    };
    let someone = match client.sample().await {
        Ok((total, someone)) => {
            let total = total.map_or("a page of".to_owned(), |total| total.to_string());
            steps.push(Step::ok(read, format!("{total} {of}")));
            someone
        }
        Err(error) => {
            fault(read, &error, steps);
            steps.push(Step::new(socket, Verdict::Skipped, "not reached"));
            return;
        }
    };
    match client.sample_socket(someone).await {
        Ok(Some(open)) => steps.push(Step::ok(socket, crate::cloud::security(&open))),
        Ok(None) => {
            let said = "not opened: others need what there is";
            steps.push(Step::new(socket, Verdict::Skipped, said));
        }
        Err(error) => {
            fault(socket, &error, steps);
        }
    }
}

fn limits(client: &Client, steps: &mut Vec<Step>) {
    let budget = client.budget();
    let allowed = budget
        .allowed
        .map_or("no limit".to_owned(), |allowed| format!("of {allowed}"));
    let said = format!("{} requests {allowed} in this minute", budget.used);
    steps.push(Step::ok("limits", said));
}

fn fault(step: &'static str, error: &Error, steps: &mut Vec<Step>) -> Option<()> {
    steps.push(Step::fault(step, error.trouble(), error.to_string()));
    None
}

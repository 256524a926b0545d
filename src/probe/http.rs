//! The HTTP health probe: one GET, whose status is the answer; the body is not read.

use std::error::Error;
use std::io;

use reqwest::Response;
use reqwest::header::LOCATION;

use super::trust::Trust;
use super::{Deadline, tls};
use crate::cause::{Cause, below, said};
use crate::model::finding::{Http, ProbeOutcome, Target, TlsVerdict};

/// Asks a URL for its status.
pub(super) async fn probe(target: &Target, trust: &Trust, until: Deadline) -> ProbeOutcome {
    let at = format!("HTTP probe of {}", target.address());
    let client = match trust.http().await {
        Ok(client) => client,
        Err(why) => return ProbeOutcome::unreachable(format!("{at}: {why}")),
    };
    match until.wait(client.get(target.address()).send()).await {
        Ok(Ok(answer)) => ProbeOutcome::Http(http(&answer)),
        Ok(Err(error)) => match reason(target, &error) {
            (TlsVerdict::Unreachable, why) => ProbeOutcome::unreachable(format!("{at}: {why}")),
            (_, why) => ProbeOutcome::refused(format!("{at}: {why}")),
        },
        Err(slow) => {
            let seconds = format!("{:.1}", slow.0.as_secs_f64());
            let told = Cause::ServiceTooSlow.told().with("seconds", seconds);
            ProbeOutcome::unreachable(format!("{at}: {told}"))
        }
    }
}

fn http(answer: &Response) -> Http {
    let location = answer.headers().get(LOCATION);
    Http {
        status: answer.status().as_u16(),
        version: format!("{:?}", answer.version()).into(),
        peer: answer.remote_addr(),
        location: location.map(|to| String::from_utf8_lossy(to.as_bytes()).into()),
    }
}

/// Finds what a person can act on below the HTTP library's own error, and whether anybody was there.
fn reason(target: &Target, error: &reqwest::Error) -> (TlsVerdict, String) {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(link) = next {
        if let Some(tls) = link.downcast_ref() {
            return tls::broken(target, tls);
        }
        let io: Option<&io::Error> = link.downcast_ref();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            let told = Cause::PeerRefused.told().with("at", target.address());
            return (TlsVerdict::Unreachable, told.to_string());
        }
        next = below(link);
    }
    let told = Cause::ConnectionBroken.told().with("said", said(error));
    (TlsVerdict::Unreachable, told.to_string())
}

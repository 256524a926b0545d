//! The HTTP health probe: one GET, whose status is the answer; the body is not read.

use std::error::Error;
use std::io;

use reqwest::header::LOCATION;

use super::connect::SHOWN;
use super::trust::Trust;
use super::{Deadline, tls};
use crate::cloud::unreachable::cause;
use crate::model::finding::{Http, Outcome, Target};
use crate::text::fit;

/// Asks a URL for its status.
pub(super) async fn probe(target: &Target, trust: &Trust, until: Deadline) -> Outcome {
    match ask(target, trust, until).await {
        Ok(http) => Outcome::Http(http),
        Err(why) => Outcome::unreachable(format!("HTTP probe of {}: {why}", target.address())),
    }
}

async fn ask(target: &Target, trust: &Trust, until: Deadline) -> Result<Http, String> {
    let client = trust.http().await?;
    let answer = until
        .wait(client.get(target.address()).send())
        .await
        .map_err(|slow| format!("{slow}. The service or the way to it is slow or stalled."))?
        .map_err(|error| reason(target, &error))?;
    Ok(Http {
        status: answer.status().as_u16(),
        version: format!("{:?}", answer.version()).into(),
        peer: answer.remote_addr(),
        location: answer
            .headers()
            .get(LOCATION)
            .map(|to| String::from_utf8_lossy(to.as_bytes()).into()),
    })
}

/// Finds what a person can act on below the HTTP library's own error.
fn reason(target: &Target, error: &reqwest::Error) -> String {
    let mut deepest: &(dyn Error + 'static) = error;
    while let Some(link) = cause(deepest) {
        if let Some(tls) = link.downcast_ref() {
            return tls::broken(target, tls);
        }
        let io: Option<&io::Error> = link.downcast_ref();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return "the connection was refused: nothing listens there, or a firewall rejects it."
                .to_owned();
        }
        deepest = link;
    }
    format!(
        "the request failed ({}). Check the URL and the network.",
        fit(&deepest.to_string(), SHOWN)
    )
}

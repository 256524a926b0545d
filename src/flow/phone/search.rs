//! Looking for phones: one whose request got no answer, one that stands in the way, one that nobody followed to its end.

use std::time::Duration;

use super::job::Job;
use crate::cloud::{Client, Error, Urgency};
use crate::flow::{Failure, Run};
use crate::model::UserId;
use crate::model::flow::Outcome;
use crate::model::job::JobKey;
use crate::model::softphone::Softphone;
use crate::model::softphone::found::{Phone, Station};
use crate::text::Text;

/// What to look at when it is not known whether a phone was made.
pub(super) const CHECK: &str =
    "Look for the phone's name among the organisation's phones before it is asked for again.";

/// Looks for a phone whose request got no answer this often, so far apart.
const LOOKS: u32 = 3;
const AGAIN: Duration = Duration::from_secs(2);

/// Phones that a sentence names.
const NAMED: usize = 3;

/// The browser phones of a person, as they are now.
pub(super) async fn softphones(client: &Client, user: &UserId) -> Result<Vec<Phone>, Error> {
    let platform = client.platform()?;
    platform.softphones_of(user, Urgency::Reread).await
}

/// The stations of a person, as they are now.
pub(super) async fn stations(client: &Client, user: &UserId) -> Result<Vec<Station>, Error> {
    let platform = client.platform()?;
    platform.stations_of(user, Urgency::Reread).await
}

/// Looks for the phone of a request that got no answer.
pub(super) async fn lost(run: &Run<'_>, wanted: &Softphone) -> Result<Phone, Failure> {
    let mut doing = run.begin("reconcile", wanted.name.as_str());
    let user = wanted.user();
    for look in 1..=LOOKS {
        let read = softphones(&run.kit.client, &user);
        match run.unless_stopped(read).await? {
            Ok(phones) => {
                let ours = |phone: &Phone| phone.name.raw() == wanted.name;
                if let Some(phone) = phones.into_iter().find(ours) {
                    doing.done(format!("found {}", phone.id));
                    return Ok(phone);
                }
                doing.note(format!("not among the phones yet, look {look} of {LOOKS}"));
            }
            Err(error) => {
                doing.failed(error.to_string());
                return Err(Failure::unknown(error.to_string(), CHECK));
            }
        }
        if look < LOOKS {
            run.unless_stopped(tokio::time::sleep(AGAIN)).await?;
        }
    }
    let why = format!(
        "no phone of {user} is called {}: the request most likely did not arrive.",
        Text::from(wanted.name.as_str())
    );
    doing.failed(why.clone());
    Err(Failure::unknown(why, CHECK))
}

/// A conflict says little: what stands in the way is looked up, phones whose record is deleted included.
pub(super) async fn in_the_way(run: &Run<'_>, wanted: &Softphone, failure: Failure) -> Failure {
    if !matches!(failure.http, Some(400 | 409)) {
        return failure;
    }
    let client = &run.kit.client;
    let doing = run.begin("look", wanted.name.as_str());
    let found: Result<Vec<Phone>, Error> = async {
        let mut phones = client
            .platform()?
            .softphones_named(&wanted.name, Urgency::Reread)
            .await?;
        for phone in softphones(client, &wanted.user()).await? {
            if !phones.contains(&phone) {
                phones.push(phone);
            }
        }
        Ok(phones)
    }
    .await;
    let why = match found {
        Ok(phones) if phones.is_empty() => {
            doing.done("nothing stands in the way");
            return failure;
        }
        Ok(phones) => there(&phones.iter().collect::<Vec<_>>()),
        Err(error) => {
            doing.failed(error.to_string());
            return failure;
        }
    };
    doing.done(why.clone());
    Failure {
        why: format!("{} {why}", failure.why.raw()).into(),
        ..failure
    }
}

/// What is there already, in a sentence.
pub(super) fn there(phones: &[&Phone]) -> String {
    let told: Vec<String> = phones
        .iter()
        .take(NAMED)
        .map(|phone| {
            let state = phone.state.as_ref().filter(|state| state.raw() != "active");
            let state = state.map_or_else(String::new, |state| format!(", in state {state}"));
            let whose = phone.user.as_ref();
            let whose = whose.map_or_else(String::new, |user| format!(" of {user}"));
            format!("{}{whose} ({}{state})", phone.name, phone.id)
        })
        .collect();
    let more = phones.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("There is already the phone {}{more}.", told.join(", "))
}

/// Looks what became of a provisioning that nobody followed to its end: it reads, and sends nothing.
pub(in crate::flow) async fn resume(run: &Run<'_>, key: JobKey, name: &Text) -> Outcome {
    let job = Job::new(run, key);
    let doing = run.begin("look", name.clone());
    let read = async {
        let platform = run.kit.client.platform()?;
        platform.softphones_named(name.raw(), Urgency::Reread).await
    };
    let found = match run.unless_stopped(read).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            doing.failed(error.to_string());
            let failure = Failure::unknown(error.to_string(), CHECK);
            job.doubted(&failure);
            return failure.into();
        }
        Err(failure) => return failure.into(),
    };
    let Some(phone) = found.into_iter().next() else {
        let why = format!("no phone is called {name}: the request most likely did not arrive.");
        doing.failed(why.clone());
        let failure = Failure::unknown(why, CHECK);
        job.doubted(&failure);
        return failure.into();
    };
    doing.done(format!("found {}", phone.id));
    let seated = seated(run, &phone).await;
    job.ended(&phone, seated)
}

/// Whether the person of a phone sits at its station.
async fn seated(run: &Run<'_>, phone: &Phone) -> Result<String, Failure> {
    let Some(user) = &phone.user else {
        return Err(Failure::refused("it is not assigned to a user."));
    };
    let stations = stations(&run.kit.client, user).await;
    let stations = stations.map_err(|error| Failure::unknown(error.to_string(), CHECK))?;
    match stations.iter().find(|station| station.of(&phone.lines)) {
        Some(station) if station.seats(user) => Ok(format!("{} assigned to {user}", station.name)),
        Some(station) => Err(Failure::refused(format!(
            "{user} does not sit at its station {}: associate it from the phone's row.",
            station.name
        ))),
        None => Err(Failure::refused("it has no station.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_already_is_told_with_its_state() {
        let phone = |id: &str, state: &str| Phone {
            id: id.into(),
            name: "webrtc-ana".into(),
            user: Some("u-1".into()),
            state: Some(state.into()),
            lines: Vec::new(),
        };
        let (one, gone) = (phone("p-1", "active"), phone("p-2", "deleted"));
        assert_eq!(
            there(&[&one, &gone]),
            "There is already the phone webrtc-ana of u-1 (p-1), webrtc-ana of u-1 (p-2, in state deleted)."
        );
        let many: Vec<&Phone> = std::iter::repeat_n(&one, 5).collect();
        assert!(there(&many).ends_with("and 2 more."));
    }
}

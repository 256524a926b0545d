//! Making a phone: look at what it is made from and whether it is there already, ask for it, seat its person.

use super::job::Job;
use super::search::{CHECK, in_the_way, lost, softphones, there};
use super::seat::seat;
use crate::cloud::platform::softphones::made as read_made;
use crate::cloud::{Answer, Urgency};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::flow::Outcome;
use crate::model::job::JobKey;
use crate::model::payload;
use crate::model::softphone::Softphone;
use crate::model::softphone::found::Phone;
use crate::text::Text;

/// Makes a phone and seats its person there.
pub(super) async fn create(run: &Run<'_>, wanted: &Softphone) -> Outcome {
    let made = async {
        base(run, wanted).await?;
        not_there(run, wanted).await?;
        submit(run, wanted).await
    };
    match made.await {
        Ok((job, phone)) => {
            let seated = seat(run, wanted, &phone).await;
            job.ended(&phone, seated)
        }
        Err(failure) => failure.into(),
    }
}

/// The phone base is one of WebRTC phones and has that line base, or nothing is sent.
async fn base(run: &Run<'_>, wanted: &Softphone) -> Result<(), Failure> {
    let doing = run.begin("base", wanted.phone_base_settings.as_str());
    let client = &run.kit.client;
    let read = async {
        let base = &wanted.phone_base_settings;
        client.platform()?.phone_base(base, Urgency::Reread).await
    };
    let wrong = match run.unless_stopped(read).await? {
        Ok(Some(base)) => {
            let line = Text::from(wanted.line_base_settings.as_str());
            if base.lines.is_empty() || base.lines.contains(&line) {
                doing.done(base.name);
                return Ok(());
            }
            format!("{line} is no line base of the phone base {}.", base.name)
        }
        Ok(None) => format!(
            "{} is no phone base of WebRTC phones.",
            Text::from(wanted.phone_base_settings.as_str())
        ),
        Err(error) => error.to_string(),
    };
    doing.failed(wrong.clone());
    Err(Failure::not_sent(format!("{wrong} Nothing was sent.")))
}

/// No phone of that person has that name yet: one that is found later is then ours.
async fn not_there(run: &Run<'_>, wanted: &Softphone) -> Result<(), Failure> {
    let doing = run.begin("look", wanted.name.as_str());
    let user = wanted.user();
    let read = softphones(&run.kit.client, &user);
    let known = match run.unless_stopped(read).await? {
        Ok(known) => known,
        Err(error) => {
            doing.failed(error.to_string());
            let why = format!("{error} Nothing was sent.");
            return Err(Failure::not_sent(why));
        }
    };
    if let Some(phone) = known.iter().find(|phone| phone.name.raw() == wanted.name) {
        let why = format!("{} Nothing was sent.", there(&[phone]));
        doing.failed(why.clone());
        return Err(Failure::not_sent(why));
    }
    doing.done(match known.len() {
        0 => format!("{user} has no WebRTC phone yet"),
        n => format!("{user} has {n} of other names"),
    });
    Ok(())
}

/// Asks for the phone. One whose request got no answer is looked for, and never asked for again.
async fn submit<'a>(run: &'a Run<'a>, wanted: &Softphone) -> Result<(Job<'a>, Phone), Failure> {
    let write = wanted
        .write()
        .map_err(|faults| Failure::not_sent(payload::sentence(&faults)))?;
    let mut job = None;
    let begins = |id: &str| {
        let row = Job::new(run, JobKey(Text::from(id)));
        row.submitting(wanted.name.as_str().into());
        job = Some(row);
    };
    let outcome = run.commit(write, CHECK, begins, taken).await;
    let Some(job) = job else {
        // It never began: there is no row to tell of.
        return Err(outcome
            .err()
            .unwrap_or_else(|| Failure::not_sent("nothing was sent")));
    };
    match outcome {
        Ok((phone, attempts)) => {
            job.attempts(attempts);
            job.made(&phone);
            Ok((job, phone))
        }
        Err(failure) if failure.fate == Fate::Unknown => {
            job.doubted(&failure);
            let phone = lost(run, wanted).await?;
            job.made(&phone);
            Ok((job, phone))
        }
        Err(failure) => {
            let failure = in_the_way(run, wanted, failure).await;
            job.refused(&failure);
            Err(failure)
        }
    }
}

fn taken(answer: &Answer) -> Result<Done<(Phone, u32)>, String> {
    let phone = read_made(&answer.body)?;
    let mut done = Done::plain((phone, answer.attempts));
    done.note
        .insert("phoneId".into(), done.value.0.id.raw().into());
    Ok(done)
}

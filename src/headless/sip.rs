//! `trunkline sip`: the SIP ladder of a call, printed, or its trace in a file.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use jiff::tz::TimeZone;

use super::{Exit, login, print, say};
use crate::app::perform;
use crate::cli::sip::SipArgs;
use crate::cloud::{Client, Urgency};
use crate::config::Profile;
use crate::environment::Environment;
use crate::export::sip;
use crate::model::InteractionId;
use crate::model::sip::SipAsk;
use crate::text::{self, Text, grouped};
use crate::time::Clock;

/// Reads and prints; an error is one of the command line or of the configuration.
pub async fn ladder(
    profile: Profile,
    environment: Environment,
    args: SipArgs,
) -> Result<u8, String> {
    if !profile.api.capabilities().sip {
        return Err("SIP messages are not available from the API of this organisation: the Platform API has them".to_owned());
    }
    let client = match perform::client(&profile, &environment).await {
        Ok(client) => client,
        Err(problem) => {
            say(&problem.text.to_string());
            return Ok(Exit::from(problem.trouble) as u8);
        }
    };
    login::resume(&client).await;
    let asked = SipAsk {
        id: InteractionId(Text::from(args.conversation)),
        began: None,
        ended: None,
    };
    if let Some(path) = &args.save {
        return save(&client, &asked, path).await;
    }
    let read = async {
        let platform = client.platform()?;
        platform.sip_ladder(&asked, Urgency::Reread).await
    };
    let (ladder, faults) = match read.await {
        Ok(read) => read,
        Err(error) => {
            say(&error.to_string());
            return Ok(Exit::from(error.trouble()) as u8);
        }
    };
    let now = Clock::Real.now();
    let zone = profile.time_zone.unwrap_or(TimeZone::UTC);
    print(&if args.json {
        format!("{:#}\n", sip::json(&ladder, now, args.messages))
    } else {
        sip::text(&ladder, now, &zone, args.messages)
    })?;
    for fault in &faults {
        say(&format!("not everything could be used: {fault}"));
    }
    if ladder.left_out > 0 {
        say(&format!("{} more messages were left out", ladder.left_out));
    }
    let whole = faults.is_empty() && ladder.left_out == 0;
    Ok(if whole { Exit::Ok } else { Exit::Partial } as u8)
}

/// Has the trace collected and writes it to a new file that only its owner reads: SIP has numbers and names in it. The file is made
/// first, so that nothing is collected that has no place, and taken away again where nothing comes.
async fn save(client: &Client, asked: &SipAsk, path: &Path) -> Result<u8, String> {
    let shown = text::safe(&path.to_string_lossy()).into_owned();
    let failed = |error: std::io::Error| format!("writing {shown}: {error}. Name another file.");
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = made.map_err(failed)?;
    let got = async {
        let platform = client.platform()?;
        platform.sip_trace(asked, Urgency::Reread).await
    };
    let trace = match got.await {
        Ok(trace) => trace,
        Err(error) => {
            drop(file);
            // It is ours, and empty.
            let _ = std::fs::remove_file(path);
            say(&error.to_string());
            return Ok(Exit::from(error.trouble()) as u8);
        }
    };
    let written = file.write_all(&trace).and_then(|()| file.sync_all());
    written.map_err(failed)?;
    let kind = sip::capture(&trace).unwrap_or("no PCAP by its first bytes");
    print(&format!(
        "{shown}: {} bytes, {kind}\n",
        grouped(trace.len())
    ))?;
    Ok(Exit::Ok as u8)
}

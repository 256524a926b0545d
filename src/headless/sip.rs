//! `trunkline sip`: the SIP ladder of a call, printed.

use jiff::tz::TimeZone;

use super::{Exit, login, print, say};
use crate::app::perform;
use crate::cli::sip::SipArgs;
use crate::cloud::Urgency;
use crate::config::Profile;
use crate::environment::Environment;
use crate::export::sip;
use crate::model::InteractionId;
use crate::model::sip::SipAsk;
use crate::text::Text;
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

//! A person's WebRTC phone from a file, where that is what is provisioned (Platform API).

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::submit;
use crate::app::perform;
use crate::cli::write::ProvisionArgs;
use crate::cloud::Urgency;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::{Order, phone};
use crate::form;
use crate::headless::write::{agreed, faulty, kit, payload, review, review_json};
use crate::headless::{Exit, print, say};
use crate::model::softphone::Softphone;

/// Checks, shows, asks, sends; an error is one of the command line or of this machine.
pub(super) async fn provision(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    args: ProvisionArgs,
) -> Result<u8, String> {
    let Some(file) = &args.file else {
        return template(&profile, &environment).await;
    };
    let wanted = match form::softphone::judge(&payload(file)?) {
        Ok(wanted) => wanted,
        Err(faults) => return Ok(faulty(&faults)),
    };
    let name = profile.name.clone();
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    // What the file leaves to the organisation is filled in before it is shown: what is shown is what is sent.
    let wanted = if wanted.line_base_settings.is_empty() {
        let base = async {
            let platform = kit.client.platform()?;
            let base = &wanted.phone_base_settings;
            platform.phone_base(base, Urgency::Reread).await
        };
        match base.await {
            Ok(base) => wanted.completed(&base.into_iter().collect()),
            Err(error) => {
                say(&error.to_string());
                return Ok(Exit::from(error.trouble()) as u8);
            }
        }
    } else {
        wanted
    };
    let write = match wanted.write() {
        Ok(write) => write,
        Err(faults) => return Ok(faulty(&faults)),
    };
    let request = kit.client.request(write).map_err(|e| e.to_string())?;
    if !args.write.json {
        print(&review(&request))?;
        say(&afterwards(&wanted));
    }
    if args.write.dry_run {
        if args.write.json {
            let shown = json!({ "dryRun": true, "request": review_json(&request) });
            print(&format!("{shown}\n"))?;
        }
        return Ok(Exit::Ok as u8);
    }
    let question = format!("Provision {}?", request.write().subject);
    if !agreed(&args.write, &question)? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::Phone(phone::PhoneOrder::Create(Box::new(wanted)));
    // The flow is large, and most ends of this function never get to it.
    Box::pin(submit(&kit, order, &state_dir, &name, args.write.json)).await
}

/// What follows the request that is shown.
fn afterwards(wanted: &Softphone) -> String {
    let mut steps = vec!["then, once it has its station:"];
    if wanted.take_over {
        steps.push("the user assigned to it is disassociated;");
    }
    steps.push("its user is assigned to it");
    steps.push(if wanted.set_default {
        "and it becomes their default station"
    } else {
        "and their default station stays"
    });
    steps.join(" ")
}

/// Prints a phone that lacks nothing but its person and its name.
async fn template(profile: &Profile, environment: &Environment) -> Result<u8, String> {
    let read = async {
        let client = perform::client(profile, environment)
            .await
            .map_err(|problem| (Exit::from(problem.trouble), problem.text.to_string()))?;
        crate::headless::login::resume(&client).await;
        let premises = async { client.platform()?.premises(Urgency::Reread).await }.await;
        premises.map_err(|error| (Exit::from(error.trouble()), error.to_string()))
    };
    let premises = match read.await {
        Ok(premises) => premises,
        Err((exit, why)) => {
            say(&why);
            return Ok(exit as u8);
        }
    };
    let mut draft = Softphone::draft(&premises);
    draft.name = jiff::Timestamp::now()
        .strftime("webrtc-%Y%m%d-%H%M%S")
        .to_string();
    let json = serde_json::to_string_pretty(&draft).map_err(|error| error.to_string())?;
    print(&format!("{json}\n"))?;
    Ok(Exit::Ok as u8)
}

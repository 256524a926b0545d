//! `trunkline alert test`: whether a target of the profile takes alerts.

use super::{Exit, print, say};
use crate::alert::Parcel;
use crate::app::perform;
use crate::cli::alert::AlertCommand;
use crate::config::Profile;
use crate::environment::Environment;
use crate::model::alert::Leg;
use crate::text::{Text, safe};
use crate::time::Clock;

/// Carries out a command; an error is one of the command line.
pub async fn run(
    profile: Profile,
    environment: Environment,
    command: AlertCommand,
) -> Result<u8, String> {
    let AlertCommand::Test { target: name } = command;
    let targets = &profile.alerts.targets;
    let Some(target) = targets.iter().find(|target| target.name == name) else {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        let known = match names.as_slice() {
            [] => "it has none".to_owned(),
            names => format!("it has {}", names.join(", ")),
        };
        return Err(format!(
            "profile {} has no alert target {:?}: {known}",
            safe(&profile.name),
            safe(&name)
        ));
    };
    let fails = |leg: &str, why: &Text| {
        say(&format!("{name}: {leg} was not delivered: {why}"));
        Ok(Exit::Bad as u8)
    };
    let receiver = match perform::receiver(&profile, target, &environment).await {
        Ok(receiver) => receiver,
        Err(why) => return fails("the test alert", &why),
    };
    let began = Clock::Real.now();
    for (leg, words) in [(Leg::Raise, "the test alert"), (Leg::Resolve, "its end")] {
        let now = Clock::Real.now();
        let parcel = Parcel::test(Text::from(name.as_str()), leg, (began, now));
        let retrying = |failed, why| say(&format!("attempt {failed} failed: {why}"));
        if let Err(why) = receiver.deliver(&parcel, retrying).await {
            return fails(words, &why);
        }
    }
    print(&format!(
        "delivered to {name} ({}): a test alert and its end\n",
        target.kind()
    ))?;
    Ok(Exit::Ok as u8)
}

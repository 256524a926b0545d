//! `trunkline provision`: an endpoint or a phone from a file, checked and sent as the console does it.

mod apply;
mod softphone;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::write::{
    Recording, agreed, carry_out, exit, kit, named, payload, print_outcome, review, review_json,
};
use super::{Exit, print, say};
use crate::app::perform;
use crate::cli::write::{ApplyArgs, ProvisionArgs, ProvisionCommand};
use crate::cloud::Urgency;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::{FlowNews, Kit, Order};
use crate::flow::{book, provision};
use crate::form;
use crate::model::api::Api;
use crate::model::finding::Grade;
use crate::model::flow::FlowId;
use crate::model::job::Job;
use crate::model::payload::Fault;
use crate::model::provision::Provision;
use crate::model::write::WriteKind;

/// Checks, shows, asks, submits; an error is one of the command line or of this machine.
pub async fn provision(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    args: ProvisionArgs,
) -> Result<u8, String> {
    if let Some(ProvisionCommand::Apply(args)) = &args.command {
        return apply(profile, environment, state_dir, args).await;
    }
    if !profile.api.capabilities().endpoint_jobs {
        return softphone::provision(profile, environment, state_dir, args).await;
    }
    let Some(file) = &args.file else {
        return template(&profile, &environment).await;
    };
    let json = payload(file)?;
    let name = profile.name.clone();
    let record = Recording {
        state_dir: &state_dir,
        profile: &name,
        environment: &environment,
    };
    let refused =
        |faults: &[Fault]| record.faulty(WriteKind::Provision, &named(&json), &args.write, faults);
    let body = match form::provision::judge(&json) {
        Ok(body) => body,
        Err(faults) => return Ok(refused(&faults)),
    };
    let write = match provision::write(&body) {
        Ok(write) => write,
        Err(faults) => return Ok(refused(&faults)),
    };
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    let request = kit.client.request(write).map_err(|e| e.to_string())?;
    let (around, unread) = provision::surroundings(&kit).await;
    for said in around.said(&body) {
        let word = if said.bad { "warning: " } else { "" };
        say(&format!("{word}{}: {}", said.path, said.sentence));
    }
    if let Some(doubt) = body.doubt() {
        say(&format!("warning: codecPreferences: {doubt}"));
    }
    if !args.write.json {
        print(&review(&request))?;
    }
    if args.write.dry_run {
        let proven = proven(&kit, &body).await;
        if args.write.json {
            let shown = json!({ "dryRun": true, "request": review_json(&request) });
            print(&format!("{shown}\n"))?;
        }
        // A rehearsal that could not look has shown nothing.
        return Ok(unread.map_or(proven?, Exit::from) as u8);
    }
    if !agreed(
        &args.write,
        &format!("Provision {}?", request.write().subject),
    )? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::Provision {
        body: Box::new(body),
        follow: args.wait,
    };
    submit(&kit, order, &state_dir, &name, args.write.json).await
}

/// Makes the endpoints of a folder that are missing.
async fn apply(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    args: &ApplyArgs,
) -> Result<u8, String> {
    if !profile.api.capabilities().endpoint_jobs {
        return Err("the API of this organisation has no endpoints to provision: it has phones, which trunkline provision -f makes one by one".into());
    }
    let bodies = match apply::read(&args.folder)? {
        Ok(bodies) => bodies,
        Err(code) => return Ok(code),
    };
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    apply::apply(&kit, &state_dir, bodies, args).await
}

/// Carries out an order, keeps its job for the console, and tells its end.
async fn submit(
    kit: &Kit,
    order: Order,
    state_dir: &Path,
    profile: &str,
    json: bool,
) -> Result<u8, String> {
    let ran = carry_out(kit, FlowId::default(), order, json).await?;
    let job = job(&ran.news);
    if let Some(job) = &job
        && let Err(error) = book::keep(state_dir, profile, std::slice::from_ref(job))
    {
        say(&error.to_string());
    }
    if json {
        print_outcome(&ran.outcome, job_json(job.as_ref()))?;
    } else {
        say(&ran.outcome.to_string());
    }
    Ok(exit(&ran.outcome) as u8)
}

/// Prints what is provisioned, by the API of the profile; the forms have the same fields from the same places.
pub fn fields() -> Result<u8, String> {
    for (api, spec) in [
        (Api::Direct, &form::provision::SPEC),
        (Api::Platform, &form::softphone::SPEC),
    ] {
        let table = spec.table();
        print(&format!("{} (api = \"{api}\")\n\n{table}\n", spec.title))?;
    }
    Ok(Exit::Ok as u8)
}

/// Probes what a submit would probe, for a dry run: everything of a submit but the request.
async fn proven(kit: &Kit, body: &Provision) -> Result<Exit, String> {
    let prober = kit.prober.as_ref().map_err(ToString::to_string)?;
    let mut worst = Grade::Good;
    for (field, target) in body.probes() {
        let finding = prober.probe(&target).await;
        say(&format!("{field}: {}", finding.sentence()));
        worst = worst.min(finding.grade());
    }
    Ok(if worst <= Grade::Bad {
        Exit::Bad
    } else {
        Exit::Ok
    })
}

/// Prints an endpoint that could be submitted as it is.
async fn template(profile: &Profile, environment: &Environment) -> Result<u8, String> {
    let edge = match edge(profile, environment).await {
        Ok(edge) => edge,
        Err((exit, why)) => {
            say(&format!(
                "{why} Or name the edges in provisioning.edges of the profile."
            ));
            return Ok(exit as u8);
        }
    };
    let name = jiff::Timestamp::now()
        .strftime("webrtc-%Y%m%d-%H%M%S")
        .to_string();
    let turn = profile.probes.turn.iter().map(|account| &account.server);
    let body = Provision::draft(name, edge, &profile.probes.stun, turn);
    let json = serde_json::to_string_pretty(&body).map_err(|error| error.to_string())?;
    print(&format!("{json}\n"))?;
    Ok(Exit::Ok as u8)
}

/// The first edge of the profile, or of the organisation.
async fn edge(profile: &Profile, environment: &Environment) -> Result<String, (Exit, String)> {
    if let Some(edge) = profile.provisioning.edges.first() {
        return Ok(edge.clone());
    }
    let client = perform::client(profile, environment)
        .await
        .map_err(|problem| (Exit::from(problem.trouble), problem.text.to_string()))?;
    super::login::resume(&client).await;
    let edges = client
        .edges(Urgency::Reread)
        .await
        .map_err(|error| (Exit::from(error.trouble()), error.to_string()))?;
    let first = edges.first().map(|edge| edge.id.raw().to_owned());
    first.ok_or_else(|| {
        let why = "the organisation lists no edges.".to_owned();
        (Exit::Bad, why)
    })
}

/// The row of the job, as far as the flow told of one.
fn job(news: &[FlowNews]) -> Option<Job> {
    let mut row: Option<Job> = None;
    for item in news {
        if let FlowNews::Job(key, event) = item {
            row.get_or_insert_with(|| Job::new(key.clone()))
                .apply(event.clone());
        }
    }
    row
}

/// What the job came to; nulls where nothing was submitted.
fn job_json(job: Option<&Job>) -> Value {
    let made = job.map(|job| &job.results).into_iter().flatten();
    json!({
        "jobId": job.and_then(|job| Some(job.id.as_ref()?.raw())),
        "results": made.map(|made| json!({ "id": made.id, "name": made.name })).collect::<Vec<_>>(),
        "attempts": job.map_or(0, |job| job.attempts),
    })
}

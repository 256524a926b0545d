//! `provision apply`: a folder of files as the endpoints that there are to be.
//!
//! The organisation's API makes endpoints and has no call that lists, changes or deletes one: what was provisioned from here is
//! known by its jobs, a file that says otherwise since is told as drift, and only what is missing is made.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{job, job_json, proven};
use crate::cli::write::{ApplyArgs, WriteArgs};
use crate::flow::{Kit, Order, book, provision};
use crate::form;
use crate::headless::write::{agreed, carry_out, exit, faulty, files, payload};
use crate::headless::{Exit, print, say};
use crate::kind::endpoints::{EndpointLine, of_jobs};
use crate::model::flow::FlowId;
use crate::model::job::Phase;
use crate::model::payload::Fault;
use crate::model::provision::{Provision, Surroundings};
use crate::store::jobs::Jobs;
use crate::text::safe;
use crate::vocabulary::problem::Trouble;

/// What is to become of one file's endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// There is none of the name: it is made.
    Create,
    /// It was made as the file says.
    Same,
    /// It was made, and the file says something else since.
    Drift(Vec<String>),
    /// Nothing can be said or done: why.
    Left(String),
}

impl Standing {
    const fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Same => "same",
            Self::Drift(_) => "drift",
            Self::Left(_) => "left",
        }
    }
}

struct Item {
    file: PathBuf,
    body: Provision,
    standing: Standing,
}

/// Reads the folder, compares, shows, asks, makes what is missing.
pub(super) async fn apply(
    kit: &Kit,
    state_dir: &Path,
    bodies: Vec<(PathBuf, Provision)>,
    args: &ApplyArgs,
) -> Result<u8, String> {
    let held = book::read(state_dir, &kit.profile.name).map_err(|error| error.to_string())?;
    let mut jobs = Jobs::default();
    jobs.restore(held.records);
    let known = of_jobs(jobs.newest_first());
    let (around, unread) = provision::surroundings(kit).await;
    for (_, why) in &around.unread {
        say(&format!("warning: {why}"));
    }
    let items: Vec<Item> = bodies
        .into_iter()
        .map(|(file, body)| Item {
            standing: standing(&body, &known, &around),
            file,
            body,
        })
        .collect();
    let named = |line: &&EndpointLine<'_>| {
        let name = line.row.job.name.raw();
        items.iter().any(|item| item.body.name == name)
    };
    let others = known.iter().filter(|line| !named(line)).count();
    carry(kit, state_dir, &items, (others, unread), args).await
}

/// Shows the plan, asks, and makes what is missing, one after the other: each is an endpoint of its own.
async fn carry(
    kit: &Kit,
    state_dir: &Path,
    items: &[Item],
    (others, unread): (usize, Option<Trouble>),
    args: &ApplyArgs,
) -> Result<u8, String> {
    let WriteArgs { json, dry_run, .. } = args.write;
    let missing = || {
        items
            .iter()
            .filter(|item| item.standing == Standing::Create)
    };
    let to_do = missing().count();
    let settled = |standing: &Standing| matches!(standing, Standing::Create | Standing::Same);
    let mut worst = if items.iter().all(|item| settled(&item.standing)) {
        Exit::Ok
    } else {
        Exit::Bad
    };
    if args.plan || dry_run {
        // A plan that could not look says so.
        worst = worse(worst, unread.map_or(Exit::Ok, Exit::from));
    }
    if !json {
        print(&plan(items, others))?;
    }
    let mut done = Vec::new();
    let go = !args.plan && to_do > 0;
    if go && dry_run {
        for item in missing() {
            worst = worse(worst, proven(kit, &item.body).await?);
        }
    } else if go && agreed(&args.write, &format!("Provision {to_do} endpoints?"))? {
        for item in missing() {
            let order = Order::Provision {
                body: Box::new(item.body.clone()),
                follow: args.wait,
            };
            let ran = carry_out(kit, FlowId::default(), order, json).await?;
            let job = job(&ran.news);
            if let Some(job) = &job
                && let Err(error) =
                    book::keep(state_dir, &kit.profile.name, std::slice::from_ref(job))
            {
                say(&error.to_string());
            }
            let name = &item.body.name;
            if !json {
                say(&format!("{}: {}", safe(name), ran.outcome));
            }
            let mut end = job_json(job.as_ref());
            end["name"] = name.as_str().into();
            end["outcome"] = ran.outcome.word().into();
            end["message"] = ran.outcome.to_string().into();
            done.push(end);
            worst = worse(worst, exit(&ran.outcome));
        }
    }
    if json {
        print(&format!(
            "{}\n",
            json!({ "plan": plan_json(items), "done": done })
        ))?;
    }
    Ok(worst as u8)
}

/// What is unknown is worse than what is refused.
fn worse(worst: Exit, next: Exit) -> Exit {
    match (worst, next) {
        (worst, Exit::Ok) => worst,
        (Exit::Unreachable, _) => Exit::Unreachable,
        (_, next) => next,
    }
}

/// The endpoints of a folder; the inner error is an exit code, and what is wrong has been told.
pub(super) fn read(folder: &Path) -> Result<Result<Vec<(PathBuf, Provision)>, u8>, String> {
    let (mut bodies, mut faults) = (Vec::new(), Vec::new());
    let mut named: HashMap<String, String> = HashMap::new();
    for path in files(folder, "endpoint")? {
        let shown = safe(&path.to_string_lossy()).into_owned();
        match form::provision::judge(&payload(&path)?) {
            Ok(body) => {
                if let Some(other) = named.insert(body.name.clone(), shown.clone()) {
                    let message = format!("{other} has an endpoint of the same name");
                    faults.push(Fault::new(format!("{shown}: name"), message));
                }
                bodies.push((path, body));
            }
            Err(found) => faults.extend(
                found
                    .into_iter()
                    .map(|fault| Fault::new(format!("{shown}: {}", fault.path), fault.message)),
            ),
        }
    }
    if faults.is_empty() {
        return Ok(Ok(bodies));
    }
    Ok(Err(faulty(&faults)))
}

fn standing(body: &Provision, known: &[EndpointLine<'_>], around: &Surroundings) -> Standing {
    let ours = known
        .iter()
        .find(|line| line.row.job.name.raw() == body.name);
    match ours.map(|line| (line.row.job.phase(), line.body(), line.row.state())) {
        Some((Phase::Completed, Some(made), _)) => {
            let changes = changes(made, body);
            if changes.is_empty() {
                Standing::Same
            } else {
                Standing::Drift(changes)
            }
        }
        Some((Phase::Completed, None, _)) => Standing::Left(
            "it was provisioned from here, and what with was not kept by that version".to_owned(),
        ),
        Some((.., state)) => Standing::Left(format!("its job is {state}")),
        None => {
            let mut said = around.said(body).into_iter();
            let taken = said.find(|said| said.bad && said.path == "name");
            taken.map_or(Standing::Create, |said| Standing::Left(said.sentence))
        }
    }
}

/// What of a payload differs, a line a field: as it was provisioned, and as the file says.
fn changes(made: &Provision, wanted: &Provision) -> Vec<String> {
    // Text and numbers cannot fail to serialise.
    let fields = |body| match serde_json::to_value(body) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (made, wanted) = (fields(made), fields(wanted));
    let names = made
        .keys()
        .chain(wanted.keys().filter(|name| !made.contains_key(*name)));
    let shown = |value: Option<&Value>| {
        value.map_or("nothing".to_owned(), |value| {
            safe(&value.to_string()).into_owned()
        })
    };
    names
        .filter(|name| made.get(*name) != wanted.get(*name))
        .map(|name| {
            let (was, is) = (shown(made.get(name)), shown(wanted.get(name)));
            format!("{name}: {was} -> {is}")
        })
        .collect()
}

fn plan(items: &[Item], others: usize) -> String {
    let mut text = String::new();
    for item in items {
        let (word, name) = (item.standing.word(), safe(&item.body.name));
        let file = item.file.to_string_lossy();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{word:<7} {name}  ({})", safe(&file));
        match &item.standing {
            Standing::Drift(changes) => {
                for change in changes {
                    let _ = writeln!(text, "          {change}");
                }
            }
            Standing::Left(why) => {
                let _ = writeln!(text, "          {why}");
            }
            Standing::Create | Standing::Same => {}
        }
    }
    let count = |word: &str| {
        let same = items.iter().filter(|item| item.standing.word() == word);
        same.count()
    };
    let (create, same, drift, left) = (
        count("create"),
        count("same"),
        count("drift"),
        count("left"),
    );
    let _ = write!(
        text,
        "{create} to create, {same} the same, {drift} drifted, {left} left alone. "
    );
    if drift > 0 {
        text += "No call changes an endpoint: one that drifted is removed in the organisation's administration, and made again under another name. ";
    }
    text + &format!("{others} provisioned from here that no file names.\n")
}

fn plan_json(items: &[Item]) -> Vec<Value> {
    let item = |item: &Item| {
        let (changes, why) = match &item.standing {
            Standing::Drift(changes) => (changes.clone(), None),
            Standing::Left(why) => (Vec::new(), Some(why)),
            Standing::Create | Standing::Same => (Vec::new(), None),
        };
        json!({
            "file": item.file.to_string_lossy(), "name": item.body.name, "action": item.standing.word(),
            "changes": changes, "why": why,
        })
    };
    items.iter().map(item).collect()
}

//! `route apply`: a folder of files as desired state.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::deploy::{code, order};
use super::show::told;
use super::{Bodies, aimed, ending};
use crate::cli::write::WriteArgs;
use crate::flow::route::Ending;
use crate::flow::{Kit, Order};
use crate::headless::write::{agreed, carry_out, faulty};
use crate::headless::{Exit, print, say};
use crate::model::RouteId;
use crate::model::flow::FlowId;
use crate::model::payload::Fault;
use crate::model::route::{Kind, Known, Route, diff};
use crate::text::safe;

/// What is to become of one file's route.
struct Item {
    file: PathBuf,
    body: Route,
    existing: Option<Known>,
    changes: Vec<String>,
}

impl Item {
    fn word(&self) -> &'static str {
        match &self.existing {
            None => "create",
            Some(_) if self.changes.is_empty() => "same",
            Some(_) => "update",
        }
    }

    fn to_do(&self) -> bool {
        self.word() != "same"
    }
}

pub(super) async fn apply(
    kit: &Kit,
    bodies: Bodies,
    (plan_alone, note): (bool, Option<&str>),
    args: &WriteArgs,
) -> Result<u8, String> {
    let items = match items(kit, bodies).await {
        Ok(items) => items,
        Err(code) => return Ok(code),
    };
    let to_do = items.iter().filter(|item| item.to_do()).count();
    if !args.json {
        print(&plan(&items))?;
    }
    if plan_alone || to_do == 0 {
        if args.json {
            print(&format!(
                "{}\n",
                json!({ "plan": plan_json(&items), "done": [] })
            ))?;
        }
        return Ok(Exit::Ok as u8);
    }
    if !args.dry_run && !agreed(args, &format!("Deploy {to_do} of {} routes?", items.len()))? {
        return Ok(Exit::Ok as u8);
    }
    let (mut worst, mut done) = (Exit::Ok, Vec::new());
    let plan = plan_json(&items);
    for item in items.into_iter().filter(Item::to_do) {
        let name = item.body.name().to_owned();
        let order = order(item.existing.as_ref(), item.body, args.dry_run, note);
        let order = Order::Deploy(Box::new(order));
        let ran = carry_out(kit, FlowId::default(), order, args.json).await?;
        if !args.json {
            say(&format!("{name}: {}", ran.outcome));
        }
        let id = match ending(&ran.news) {
            Some(Ending::Deployed { known, .. }) => Some(known.id.raw().to_owned()),
            _ => None,
        };
        done.push(json!({
            "name": name, "outcome": ran.outcome.word(), "message": ran.outcome.to_string(), "id": id,
        }));
        // One that failed stops no other: each is a route of its own. What is worse than refused is unknown.
        worst = match (worst, code(&ran)) {
            (worst, Exit::Ok) => worst,
            (Exit::Unreachable, _) | (_, Exit::Unreachable) => Exit::Unreachable,
            (_, code) => code,
        };
    }
    if args.json {
        print(&format!("{}\n", json!({ "plan": plan, "done": done })))?;
    }
    Ok(worst as u8)
}

async fn items(kit: &Kit, bodies: Bodies) -> Result<Vec<Item>, u8> {
    let shown = |path: &Path| safe(&path.to_string_lossy()).into_owned();
    let clash = |path: &Path, field: &str, other: &Path| {
        let message = format!("{} has a route of the same {field}", shown(other));
        faulty(&[Fault::new(format!("{}: {field}", shown(path)), message)])
    };
    let mut named: HashMap<(Kind, String), PathBuf> = HashMap::new();
    let mut aims: HashMap<RouteId, PathBuf> = HashMap::new();
    let mut items = Vec::new();
    for body in bodies {
        let name = (body.route.kind(), body.route.name().to_owned());
        if let Some(other) = named.insert(name, body.path.clone()) {
            return Err(clash(&body.path, "name", &other));
        }
        let existing = aimed(kit, &body).await?;
        if let Some(known) = &existing
            && let Some(other) = aims.insert(known.id.clone(), body.path.clone())
        {
            return Err(clash(&body.path, "id", &other));
        }
        let changes = existing
            .as_ref()
            .map(|known| told(&diff::changes(&known.route, &body.route)));
        items.push(Item {
            file: body.path,
            body: body.route,
            existing,
            changes: changes.unwrap_or_default(),
        });
    }
    Ok(items)
}

fn plan(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        let file = item.file.to_string_lossy();
        let (word, name) = (item.word(), safe(item.body.name()));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{word:<7} {name}  ({})", safe(&file));
        for change in &item.changes {
            let _ = writeln!(text, "          {change}");
        }
    }
    let count = |word: &str| items.iter().filter(|item| item.word() == word).count();
    text + &format!(
        "{} to create, {} to update, {} the same. Routes that no file names are left alone.\n",
        count("create"),
        count("update"),
        count("same")
    )
}

fn plan_json(items: &[Item]) -> Vec<Value> {
    let item = |item: &Item| {
        json!({
            "file": item.file.to_string_lossy(), "kind": item.body.kind(), "name": item.body.name(), "action": item.word(),
            "id": item.existing.as_ref().map(|known| known.id.raw()), "changes": item.changes,
        })
    };
    items.iter().map(item).collect()
}

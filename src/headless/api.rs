//! `trunkline api`: any call of the organisation's API, under the token, the budget, the audit and the review of everything else.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::write::{carry_out, exit, kit, payload, review};
use super::{Exit, print, say};
use crate::cli::api::ApiArgs;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::{FlowNews, Kit, Order};
use crate::model::flow::{FlowId, Outcome};
use crate::model::raw::RawCall;
use crate::model::write::Write;

/// Carries out a call; an error is one of the command line or of this machine.
pub async fn api(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    args: ApiArgs,
) -> Result<u8, String> {
    let body = match args.file() {
        Some(file) => Some(payload(&file)?),
        None => args.data.clone(),
    };
    let call = RawCall::read(&args.method, &args.path, &args.query, body);
    let call = call.map_err(|fault| fault.to_string())?;
    if args.paginate && call.method.is_some() {
        return Err("--paginate reads: it goes with GET alone".into());
    }
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    match call.write() {
        None => read(&kit, &call, &args).await,
        Some(write) => send(&kit, call, write, &args).await,
    }
}

async fn read(kit: &Kit, call: &RawCall, args: &ApiArgs) -> Result<u8, String> {
    if args.dry_run {
        let query: Vec<String> = call
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        print(&format!("GET {}{mark}{}\n", call.shown(), query.join("&")))?;
        return Ok(Exit::Ok as u8);
    }
    if !args.paginate {
        return match kit.client.raw(call).await {
            Ok(body) => shown(&body).map(|()| Exit::Ok as u8),
            Err(error) => Ok(super::get::tell(error) as u8),
        };
    }
    let pages = match kit.client.raw_pages(call).await {
        Ok(Ok(pages)) => pages,
        Ok(Err(body)) => {
            say("the answer is no list of pages: it is printed as it is");
            return shown(&body).map(|()| Exit::Ok as u8);
        }
        Err(error) => return Ok(super::get::tell(error) as u8),
    };
    print(&format!("{:#}\n", Value::from(pages.entries)))?;
    match pages.lack {
        None => Ok(Exit::Ok as u8),
        Some(why) => {
            say(&format!("not every page could be read: {why}"));
            Ok(Exit::Partial as u8)
        }
    }
}

async fn send(kit: &Kit, call: RawCall, write: Write, args: &ApiArgs) -> Result<u8, String> {
    let request = match kit.client.request(write) {
        Ok(request) => request,
        Err(error) => return Ok(super::get::tell(error) as u8),
    };
    let word = request.write().method.word();
    if args.dry_run {
        print(&review(&request))?;
        return Ok(Exit::Ok as u8);
    }
    if !args.yes {
        // What is asked and answered stands beside the answer of the organisation, which may be piped on.
        eprint_review(&review(&request));
        if !confirmed(word)? {
            say("nothing was sent");
            return Ok(Exit::Bad as u8);
        }
    }
    let ran = carry_out(kit, FlowId(1), Order::Raw(Box::new(call)), true).await?;
    for news in &ran.news {
        if let FlowNews::Answered(body) = news {
            shown(body)?;
        }
    }
    if !matches!(ran.outcome, Outcome::Done(_)) {
        say(&format!("{}: {}", ran.outcome.word(), ran.outcome));
    }
    Ok(exit(&ran.outcome) as u8)
}

fn eprint_review(text: &str) {
    for line in text.lines() {
        super::out::error_line(&crate::text::safe(line));
    }
}

/// Whether a person has typed the method: a y is typed too soon for what no form has checked.
fn confirmed(word: &str) -> Result<bool, String> {
    if !std::io::stdin().is_terminal() {
        return Err(
            "there is no terminal to confirm at: say --yes to send it, or --dry-run to see it"
                .into(),
        );
    }
    super::out::error_line(&format!("Type {word} to send it:"));
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .take(64)
        .read_line(&mut answer)
        .map_err(|error| format!("reading the answer: {error}"))?;
    Ok(answer.trim() == word)
}

/// Prints an answer: JSON so that a person can read it, anything else as it came; without credentials.
fn shown(body: &[u8]) -> Result<(), String> {
    if body.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => print(&format!("{value:#}\n")),
        Err(_) => print(&format!(
            "{}\n",
            crate::text::safe(&String::from_utf8_lossy(body))
        )),
    }
}

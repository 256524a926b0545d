//! The guided arrival: a few questions, a real sign-in with what was answered, and the configuration is written.
//!
//! Nothing is written before a person says so, never over a file that is there, and never a secret: the file says where
//! that is.

use std::io::BufRead;

use toml::{Table, Value};

use super::{doctor, print};
use crate::config::{self, Flags, Paths, report};
use crate::environment::Environment;
use crate::model::region::Region;
use crate::text::safe;

/// What stands above what was answered.
const HEAD: &str = "# Written by the guided setup. `trunkline config schema --markdown` says what else can stand here.\n\n";

/// Where the answers go.
#[derive(Debug)]
pub struct Guide<'a> {
    /// What the process was started with.
    pub flags: &'a Flags,
    /// Its variables: secrets may be in them.
    pub environment: &'a Environment,
    /// Where files are.
    pub paths: &'a Paths,
}

/// Whether the person goes on: none has given up.
type GoesOn = Result<Option<String>, String>;

/// Asks, tries and writes; the name of the profile, none when the person gave up.
///
/// # Errors
/// There is a configuration already, or it cannot be written.
pub async fn guided(input: &mut impl BufRead, at: Guide<'_>) -> GoesOn {
    let Guide {
        flags,
        environment,
        paths,
    } = at;
    let path = report::place(flags, environment, paths).map_err(|e| e.to_string())?;
    let shown = path.to_string_lossy();
    print(&format!(
        "This makes {}. Nothing is written before you say so; Ctrl-c gives up.\n\n",
        safe(&shown)
    ))?;
    let Some((name, mut text)) = profile(input)? else {
        return Ok(None);
    };
    loop {
        let draft = report::draft(&path, &text).map_err(|e| e.to_string())?;
        let asked = Flags {
            config: Some(draft.path().to_owned()),
            profile: Some(name.clone()),
            ..flags.clone()
        };
        let loaded = config::load(&asked, environment, paths).map_err(|e| e.to_string());
        let (report, works) = Box::pin(doctor::tried(loaded, environment)).await;
        print(&format!("\n{report}\n"))?;
        let (question, usual) = if works {
            ("Write it? yes, again, edit, no", "yes")
        } else {
            (
                "again tries once more, edit asks again, yes writes it all the same, no gives up",
                "again",
            )
        };
        match ask(input, question, usual)?.as_deref() {
            Some("yes" | "y") => {
                draft.keep_as(&path).map_err(|e| e.to_string())?;
                print(&format!("wrote {}\n", safe(&shown)))?;
                return Ok(Some(name));
            }
            Some("again" | "a") => {}
            Some("edit" | "e") => match profile(input)? {
                Some((_, fresh)) => text = fresh,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }
    }
}

/// The questions; the profile's name and the file that they come to.
fn profile(input: &mut impl BufRead) -> Result<Option<(String, String)>, String> {
    let mut of = Table::new();
    let mut put = |key: &str, value: Value| of.insert(key.to_owned(), value);
    let Some(place) = until(
        input,
        "Region of the organisation (eu-central-1, mypurecloud.de), or the URL of a direct API",
        "",
        region,
    )?
    else {
        return Ok(None);
    };
    for (key, value) in place {
        put(key, value);
    }
    let Some(client) = until(input, "Client id of the OAuth client", "", some)? else {
        return Ok(None);
    };
    put("client_id", client.into());
    let Some((key, value)) = until(
        input,
        "Where is its secret? NAME of a variable, /path of a file (mode 0600), or !command that prints it",
        "TRUNKLINE_SECRET",
        secret,
    )?
    else {
        return Ok(None);
    };
    put(key, value);
    let Some(authority) = ask(
        input,
        "A certificate authority of your own, as a PEM file",
        "none",
    )?
    else {
        return Ok(None);
    };
    if authority != "none" {
        put("ca_file", authority.into());
    }
    let Some(reads) = until(
        input,
        "Read-only first, so that nothing can be changed? yes, no",
        "yes",
        yes,
    )?
    else {
        return Ok(None);
    };
    put("read_only", reads.into());
    let Some(name) = ask(input, "Name of the profile", "main")? else {
        return Ok(None);
    };
    let profiles = Table::from_iter([(name.clone(), Value::Table(of))]);
    let file = Table::from_iter([("profiles".to_owned(), Value::Table(profiles))]);
    Ok(Some((name, format!("{HEAD}{file}"))))
}

/// Asks until the answer can be read; end of input gives up.
fn until<T>(
    input: &mut impl BufRead,
    question: &str,
    usual: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    loop {
        let Some(answer) = ask(input, question, usual)? else {
            return Ok(None);
        };
        match read(&answer) {
            Ok(value) => return Ok(Some(value)),
            Err(why) => print(&format!("  {why}\n"))?,
        }
    }
}

/// Asks once; an empty line is the usual answer.
fn ask(input: &mut impl BufRead, question: &str, usual: &str) -> GoesOn {
    let hint = if usual.is_empty() {
        String::new()
    } else {
        format!(" [{usual}]")
    };
    print(&format!("{question}{hint}: "))?;
    let mut line = String::new();
    let read = input.read_line(&mut line);
    if read.map_err(|e| format!("reading the answer: {e}"))? == 0 {
        return Ok(None);
    }
    let line = line.trim();
    Ok(Some(if line.is_empty() { usual } else { line }.to_owned()))
}

fn some(answer: &str) -> Result<String, String> {
    let why = "this cannot be empty";
    (!answer.is_empty())
        .then(|| answer.to_owned())
        .ok_or_else(|| why.to_owned())
}

fn yes(answer: &str) -> Result<bool, String> {
    match answer {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

/// A region is of the Platform API; an address is of the direct one, unless `platform` stands before it.
fn region(answer: &str) -> Result<Vec<(&'static str, Value)>, String> {
    let (api, address) = match answer.strip_prefix("platform ") {
        Some(address) => ("platform", address.trim()),
        None => ("direct", answer),
    };
    if address.starts_with("https://") || address.starts_with("http://") {
        return Ok(vec![("api", api.into()), ("base_url", address.into())]);
    }
    let Some(region) = Region::named(answer) else {
        let all: Vec<&str> = Region::ALL.iter().map(|region| region.aws).collect();
        return Err(format!("one of {}; or https://…", all.join(", ")));
    };
    Ok(vec![
        ("api", "platform".into()),
        ("region", region.aws.into()),
    ])
}

fn secret(answer: &str) -> Result<(&'static str, Value), String> {
    if let Some(command) = answer.strip_prefix('!') {
        let words = shlex::split(command).filter(|words| !words.is_empty());
        let words = words.ok_or("the command cannot be read: check its quotes")?;
        let words = words.into_iter().map(Value::from).collect();
        return Ok(("client_secret_command", Value::Array(words)));
    }
    if answer.contains(['/', '.']) {
        return Ok(("client_secret_file", answer.into()));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !answer.chars().all(fits) {
        return Err(
            "a variable's name has letters, digits and _ only; never the secret itself".to_owned(),
        );
    }
    Ok(("client_secret_env", answer.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_a_profile_that_names_no_secret() {
        let answers =
            "nowhere\neu-central-1\n\nid-1\nnot a name!\n!pass show 'genesys lab'\n\n\nlab\n";
        let (name, text) = profile(&mut answers.as_bytes()).unwrap().unwrap();
        assert_eq!(name, "lab");
        let file: Table = text.parse().unwrap();
        let lab = &file["profiles"]["lab"];
        assert_eq!(lab["api"].as_str(), Some("platform"));
        assert_eq!(lab["region"].as_str(), Some("eu-central-1"));
        assert_eq!(lab["client_id"].as_str(), Some("id-1"));
        assert_eq!(
            lab["client_secret_command"].as_array().map(Vec::len),
            Some(3)
        );
        assert_eq!(lab["read_only"].as_bool(), Some(true));
        assert!(lab.get("ca_file").is_none());
        assert_eq!(
            profile(&mut "eu-central-1\n".as_bytes()),
            Ok(None),
            "end of input"
        );
    }
}

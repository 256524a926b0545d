//! The book says what is so: its shell is run, its links lead somewhere.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/all.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::ground::{Ground, quiet};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<_> = fs::read_dir(docs())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

/// What stands between fences of that language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let from = page.split(fence.as_str()).skip(1);
    from.filter_map(|rest| rest.split("```").next()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_book_does_what_the_page_says() {
    let ground = Ground::start(quiet(20, "direct")).await;
    let program = Path::new(env!("CARGO_BIN_EXE_trunkline"));
    let path = std::env::var("PATH").unwrap_or_default();
    let (mut ran, mut wrong) = (0, Vec::new());
    for (name, page) in pages() {
        // Pages share the organisation, each in a folder and with a state of its own.
        let folder = tempfile::tempdir().unwrap();
        for block in blocks(&page, "sh") {
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", block])
                .current_dir(folder.path())
                .env_clear()
                .env(
                    "PATH",
                    format!("{}:{path}", program.parent().unwrap().display()),
                )
                .env("HOME", folder.path())
                .env("USER", "noc")
                .env("TRUNKLINE_CONFIG", &ground.config)
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            if !output.status.success() || said.contains("panicked") {
                wrong.push(format!("{name}: {}\n{block}{said}", output.status));
            }
            ran += block
                .lines()
                .filter(|line| line.contains("trunkline "))
                .count();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(ran > 30, "the book has commands: {ran}");
}

#[test]
fn every_link_of_the_book_leads_somewhere_and_every_page_is_in_its_list() {
    let list = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    for (name, page) in pages() {
        if name != "SUMMARY.md" {
            assert!(
                list.contains(&format!("({name})")),
                "{name} is not in the list"
            );
        }
        links_lead_somewhere(&name, &page, &docs());
    }
    let root = docs().join("..");
    for name in ["README.md", "CONTRIBUTING.md", "SECURITY.md"] {
        links_lead_somewhere(name, &fs::read_to_string(root.join(name)).unwrap(), &root);
    }
}

fn links_lead_somewhere(name: &str, page: &str, folder: &Path) {
    for link in page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        let file = link.split('#').next().unwrap_or_default();
        let remote = file.starts_with("http") || file.is_empty();
        assert!(remote || folder.join(file).exists(), "{name}: {link}");
    }
}

#[test]
fn every_profile_that_the_book_shows_is_one_that_the_program_takes() {
    for (name, page) in pages() {
        for block in blocks(&page, "toml") {
            let whole = if block.contains("api =") {
                block.to_owned()
            } else {
                profiled(block)
            };
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("config.toml");
            fs::write(&file, &whole).unwrap();
            let output = common::program::program(folder.path())
                .arg("--config")
                .arg(&file)
                .args(["config", "check"])
                .output()
                .unwrap();
            let said = common::program::said(&output) + &String::from_utf8_lossy(&output.stdout);
            assert!(!said.contains("unknown"), "{name}: {whole}\n{said}");
            assert_ne!(output.status.code(), Some(101), "{name}: {said}");
        }
    }
}

/// A part of a profile, with what every profile has.
fn profiled(part: &str) -> String {
    format!(
        "profile = \"acme\"\n[profiles.acme]\napi = \"direct\"\nbase_url = \"https://api.example.com\"\nclient_id = \"a\"\n{}",
        part.replacen("[profiles.acme]\n", "", 1)
    )
}

/// Every function of the source and of the tests that is a test, by its name.
fn tests(below: &Path, found: &mut std::collections::BTreeSet<String>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut marked = text.contains("proptest!");
            for line in text.lines().map(str::trim_start) {
                marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let name = line.trim_start_matches("async ").strip_prefix("fn ");
                let name = name.and_then(|rest| rest.split(['(', '<']).next());
                if let Some(name) = name.filter(|_| marked) {
                    found.insert(name.to_owned());
                    marked = text.contains("proptest!");
                }
            }
        }
    }
}

#[test]
fn every_item_of_the_documents_is_numbered_and_names_tests_and_commands_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = std::collections::BTreeSet::new();
    for folder in ["src", "tests"] {
        tests(&root.join(folder), &mut known);
    }
    assert!(known.len() > 1_500, "{}", known.len());
    let page = fs::read_to_string(docs().join("documents.md")).unwrap();
    let (mut count, mut wrong) = (0_usize, Vec::new());
    let mut words = std::collections::BTreeMap::new();
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let Ok(number) = cells[0].trim_start_matches("| ").parse::<usize>() else {
            continue;
        };
        count += 1;
        assert_eq!((number, cells.len()), (count, 4), "{row}");
        *words.entry(cells[2]).or_insert(0_usize) += 1;
        let named: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        if cells[2] == "yes" && named.is_empty() {
            wrong.push(format!("{number}: shown by nothing"));
        }
        for name in named {
            let there = match name.strip_prefix("trunkline ") {
                Some(line) => is_command(line),
                None => !name.contains("::") || known.contains(name.rsplit("::").next().unwrap()),
            };
            if !there {
                wrong.push(format!("{number}: there is no {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let of = |word: &str| words.get(word).copied().unwrap_or_default();
    let said = format!(
        "{count} items: {} yes, {} in part, {} no.",
        of("yes"),
        of("partly"),
        of("no")
    );
    assert!(page.contains(&said), "the page should say: {said}");
    assert_eq!(of("yes") + of("partly") + of("no"), count);
}

/// Whether the program has such a command.
fn is_command(line: &str) -> bool {
    use clap::CommandFactory as _;
    let program = trunkline::cli::Cli::command();
    let mut command = &program;
    line.split(' ')
        .all(|word| match command.find_subcommand(word) {
            Some(found) => {
                command = found;
                true
            }
            // An argument of a command that has none below it.
            None => command.get_subcommands().next().is_none(),
        })
}

//! The map in `src/lib.rs` is true: who may know whom, and names that mean one thing.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Rooms = BTreeMap<String, BTreeSet<String>>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of the source below a folder, with what it says: no comments, no tests.
fn files(below: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let tests = path.components().any(|part| part.as_os_str() == "tests")
                || path.file_stem().is_some_and(|name| name == "tests");
            if !tests {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, code(&text)));
            }
        }
    }
}

fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod tests {");
    let text = &text[..tests.unwrap_or(text.len())];
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn all() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    assert!(found.len() > 500, "the source was not found");
    found
}

/// The table of `lib.rs`: the rooms from the bottom to the top, each with those it may know.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    let ticked = |cell: &str| -> BTreeSet<String> {
        let words = cell.split('`').skip(1).step_by(2);
        words
            .map(|word| word.trim_start_matches("mod@").to_owned())
            .collect()
    };
    let rows = map.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [room, _, known] = cells.as_slice() else {
            panic!("not three cells: {row}");
        };
        let room = room.trim_end_matches("`]").trim_start_matches("mod@");
        (room.to_owned(), ticked(known))
    });
    rows.collect()
}

/// The rooms that a text names by their paths from the root.
fn named(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        let part = |c: &char| c.is_alphanumeric() || *c == '_';
        text.chars().take_while(part).collect()
    };
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            rooms.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    rooms.insert(word(&list[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    rooms
}

/// The room of a file: the first part of its path.
fn room(path: &Path) -> String {
    let within = path.strip_prefix(source()).unwrap();
    let first = within.components().next().unwrap().as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn every_room_knows_only_whom_the_map_allows() {
    let table = table();
    let rooms: BTreeSet<&String> = table.iter().map(|(room, _)| room).collect();
    let mut used: Rooms = BTreeMap::new();
    let mut wrong = Vec::new();
    let allowed: BTreeMap<_, _> = table.iter().cloned().collect();
    for (path, code) in all() {
        let room = room(&path);
        if ["lib", "main"].contains(&room.as_str()) {
            continue;
        }
        let Some(may) = allowed.get(&room) else {
            wrong.push(format!("{}: the map has no room `{room}`", path.display()));
            continue;
        };
        for other in named(&code) {
            if other == room || !rooms.contains(&other) {
                continue; // Its own room, or a macro of the root.
            }
            if !may.contains(&other) {
                wrong.push(format!(
                    "{}: `{room}` may not know `{other}`",
                    path.display()
                ));
            }
            used.entry(room.clone()).or_default().insert(other);
        }
    }
    let mut below = BTreeSet::new();
    for (room, may) in &table {
        for other in may {
            if !below.contains(other) {
                wrong.push(format!("the map: `{other}` is not above `{room}`"));
            }
            if !used.get(room).is_some_and(|used| used.contains(other)) {
                wrong.push(format!(
                    "the map: `{room}` does not need `{other}` any more"
                ));
            }
        }
        below.insert(room.clone());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is defined on a line for others than its own file: a type or a trait, by its name.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start().strip_prefix("pub")?;
    let line = match line.strip_prefix('(') {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix(' ')?,
    };
    let (sort, rest) = line.split_once(' ')?;
    let sorts = ["struct", "enum", "trait", "type", "union"];
    let end = rest.find(|c: char| !c.is_alphanumeric());
    sorts
        .contains(&sort)
        .then(|| &rest[..end.unwrap_or(rest.len())])
}

#[test]
fn no_name_stands_for_more_than_three_types() {
    // Structs of the wire are called as what they are everywhere: a body is a body.
    let wire = ["Body", "Entity"];
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, code) in all() {
        let within = path.strip_prefix(source()).unwrap().display().to_string();
        for name in code.lines().filter_map(defined) {
            if !wire.contains(&name) {
                named
                    .entry(name.to_owned())
                    .or_default()
                    .push(within.clone());
            }
        }
    }
    named.retain(|_, places| places.len() > 3);
    assert!(named.is_empty(), "{named:#?}");
}

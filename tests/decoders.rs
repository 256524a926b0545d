//! What comes from outside, and nobody of ours has written: every decoder takes whatever bytes there are, and either makes something
//! bounded of them or says what is wrong, in a line. It never panics.
//!
//! `tests/decoders/corpus` has what is good, a folder a decoder; it is bent, cut and crossed by numbers drawn from a seed, so that a run
//! is the same everywhere. `TRUNKLINE_FUZZ_SECONDS=60` goes on for so long on seeds of its own. What breaks one is made shorter, told as
//! text that can be put into the corpus, and stays there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::match_same_arms,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "sim/dice.rs"]
#[allow(dead_code, reason = "two suites draw from it, each in its own way")]
mod dice;

use std::fmt::Debug;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dice::Dice;
use trunkline::cloud::{direct, platform};
use trunkline::config::{self, Flags, Paths};
use trunkline::environment::Environment;
use trunkline::feed::frames::{Frame, Joiner};
use trunkline::kind::registrations::FIELDS;
use trunkline::memory::{Draft, Memory};
use trunkline::model::finding::Target;
use trunkline::model::memory::Kept;
use trunkline::model::registration::memory::{RememberedPerson, Was};
use trunkline::model::transfer::Destination;
use trunkline::model::webhook::WebhookKind;
use trunkline::query::Query;
use trunkline::record::frame::{LARGE, SMALL, framed, opened, packed};
use trunkline::record::{ENTRY_BYTES, Entry, Moment, Told};
use trunkline::share::{Said, keyframe};
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;

/// Inputs for each decoder in a run of the tests.
const A_FEW: usize = 400;

/// What was made of an input; none where it was refused. A text is what a person would see, or what has to come back.
type Decoder = fn(&[u8]) -> Option<String>;

fn made<T: Debug, E: Debug>(read: Result<T, E>) -> Option<String> {
    match read {
        Ok(value) => Some(format!("{value:?}")),
        // A reason is looked at like anything else.
        Err(why) => {
            let why = format!("{why:?}");
            assert!(why.len() < 4_096, "a reason of {} bytes", why.len());
            None
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const DECODERS: [(&str, Decoder); 35] = [
    ("users_page", |b| made(direct::users_page(b, &"GET"))),
    ("listing", |b| {
        made(direct::listing(b, &"u-1".into(), &"GET"))
    }),
    ("carriers", |b| made(direct::carriers(b, &"GET"))),
    ("edges", |b| made(direct::edges(b, &"GET"))),
    ("callbacks", |b| made(direct::callbacks(b, &"GET"))),
    ("callback", |b| made(direct::callback(b))),
    ("queues", |b| made(direct::queues(b, &"GET"))),
    ("queue", |b| made(direct::queue(b))),
    ("update", |b| made(direct::update(b, Millis(1)))),
    ("webhook", |b| made(direct::webhook(b))),
    ("webhooks", |b| {
        made(direct::webhooks(b, WebhookKind::Jobs, &"GET"))
    }),
    ("interactions", |b| made(direct::interactions(b, &"GET"))),
    ("interaction", |b| made(direct::interaction(b))),
    ("job", |b| made(direct::job(b))),
    ("jobs", |b| made(direct::jobs(b))),
    ("routes", |b| made(direct::routes(b, &"GET"))),
    ("route", |b| made(direct::route(b))),
    ("deliveries", |b| made(direct::deliveries(b, &"GET"))),
    ("event_types", |b| made(direct::event_types(b, &"GET"))),
    ("registration_frame", |b| {
        Some(format!("{:?}", direct::decode(&text(b).into())))
    }),
    ("transfer_answer", |b| {
        Some(format!("{:?}", direct::transfer::decode(&text(b))))
    }),
    ("platform_callback", |b| made(platform::callbacks::event(b))),
    ("platform_booked", |b| made(platform::callbacks::booked(b))),
    ("platform_duty", duties),
    ("platform_edge", |b| made(platform::edges::edge_event(b))),
    ("platform_phone", |b| made(platform::phones::event(b))),
    ("platform_made", |b| made(platform::softphones::made(b))),
    ("platform_trunk", |b| made(platform::trunks::trunk_event(b))),
    ("platform_calls", |b| made(platform::trunks::calls_event(b))),
    ("route_file", |b| {
        made(trunkline::model::route::read_file(&text(b)))
    }),
    ("callback_frames", callback_frames),
    ("filter", filter),
    ("moment", moment),
    ("target", target),
    ("destination", destination),
];

/// A person's topics, each with the same bytes.
fn duties(bytes: &[u8]) -> Option<String> {
    let read = platform::duty::TOPICS.map(|topic| made(platform::duty::event(topic, bytes)));
    read.into_iter().flatten().reduce(|all, one| all + &one)
}

/// A stream in two pieces is the stream in one.
fn callback_frames(bytes: &[u8]) -> Option<String> {
    let read = |pieces: [&[u8]; 2]| {
        let (mut joiner, mut told) = (Joiner::default(), String::new());
        for piece in pieces {
            joiner.push(piece);
            loop {
                match joiner.cut() {
                    Ok(Some(frame)) => told += &format!("{:?}\n", Frame::read(&frame)),
                    Ok(None) => break,
                    Err(error) => {
                        told += &error.to_string();
                        break;
                    }
                }
            }
        }
        told
    };
    let half = bytes.len() / 2;
    let (whole, cut) = (read([bytes, b""]), read([&bytes[..half], &bytes[half..]]));
    // After an error it stays with that error, and says so again.
    let ends = whole
        .find("is longer")
        .or(whole.find("bytes long"))
        .is_some();
    assert!(ends || whole == cut, "{whole:?} and {cut:?}");
    (!whole.is_empty()).then_some(whole)
}

/// What is shown of a filter is the filter.
fn filter(bytes: &[u8]) -> Option<String> {
    let query = Query::parse(&text(bytes), FIELDS).ok()?;
    let shown = query.to_string();
    assert_eq!(Query::parse(&shown, FIELDS).as_ref(), Ok(&query), "{shown}");
    Some(shown)
}

fn moment(bytes: &[u8]) -> Option<String> {
    let (zone, now) = (jiff::tz::TimeZone::UTC, Millis(1_781_532_000_000));
    let _ = trunkline::record::since(&text(bytes), &zone, now);
    trunkline::record::when(&text(bytes), &zone, now)
        .ok()
        .map(|at| at.to_string())
}

/// What a target is called leads to it.
fn target(bytes: &[u8]) -> Option<String> {
    let target: Target = text(bytes).parse().ok()?;
    let again = target.to_string().parse::<Target>();
    assert_eq!(again.as_ref().ok(), Some(&target));
    Some(target.to_string())
}

fn destination(bytes: &[u8]) -> Option<String> {
    let destination = Destination::parse(&text(bytes)).ok()?;
    assert_eq!(
        Destination::parse(destination.uri()).as_ref(),
        Ok(&destination)
    );
    Some(destination.uri().to_owned())
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/decoders/corpus")
        .join(name)
}

/// What is good, in the order of its names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 26] = [
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\"\"",
    b"-1",
    b"0",
    b"1e400",
    b"1.5",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"\"\\ud800\"",
    b"\"\\u0000\"",
    b"\\",
    b"\"",
    b",",
    b":",
    b"[",
    b"]",
    b"{",
    b"}",
    b"\x1b[2J",
    "\u{202e}".as_bytes(),
    b"\xff\xfe",
    b"\"9999-12-31T23:59:60Z\"",
    b"\"0001-01-01T00:00:00Z\"",
];

/// One that is bent a few times.
fn bent(good: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(good).clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let to = (at + dice.below(40)).min(bytes.len());
        match dice.below(10) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let other = dice.pick(good);
                let from = dice.below(other.len() + 1);
                let piece = other[from..(from + 60).min(other.len())].to_vec();
                bytes.splice(at..to, piece);
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            5 => {
                // Deep, or long.
                let piece = dice
                    .pick(&[&b"["[..], b"{\"a\":", b"9", b"a", b"(", b"!"])
                    .repeat(200);
                bytes.splice(at..at, piece);
            }
            6 | 7 => {
                // A value of JSON becomes another one.
                let colon = bytes.iter().skip(at).position(|byte| *byte == b':');
                if let Some(colon) = colon.map(|colon| at + colon + 1) {
                    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                    let end = bytes
                        .iter()
                        .skip(colon)
                        .position(ends)
                        .map_or(bytes.len(), |end| colon + end);
                    bytes.splice(colon..end, dice.pick(&PIECES).to_vec());
                }
            }
            _ => drop(bytes.splice(at..at, dice.pick(&PIECES).to_vec())),
        }
    }
    bytes
}

/// Whether a decoder bears an input: it does not panic, and what it makes of it is no more than some times the input.
fn bears(decoder: Decoder, input: &[u8]) -> Result<(), String> {
    let input = input.to_vec();
    let long = input.len();
    match catch_unwind(move || decoder(&input)) {
        Ok(None) => Ok(()),
        // Names of fields and types come with every entry, and an escape takes more than its byte.
        Ok(Some(made)) if made.len() > long * 400 + 16_384 => {
            Err(format!("{long} bytes became {}", made.len()))
        }
        Ok(Some(_)) => Ok(()),
        Err(why) => {
            let text = why.downcast_ref::<String>().cloned();
            let text = text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(text.unwrap_or_default())
        }
    }
}

/// A shorter one that is not borne either.
fn shorter(decoder: Decoder, mut input: Vec<u8>) -> Vec<u8> {
    let mut piece = input.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < input.len() {
            let mut less = input.clone();
            less.drain(at..(at + piece).min(less.len()));
            if bears(decoder, &less).is_err() {
                input = less;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    input
}

fn try_all(seed: u64, inputs: usize, decoders: &[(&str, Decoder)]) {
    let mut wrong = Vec::new();
    for (n, (name, decoder)) in decoders.iter().enumerate() {
        let good = corpus(name);
        let mut dice = Dice::of(seed, n as u64);
        let bent = (0..inputs).map(|_| bent(&good, &mut dice));
        for input in good.iter().cloned().chain(bent) {
            if let Err(why) = bears(*decoder, &input) {
                let input = shorter(*decoder, input);
                wrong.push(format!("{name}: {why}\n    by {}", input.escape_ascii()));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_comes_is_read_or_refused() {
    try_all(1, A_FEW, &DECODERS);
}

#[test]
fn what_is_good_is_read() {
    for (name, decoder) in DECODERS {
        for (n, good) in corpus(name).iter().enumerate() {
            assert!(decoder(good).is_some(), "{name} {n} is refused");
        }
    }
}

/// `TRUNKLINE_FUZZ_SECONDS=600 cargo test --release --test decoders -- --ignored for_as_long`
#[test]
#[ignore = "as long as it is told to"]
fn for_as_long_as_it_is_told() {
    let seconds = std::env::var("TRUNKLINE_FUZZ_SECONDS").map_or(60, |text| text.parse().unwrap());
    let (began, mut seed) = (Instant::now(), 2);
    while began.elapsed() < Duration::from_secs(seconds) {
        try_all(seed, A_FEW, &DECODERS);
        configurations(seed, 60);
        seed += 1;
    }
    eprintln!("{} seeds in {:?}", seed - 2, began.elapsed());
}

/// A configuration that nobody has written: read, or refused with a line.
fn configurations(seed: u64, inputs: usize) {
    let (good, mut dice) = (corpus("config"), Dice::of(seed, 77));
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("config.toml");
    let flags = Flags {
        config: Some(file.clone()),
        ..Flags::default()
    };
    for n in 0..inputs {
        let text = if n < good.len() {
            good[n].clone()
        } else {
            bent(&good, &mut dice)
        };
        fs::write(&file, &text).unwrap();
        match config::load(&flags, &Environment::default(), &Paths::under(root.path())) {
            Ok(_) => {}
            Err(error) => {
                assert!(n >= good.len(), "what is good is refused: {error}");
                let told = error.to_string();
                assert!(
                    !told.is_empty() && told.len() < 64 << 10,
                    "{} bytes",
                    told.len()
                );
            }
        }
    }
}

#[test]
fn whatever_a_configuration_says_is_read_or_refused() {
    configurations(1, 200);
}

/// A frame of the share, of the record's form: what is bent is refused by its sums, and what has good sums and bad content is as well.
#[test]
fn frames_of_a_share_are_read_or_refused() {
    let told = Told::News(News::Gap { user: "u-1".into() });
    let moment = Moment {
        at: Millis(7),
        told: vec![told; 3],
    };
    let block = packed(&Said::Told(moment)).unwrap();
    let good = [framed(
        trunkline::record::frame::FrameSort::News,
        Millis(7),
        9,
        &block,
    )];
    let mut dice = Dice::of(1, 78);
    let mut refused = 0;
    for _ in 0..4_000 {
        let bytes = bent(&good, &mut dice);
        let entry = bytes.first_chunk::<ENTRY_BYTES>().and_then(Entry::read);
        let rest = bytes.get(ENTRY_BYTES..).unwrap_or_default();
        let whole = entry.is_some_and(|entry| entry.is_of(rest));
        assert!(!whole || bytes == good[0]);
        refused += usize::from(!whole);
        // Who sends good sums around bad content gets no further.
        let content = bent(std::slice::from_ref(&block), &mut dice);
        for most in [SMALL, LARGE] {
            let _ = opened::<Said>(&content, most);
        }
        let _ = keyframe(&content);
    }
    assert!(refused > 2_000, "{refused}");
}

/// A few bytes that would become gigabytes are refused where they become too many.
#[test]
fn a_frame_that_would_become_endless_is_refused() {
    let bomb = zstd::bulk::compress(&vec![0; 8 << 20], 19).unwrap();
    assert!(bomb.len() < 4_096, "{}", bomb.len());
    assert!(opened::<Said>(&bomb, SMALL).is_err());
    assert!(keyframe(&bomb).is_err());
}

/// What a run has left for the next: as it was, or refused in a line.
#[test]
fn whatever_is_kept_of_the_last_run_is_read_or_refused() {
    let root = tempfile::tempdir().unwrap();
    let memory = Memory::new(root.path(), "acme", "acme".into());
    let was = |n: u8| Was {
        id: format!("d-{n}").as_str().into(),
        label: (n.is_multiple_of(2)).then(|| "Ana's phone".into()),
        registered: [None, Some(true), Some(false)][usize::from(n % 3)],
        codec: Some("opus".into()),
        as_of: Millis(i64::from(n)),
        checked: Millis(i64::from(n)),
    };
    let person = RememberedPerson {
        id: "u-1".into(),
        name: "Ana".into(),
        site: Some("Accra".into()),
        devices: (0..6).map(was).collect(),
    };
    let mut draft = Draft::default();
    draft.add([Kept::Person(person.clone())]);
    memory.save(&draft).unwrap();
    assert_eq!(memory.load().unwrap().people, [person]);
    let file = root.path().join("memory/acme.msgpack");
    let good = [fs::read(&file).unwrap()];
    let mut dice = Dice::of(1, 79);
    for _ in 0..600 {
        fs::write(&file, bent(&good, &mut dice)).unwrap();
        if let Err(error) = memory.load() {
            assert!(error.to_string().len() < 4_096);
        }
    }
}

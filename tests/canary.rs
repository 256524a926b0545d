//! Credentials of every kind, in every form, by every command and pane, at every level of the log, on both APIs, against a
//! front that repeats them: none comes to a file, a terminal, an environment, a command line or a metric.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "canary/front.rs"]
mod front;
#[path = "pty/harness.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod harness;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::{Pty, poll};
use tempfile::TempDir;

/// The user of whom nothing is.
const NOBODY: u32 = 65_534;

const CLIENT_SECRET: &str = "canary/client+secret=\"1\"";
const TOKEN: &str = "canary-access.token/2~a";
const REFRESH: &str = "canary-refresh-token-3";
const TURN: &str = "canary turn password 4";
const LISTENER: &str = "canary-listener-token-5";
const HOOK_PATH: &str = "canary-webhook-path-00006";
const HOOK_QUERY: &str = "canary-webhook-query-7";
const ROUTE_HEADER: &str = "canary-route-bearer-8";
const ROUTE_KEY: &str = "canary-route-key-9";
const ROUTE_QUERY: &str = "canary-route-query-10";
const PERSON: &str = "canary-person-secret-11";
const CODE: &str = "canary-authorization-code-12";
const TARGET_KEY: &str = "canary-target-key-13";
const TARGET_PATH: &str = "canary-target-path-00014";

const ALL: [&str; 14] = [
    CLIENT_SECRET,
    TOKEN,
    REFRESH,
    TURN,
    LISTENER,
    HOOK_PATH,
    HOOK_QUERY,
    ROUTE_HEADER,
    ROUTE_KEY,
    ROUTE_QUERY,
    PERSON,
    CODE,
    TARGET_KEY,
    TARGET_PATH,
];

/// A home with a profile for each API, and a folder beside it in which the credentials are.
struct House {
    home: TempDir,
    places: TempDir,
}

impl House {
    fn build(base: &str) -> Self {
        let (home, places) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = |name: &str, text: &str, mode: u32| {
            let path = places.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path.display().to_string()
        };
        let seen = places.path().join("environments");
        let helper = place(
            "turn",
            &format!("#!/bin/sh\nenv >> {}\necho '{TURN}'\n", seen.display()),
            0o700,
        );
        let sms = place(
            "sms",
            &format!("#!/bin/sh\nenv >> {}\ncat > /dev/null\n", seen.display()),
            0o700,
        );
        let chat = place("chat", &format!("{base}/{TARGET_PATH}\n"), 0o600);
        let token = place("listener", LISTENER, 0o600);
        let profile = |api: &str, more: &str| {
            format!(
                "[profiles.{api}]\napi = \"{api}\"\nbase_url = \"{base}\"\nlogin_url = \"{base}\"\nclient_id = \"{client}\"\n\
                 client_secret_env = \"CANARY_SECRET\"\n{more}\
                 [profiles.{api}.alerts]\nwebhook = \"{base}/{HOOK_PATH}?key={HOOK_QUERY}\"\nsettle_seconds = 0\n\
                 [[profiles.{api}.alerts.targets]]\nname = \"oncall\"\nkind = \"pagerduty\"\naddress = \"{base}/pd\"\nkey_env = \"CANARY_TARGET\"\n\
                 [[profiles.{api}.alerts.targets]]\nname = \"chat\"\nkind = \"slack\"\naddress_file = \"{chat}\"\n\
                 [[profiles.{api}.alerts.targets]]\nname = \"sms\"\nkind = \"command\"\ncommand = [\"{sms}\"]\n\
                 [profiles.{api}.listen]\naddress = \"127.0.0.1:0\"\ntoken_file = \"{token}\"\n\
                 [[profiles.{api}.probes.turn]]\nserver = \"127.0.0.1:9\"\nusername = \"noc\"\npassword_command = [\"{helper}\"]\n",
                client = front::CLIENT,
            )
        };
        let person = "[profiles.platform.person]\nclient_id = \"people\"\nclient_secret_env = \"CANARY_PERSON\"\nredirect_port = 0\n";
        let config = profile("direct", "") + &profile("platform", person);
        let at = home.path().join("config.toml");
        fs::write(&at, config).unwrap();
        let body = format!(
            r#"{{"name":"canary","uri":"https://127.0.0.1:9/in?key={ROUTE_QUERY}","eventFilters":[{{"eventType":"a.b"}}],
            "headers":{{"Authorization":"Bearer {ROUTE_HEADER}","X-Api-Key":"{ROUTE_KEY}"}}}}"#
        );
        let given = places.path().join("given");
        for (name, shows) in [("editor", "cat \"$1\""), ("pager", "cat")] {
            let script = format!(
                "#!/bin/sh\nenv >> {}\n{shows} >> {}\n",
                seen.display(),
                given.display()
            );
            place(name, &script, 0o700);
        }
        fs::create_dir(places.path().join("routes")).unwrap();
        place("routes/route.json", &body, 0o600);
        Self { home, places }
    }

    fn path(&self, name: &str) -> String {
        self.places.path().join(name).display().to_string()
    }

    fn environment(&self, level: &'static str) -> Vec<(&'static str, String)> {
        vec![
            ("HOME", self.home.path().display().to_string()),
            ("TRUNKLINE_LOG", level.to_owned()),
            ("CANARY_SECRET", CLIENT_SECRET.to_owned()),
            ("CANARY_PERSON", PERSON.to_owned()),
            ("CANARY_TARGET", TARGET_KEY.to_owned()),
            ("PAGER", self.path("pager")),
            ("EDITOR", self.path("editor")),
            (
                "TRUNKLINE_CONFIG",
                self.home.path().join("config.toml").display().to_string(),
            ),
        ]
    }

    fn command(&self, api: &str, level: &'static str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env_clear()
            .env("PATH", path)
            .envs(self.environment(level));
        command
            .args(["--profile", api])
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command and looks through what it writes.
    fn run(&self, api: &str, level: &'static str, args: &[&str]) {
        let out = self.command(api, level, args).output().unwrap();
        let what = format!("{api} {level} {args:?}");
        clean(&format!("{what}: standard output"), &out.stdout);
        clean(&format!("{what}: standard error"), &out.stderr);
    }

    /// Looks through every file that the program could have written.
    fn files(&self) {
        let mut count = 0;
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("config.toml") {
                    count += 1;
                    clean(&path.display().to_string(), &fs::read(&path).unwrap());
                }
            }
        }
        assert!(count > 4, "only {count} files were written");
        for (what, name) in [
            ("the environment of a child", "environments"),
            ("what children were given", "given"),
        ] {
            clean(what, &fs::read(self.path(name)).unwrap());
        }
    }
}

/// What another user of the machine can read: nothing that was written, though the home itself is open, and neither the
/// memory nor the environment of a console that runs. Needs root, to be somebody else.
fn neighbour(house: &House, console: i32) {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried as another user: this needs root");
        return;
    }
    fs::set_permissions(house.home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let as_nobody = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).uid(NOBODY).gid(NOBODY).current_dir("/");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let home = house.home.path().to_str().unwrap();
    let readable = as_nobody("find", &[home, "-type", "f", "-readable"]);
    assert!(
        readable.lines().all(|file| file.ends_with("/config.toml")),
        "another user reads {readable}"
    );
    for file in ["environ", "mem", "maps"] {
        let at = format!("/proc/{console}/{file}");
        assert_eq!(
            as_nobody("head", &["-c", "1", &at]),
            "",
            "another user reads {at}"
        );
    }
}

/// Fails when any credential is there in any form.
fn clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in ALL {
        for form in front::forms(secret) {
            if let Some(at) = text.find(&form) {
                let from = text.floor(at.saturating_sub(120));
                panic!("{what} holds {form:?}, of {secret:?}: …{}", &text[from..at]);
            }
        }
    }
}

/// The start of a character; the standard library's own is newer than our oldest compiler.
trait Floor {
    fn floor(&self, at: usize) -> usize;
}

impl Floor for str {
    fn floor(&self, at: usize) -> usize {
        (0..=at)
            .rev()
            .find(|at| self.is_char_boundary(*at))
            .unwrap_or(0)
    }
}

fn commands(house: &House) -> Vec<Vec<String>> {
    let (file, folder) = (house.path("routes/route.json"), house.path("routes"));
    let lines = [
        "get registrations --json",
        "get registrations --csv",
        "get users --json",
        "get carriers --markdown",
        "get trunks --csv-raw",
        "get edges --json",
        "get probes --json",
        "get interactions --json",
        "get routes --json",
        "get callbacks --csv",
        "get queues --json",
        "get jobs --json",
        "get alerts --json",
        "get audit --json",
        "get --kinds",
        "doctor",
        "doctor --json",
        "provision --name canary --edge e-1 --yes",
        "transfer i-1 --to user:u-1 --yes",
        "callback queues",
        "callback cancel c-1 --yes",
        "report --by site --markdown",
        "audit show --json",
        "probe tls 127.0.0.1:9",
        "completions bash",
        "man",
        "get registrations",
        "report",
        "report --json",
        "alert test oncall",
        "alert test chat",
        "alert test sms",
        "route list",
        "route list --json",
        "route show r-1",
        "route show r-1 --json",
        "callback list",
        "audit show",
        "audit verify",
        "config show",
        "config check",
        "config path",
        "logout",
        "probe turn 127.0.0.1:9",
    ];
    let mut all: Vec<Vec<String>> = lines
        .iter()
        .map(|line| line.split(' ').map(str::to_owned).collect())
        .collect();
    for line in [
        vec!["route", "deploy", "-f", &file, "--yes"],
        vec!["route", "deploy", "-f", &file, "--dry-run"],
        vec!["route", "verify", "-f", &file],
        vec!["route", "apply", &folder, "--yes"],
        vec!["route", "delete", "r-1", "--yes"],
    ] {
        all.push(line.into_iter().map(str::to_owned).collect());
    }
    all
}

/// A sign-in whose code is refused, by a front that repeats the whole form.
fn login(house: &House, level: &'static str) {
    let mut child = house.command("platform", level, &["login"]);
    let child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{CODE}").unwrap();
    let out = child.wait_with_output().unwrap();
    clean("login", &[out.stdout, out.stderr].concat());
}

/// The dashboard and the metrics of a console without a screen, until it is asked to end.
fn serve(house: &House, api: &str) {
    let mut program = Command::new("sh");
    program.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""]);
    let plain = house.command(api, "trace", &["serve"]);
    let given = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    program
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(given);
    let mut child = program;
    let mut child = child
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let (mut said, mut address) = (String::new(), None);
    while address.is_none() && err.read_line(&mut said).unwrap() > 0 {
        let found = said
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ' ', '\n']).next());
        address = found.map(|found| found.trim_end_matches(['.', ',']).to_owned());
    }
    let address = address.unwrap_or_else(|| panic!("it does not say where it listens: {said}"));
    for path in ["/metrics", "/", "/readyz", "/no-such-place", "/healthz"] {
        let mut tcp = std::net::TcpStream::connect(&address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {LISTENER}\r\nConnection: close\r\n\r\n"
        );
        tcp.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        tcp.read_to_end(&mut answer).unwrap();
        assert!(
            answer.starts_with(b"HTTP/1.1"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        clean(&format!("{api} {path}"), &answer);
    }
    let pid = rustix::process::Pid::from_child(&child);
    neighbour(house, rustix::process::Pid::as_raw(Some(pid)));
    clean(
        "a command line",
        &fs::read(format!("/proc/{}/cmdline", child.id())).unwrap(),
    );
    // It is ended by an abort where a shell allows cores of any size: none is written all the same.
    rustix::process::kill_process(pid, rustix::process::Signal::ABORT).unwrap();
    let ended = child.wait().unwrap();
    assert_eq!((ended.signal(), ended.core_dumped()), (Some(6), false));
    err.read_to_string(&mut said).unwrap();
    clean("serve", said.as_bytes());
}

/// Leaves the layer that says this, once: an Esc too many would make one key with the next.
fn leave(pty: &mut Pty, sign: &str) {
    pty.send("\x1b");
    pty.wait_until("end of the layer", |screen, _| {
        !screen.contents().contains(sign)
    });
}

/// Waits for what keys bring about. A key that comes while the terminal changes hands may be held back until the next one
/// (see [`Pty::quit`]): one that only draws anew (Ctrl-l) follows each second.
fn brought(pty: &mut Pty, sign: &str) {
    let mut pressed = Instant::now();
    poll(sign, || {
        if pressed.elapsed() > Duration::from_secs(1) {
            pressed = Instant::now();
            pty.send("\x0c");
        }
        pty.screen().contains(sign).then_some(())
    });
}

/// Every pane, the detail of its first row, the messages and the budget; a row in the pager; forms in the editor, sent and
/// refused.
fn console(house: &House, api: &str) {
    let environment = house.environment("trace");
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut pty = Pty::spawn_with(&["--profile", api], &environment);
    pty.wait_for("1 Reg");
    let drawn =
        |pty: &Pty, before: usize| pty.wait_until("another frame", |_, bytes| bytes.len() > before);
    for keys in ["2", "3", "4", "5", "6", "7", "8", "9", "1"] {
        let before = pty.sent();
        pty.send(keys);
        drawn(&pty, before);
        pty.send("\r");
    }
    for (command, title) in [(":messages\r", "┌ messages"), (":budget\r", "┌ budget at")] {
        pty.send(command);
        pty.wait_for(title);
        leave(&mut pty, title);
    }
    let shown = |pty: &mut Pty, keys: &str| {
        let size = || fs::metadata(house.path("given")).map_or(0, |given| given.len());
        let (before, sent) = (size(), pty.sent());
        pty.send(keys);
        // The program was given something, and the console has the terminal again.
        pty.wait_until("return of the console", |screen, bytes| {
            let again = b"\x1b[?1049h";
            bytes[sent..].windows(again.len()).any(|at| at == again)
                && screen.contents().contains("UTC")
        });
        assert!(size() > before, "{keys:?} gave nothing");
    };
    pty.send("1");
    pty.wait_for("you sent");
    shown(&mut pty, "o");
    for pane in ["1", "5"] {
        pty.send(pane);
        pty.send("n");
        brought(&mut pty, "Ctrl-s");
        shown(&mut pty, "\x18");
        brought(&mut pty, "Ctrl-s");
        let before = pty.sent();
        pty.send("\x13\r");
        drawn(&pty, before);
        leave(&mut pty, "Ctrl-s");
    }
    pty.signal(rustix::process::Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
    pty.wait_restored();
    pty.wait_until("clean terminal", |screen, bytes| {
        clean(&format!("the terminal of {api}"), bytes);
        clean("the screen", screen.contents().as_bytes());
        true
    });
}

#[test]
fn no_credential_comes_back_by_another_door() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let base = runtime.block_on(front::start(&[CLIENT_SECRET, TOKEN], TOKEN, REFRESH));
    let house = House::build(&base);
    assert!(ALL.len() * front::forms(TOKEN).len() >= 40);
    let lines = commands(&house);
    std::thread::scope(|scope| {
        let levels = ["off", "error", "warn", "info", "debug", "trace"];
        let runs = ["direct", "platform"]
            .into_iter()
            .flat_map(|api| levels.map(|level| (api, level)));
        for (api, level) in runs {
            let (house, lines) = (&house, &lines);
            scope.spawn(move || {
                for line in lines {
                    let line: Vec<&str> = line.iter().map(String::as_str).collect();
                    house.run(api, level, &line);
                }
            });
        }
        scope.spawn(|| login(&house, "trace"));
    });
    for api in ["direct", "platform"] {
        serve(&house, api);
        console(&house, api);
    }
    house.files();
    assert!(Path::new(&house.path("environments")).exists());
}

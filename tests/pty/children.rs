//! Programs that the console starts: they end with it, whatever way it ends, and the terminal comes back in order.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use super::UP;
use super::common::program::program;
use super::harness::{Pty, poll};

/// A place for an editor, and what it tells of itself.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that notes its number, then does this; `$1` is what it edits.
    fn program(&self, then: &str) -> String {
        let (program, note) = (self.path("program"), self.path("note"));
        let note = note.display();
        let script = format!("#!/bin/sh\necho $$ > {note}.new; mv {note}.new {note}\n{then}\n");
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program.display().to_string()
    }

    /// The number of the program, once it runs.
    fn running(&self) -> Pid {
        poll("program", || {
            let note = fs::read_to_string(self.path("note")).ok()?;
            Pid::from_raw(note.trim().parse().ok()?)
        })
    }

    /// Opens a form in the demo and edits it in this editor.
    fn edit(&self, editor: &str) -> (Pty, Pid) {
        let tmp = self.path("tmp");
        let environment = [("EDITOR", editor), ("TMPDIR", tmp.to_str().unwrap())];
        let mut pty = Pty::spawn_with(&["demo"], &environment);
        pty.wait_for(UP);
        pty.wait_for("live");
        pty.send("n");
        pty.wait_for("Ctrl-s");
        pty.send("\x18");
        let editor = self.running();
        // It runs before the console has given it the terminal: until then a key is the console's.
        poll("an editor that has the terminal", || has_terminal(editor));
        (pty, editor)
    }
}

/// Whether the keys of its terminal go to this process: its group is the one in the foreground (proc(5), fields 5 and 8). One
/// that has ended already wants no keys.
fn has_terminal(process: Pid) -> Option<()> {
    let Ok(stat) = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())) else {
        return Some(());
    };
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    (fields.first() == Some(&"Z") || fields.get(2) == fields.get(5)).then_some(())
}

fn wait_gone(process: Pid) {
    let stat = format!("/proc/{}/stat", process.as_raw_nonzero());
    poll("end of the program", || {
        let stat = fs::read_to_string(&stat);
        stat.map_or(true, |stat| stat.contains(") Z "))
            .then_some(())
    });
}

/// A profile of an organisation that is not there, whose secret a program asks for.
fn asking(bench: &Bench, then: &str) -> String {
    let config = bench.path("config.toml");
    let program = bench.program(then);
    let text = format!(
        "[profiles.lab]\nbase_url = \"https://127.0.0.1:1\"\nclient_id = \"id\"\n\
         client_secret_command = [\"{program}\"]\nclient_secret_command_tty = true\n"
    );
    fs::write(&config, text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    config.display().to_string()
}

#[test]
fn a_secret_is_asked_for_on_the_terminal_before_the_screen_is_drawn() {
    let bench = Bench::new();
    let typed = bench.path("typed");
    let config = asking(
        &bench,
        &format!(
            "printf 'PIN: ' > /dev/tty\nstty -echo\nread -r pin < /dev/tty\necho $pin > {0}\necho canary",
            typed.display()
        ),
    );
    let mut pty = Pty::spawn(&["--config", &config]);
    pty.wait_for("PIN: ");
    pty.send("4711\r");
    pty.wait_for(UP);
    assert_eq!(fs::read_to_string(&typed).unwrap(), "4711\n");
    assert!(!pty.screen().contains("PIN"), "{}", pty.screen());
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}

#[test]
fn a_command_without_a_screen_asks_as_well_and_gives_the_terminal_back() {
    let bench = Bench::new();
    let config = asking(
        &bench,
        "printf 'PIN: ' > /dev/tty; stty -echo; read -r pin < /dev/tty; exit 7",
    );
    let mut pty = Pty::spawn(&["--config", &config, "get", "users"]);
    pty.wait_for("PIN: ");
    pty.send("4711\r");
    pty.wait_for("exit status: 7");
    assert_ne!(pty.exit_code(), 0);
    pty.wait_restored();
}

/// Everything under a folder that is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            folder if folder.is_dir() => found.extend(files(&folder)),
            file => found.push(file),
        }
    }
    found
}

/// A way out, how it is taken, and the code it ends with.
type Way = (&'static str, fn(&mut Pty), u32);

#[test]
fn an_editor_ends_with_the_console_on_every_way_out_and_nothing_is_left() {
    let ways: [Way; 5] = [
        ("TERM", |pty| pty.signal(Signal::TERM), 143),
        ("INT", |pty| pty.signal(Signal::INT), 130),
        ("QUIT", |pty| pty.signal(Signal::QUIT), 131),
        ("HUP", |pty| pty.signal(Signal::HUP), 129),
        ("a closed terminal", Pty::close, 129),
    ];
    for (way, leave, code) in ways {
        let bench = Bench::new();
        let (mut pty, editor) = bench.edit(
            &bench.program("trap '' HUP TERM INT QUIT; stty raw -echo; sleep 600 & wait; wait"),
        );
        assert!(!files(&bench.path("tmp")).is_empty(), "it edits a file");
        leave(&mut pty);
        assert_eq!(pty.exit_code(), code, "{way}");
        wait_gone(editor);
        assert_eq!(files(&bench.path("tmp")), [] as [PathBuf; 0], "after {way}");
        if way != "a closed terminal" {
            pty.wait_restored();
        }
    }
}

#[test]
fn an_editor_that_is_killed_brings_the_console_back_and_leaves_no_file() {
    let bench = Bench::new();
    let (mut pty, editor) =
        bench.edit(&bench.program("stty raw -echo; printf '\\033[?1049h'; kill -KILL $$"));
    wait_gone(editor);
    pty.wait_for("ended with");
    let edited: Vec<_> = files(&bench.path("tmp"))
        .into_iter()
        .filter(|path| path.ends_with("form.json"))
        .collect();
    assert_eq!(edited, [] as [PathBuf; 0]);
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
    pty.wait_restored();
}

#[test]
fn every_way_an_editor_fails_is_named_and_the_form_is_as_it_was() {
    for (then, says) in [
        (Some("exit 3"), "ended with exit status: 3"),
        (
            Some("printf '{ broken' > \"$1\""),
            "a name in double quotes is due",
        ),
        (Some(": > \"$1\""), "the text is empty"),
        (Some("printf '\\377' > \"$1\""), "not UTF-8"),
        (None, "cannot be run (there is no such program)"),
    ] {
        let bench = Bench::new();
        let mut pty = if let Some(then) = then {
            bench.edit(&bench.program(then)).0
        } else {
            let mut pty = Pty::spawn_with(&["demo"], &[("EDITOR", "no-such-editor --wait")]);
            pty.wait_for(UP);
            pty.wait_for("live");
            pty.send("n");
            pty.wait_for("Ctrl-s");
            pty.send("\x18");
            pty
        };
        // So that the sentence has room.
        pty.resize(30, 200);
        pty.wait_for(&regex::escape(says));
        pty.wait_for("Ctrl-s");
        pty.signal(Signal::TERM);
        assert_eq!(pty.exit_code(), 143, "{says}");
        pty.wait_restored();
    }
}

#[test]
fn the_keys_are_the_editors_and_interrupt_it_alone() {
    let bench = Bench::new();
    let typed = bench.path("typed");
    // A shell without a trap forgets an interrupt that comes as a command of it ends by itself.
    let (mut pty, _) = bench.edit(&bench.program(&format!(
        "trap 'exit 130' INT; head -c 3 > {0}.new && mv {0}.new {0}; while :; do sleep 0.05; done",
        typed.display()
    )));
    pty.send("qqq\r");
    poll("typed text", || {
        fs::read_to_string(&typed)
            .ok()
            .filter(|typed| typed == "qqq")
    });
    pty.send("\x03");
    pty.wait_for("ended with");
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
    pty.wait_restored();
}

#[test]
fn ctrl_z_in_an_editor_stops_the_whole_job_and_it_goes_on_in_the_editor() {
    let bench = Bench::new();
    let on = bench.path("on");
    let (mut pty, editor) = bench.edit(&bench.program(&format!(
        "while ! [ -e {} ]; do sleep 0.05; done; echo '{{}}' > $1",
        on.display()
    )));
    pty.send("\x1a");
    pty.wait_stopped(true);
    assert!(pty.line_modes_restored());
    assert!(test_kill_process(editor).is_ok());
    pty.signal(Signal::CONT);
    pty.wait_stopped(false);
    fs::write(&on, "").unwrap();
    wait_gone(editor);
    pty.wait_for("Ctrl-s");
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
    pty.wait_restored();
}

#[test]
fn what_a_killed_run_was_editing_is_removed_by_the_next_one() {
    let bench = Bench::new();
    let (pty, editor) = bench.edit(&bench.program("sleep 600 & wait"));
    pty.signal(Signal::KILL);
    drop(pty);
    assert!(!files(&bench.path("tmp")).is_empty());
    let _ = kill_process(editor, Signal::KILL);
    let tmp = bench.path("tmp");
    let mut next = Pty::spawn_with(&["demo"], &[("TMPDIR", tmp.to_str().unwrap())]);
    next.wait_for(UP);
    let folders = fs::read_dir(&tmp).unwrap().count();
    assert_eq!(folders, 2, "the next console's own and its organisation's");
    assert_eq!(next.quit(), 0);
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

/// A configuration whose secret comes from this script.
fn configuration(bench: &Bench, script: &str) -> String {
    let program = bench.program(script);
    let config = bench.path("config.toml");
    let text = format!(
        "[profiles.x]\napi = \"direct\"\nbase_url = \"http://127.0.0.1:9\"\nclient_id = \"c\"\nclient_secret_command = [{program:?}]\n"
    );
    fs::write(&config, text).unwrap();
    config.display().to_string()
}

#[test]
fn what_prints_the_secret_gets_no_key_writes_on_no_screen_and_ends_with_the_console() {
    let bench = Bench::new();
    let tried = bench.path("tried");
    let script = format!(
        "trap '' HUP TERM\n(printf SMEAR > /dev/tty) 2>/dev/null || echo no terminal > {0}.new\n\
         ls -l /proc/self/fd | grep -c '/dev/\\(pts\\|tty\\)' >> {0}.new\n\
         ls /proc/self/fd | tr '\\n' ' ' >> {0}.new\nmv {0}.new {0}\nsleep 600 & wait",
        tried.display()
    );
    let config = configuration(&bench, &script);
    let mut pty = Pty::spawn_leaking(&["--config", &config]);
    let helper = bench.running();
    let said = poll("try", || fs::read_to_string(&tried).ok());
    // 3 is the folder that `ls` reads; what the console was started with is not here.
    assert_eq!(said, "no terminal\n0\n0 1 2 3 ");
    pty.wait_for(UP);
    assert!(!pty.screen().contains("SMEAR"));
    assert_eq!(pty.quit(), 0);
    wait_gone(helper);
    pty.wait_restored();
}

#[test]
fn what_prints_the_secret_ends_with_a_command_that_is_interrupted() {
    for (signal, args) in [
        (Signal::INT, &["route", "list"][..]),
        (Signal::TERM, &["get", "registrations"]),
    ] {
        let bench = Bench::new();
        let config = configuration(&bench, "trap '' HUP TERM\nsleep 600 & wait");
        let mut command = program(bench.folder.path());
        command.args(["--config", &config]).args(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let helper = bench.running();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        child.wait().unwrap();
        wait_gone(helper);
    }
}

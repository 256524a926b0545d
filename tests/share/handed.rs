//! A socket that systemd has made and hands over (`sd_listen_fds(3)`).

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::common::ground::quiet;
use super::common::program::said;
use super::{Jump, Serving, rows, stale, until};

/// What systemd does with a unit's process: the socket is its fourth descriptor, and the variables say so.
const HAND_OVER: &str = r#"exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@""#;

fn handed(jump: &Jump, socket: &UnixListener) -> Command {
    let program = jump
        .ground
        .program(&["serve", "--share", "--listen", "127.0.0.1:0"]);
    let mut command = Command::new("sh");
    command
        .args(["-c", HAND_OVER, "sh"])
        .arg(program.get_program());
    command.args(program.get_args()).env_clear();
    let set = program
        .get_envs()
        .filter_map(|(key, value)| Some((key, value?)));
    command
        .envs(set)
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(
            socket.try_clone().unwrap(),
        )));
    command.stderr(Stdio::null());
    command
}

#[tokio::test]
async fn who_attaches_to_a_socket_of_systemd_waits_while_there_is_no_reader() {
    let jump = Jump::start(quiet(10, "direct")).await;
    let path = jump.socket();
    let socket = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)).unwrap();
    let truth = jump.truth().await;
    let reader = Serving(handed(&jump, &socket).spawn().unwrap());
    let mut consoles = vec![jump.console("ana", false)];
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    reader.signal(Signal::TERM);
    until(&mut consoles, "it is noticed", |_, app| {
        stale(app) == truth.len()
    })
    .await;
    drop(reader);
    assert!(path.exists(), "it is not the reader's to remove");
    let _next = Serving(handed(&jump, &socket).spawn().unwrap());
    until(&mut consoles, "the next one is followed", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
}

#[tokio::test]
async fn a_socket_of_systemd_that_nobody_would_look_for_is_refused() {
    let jump = Jump::start(quiet(2, "direct")).await;
    let elsewhere = jump.ground.folder.path().join("elsewhere");
    let socket = UnixListener::bind(elsewhere).unwrap();
    let output = handed(&jump, &socket)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(
        said(&output).contains("let ListenStream= name this path"),
        "{output:?}"
    );
}

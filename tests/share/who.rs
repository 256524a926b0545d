//! Who may attach: the reader's user and the members of the socket's group, by the kernel's word.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use super::Jump;
use super::common::ground::quiet;
use super::common::program::{answer, program, said};

/// A user who is nobody's colleague.
const FOREIGN: u32 = 4_242;

#[tokio::test]
async fn a_foreign_user_is_refused_by_the_kernel_and_by_the_reader() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can be somebody else");
        return;
    }
    let jump = Jump::start(quiet(5, "direct")).await;
    let _reader = jump.reader();
    let folder = jump.ground.folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let config = folder.join("foreign.toml");
    let text = format!(
        "[share]\nsocket = {:?}\n[profiles.org]\nbase_url = \"https://127.0.0.1:1\"\nclient_id = \"id\"\nclient_secret_env = \"NONE\"\n",
        jump.socket()
    );
    fs::write(&config, text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let foreign = || {
        let mut command = program(home.path());
        command.arg("--config").arg(&config);
        command.args(["share", "status"]).uid(FOREIGN).gid(FOREIGN);
        command.output().unwrap()
    };
    let output = foreign();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(said(&output).contains("Permission denied"), "{output:?}");
    // A mode that somebody has widened lets the connection through, and the reader still looks who it is.
    fs::set_permissions(jump.socket(), fs::Permissions::from_mode(0o666)).unwrap();
    let output = foreign();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(said(&output).contains("uid 4242 is neither"), "{output:?}");
    let status = answer(&jump.ground.run(&["share", "status", "--json"]));
    assert_eq!(status["refused"], 1, "{status}");
}

#[tokio::test]
async fn there_is_one_reader_and_who_asks_for_none_is_told_so() {
    let jump = Jump::start(quiet(5, "direct")).await;
    let output = jump.ground.run(&["share", "status"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(
        said(&output).contains("no reader shares this profile"),
        "{output:?}"
    );
    let mut reader = jump.reader();
    let second = jump
        .ground
        .run(&["serve", "--share", "--listen", "127.0.0.1:0"]);
    assert!(
        said(&second).contains("Another reader shares this profile"),
        "{second:?}"
    );
    reader.kill();
    // What it has left behind is no reader.
    let output = jump.ground.run(&["share", "status"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("it is gone"), "{output:?}");
    let _next = jump.reader();
    assert_eq!(jump.ground.run(&["share", "status"]).status.code(), Some(0));
}

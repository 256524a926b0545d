//! The Unix socket: whom the kernel says who asks, and what may stand in its place.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use trunkline::config::profile::listen::{Account, Listen, Socket};
use trunkline::environment::Environment;
use trunkline::listen::{self, Listener};

use crate::house::House;

/// A user that every machine has, and that owns nothing.
const NOBODY: u32 = 65_534;

fn alone(socket: Socket) -> Listen {
    Listen {
        address: None,
        socket: Some(socket),
        ..Listen::default()
    }
}

/// A folder that others may enter, and the path of a socket in it.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("listen.sock");
    (folder, path)
}

/// Asks through the socket, and returns the whole answer.
async fn ask(path: &Path, verb: &str, target: &str, body: &str) -> String {
    let mut socket = UnixStream::connect(path).await.unwrap();
    let request = format!(
        "{verb} {target} HTTP/1.1\r\nhost: trunkline\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

fn ended(answer: &str, status: u16) {
    let line = format!("HTTP/1.1 {status} ");
    assert!(answer.starts_with(&line), "{status}: {answer}");
}

/// The same as another user of this machine; none where this process may not become one.
fn ask_as(user: u32, path: &Path, verb: &str, target: &str) -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried as another user: this needs root");
        return None;
    }
    let mut curl = Command::new("curl");
    curl.args(["-s", "-i", "-m", "10", "-X", verb, "--unix-socket"]);
    curl.arg(path).arg(format!("http://trunkline{target}"));
    let Ok(end) = curl.uid(user).gid(user).output() else {
        eprintln!("not tried as another user: there is no curl");
        return None;
    };
    Some(String::from_utf8(end.stdout).unwrap())
}

/// `ask_as` while the application runs.
async fn other(user: u32, path: &Path, verb: &'static str, target: &'static str) -> Option<String> {
    let path = path.to_owned();
    let asked = tokio::task::spawn_blocking(move || ask_as(user, &path, verb, target));
    asked.await.unwrap()
}

#[tokio::test]
async fn its_own_user_reads_and_writes_and_is_named_in_the_audit() {
    let (_folder, path) = place();
    let mut house = House::start(2, &alone(Socket::at(path.clone()))).await;
    house.settle().await;
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(house.listener.address(), None);
    house
        .beside(async {
            ended(&ask(&path, "GET", "/metrics", "").await, 200);
            ended(&ask(&path, "GET", "/nowhere", "").await, 404);
            ended(&ask(&path, "POST", "/resolve", "{}").await, 400);
        })
        .await;
    let audit = house.audit();
    let uid = rustix::process::geteuid().as_raw();
    let by = audit[0]["requester"].as_str().unwrap();
    assert!(by.starts_with(&format!("uid {uid}")), "{by}");
    assert_eq!(audit[0]["requesterFrom"], path.to_str().unwrap());
    house.listener.stop().await;
    assert!(!path.exists(), "the file goes with the listener");
}

#[tokio::test]
async fn a_page_and_a_request_without_a_host_are_refused_here_too() {
    let (_folder, path) = place();
    let mut house = House::start(1, &alone(Socket::at(path.clone()))).await;
    house
        .beside(async {
            for (head, status) in [
                ("host: a\r\norigin: https://evil.example\r\n", 403),
                ("", 400),
            ] {
                let mut socket = UnixStream::connect(&path).await.unwrap();
                let request = format!("GET /metrics HTTP/1.1\r\n{head}connection: close\r\n\r\n");
                socket.write_all(request.as_bytes()).await.unwrap();
                let mut answer = String::new();
                socket.read_to_string(&mut answer).await.unwrap();
                ended(&answer, status);
            }
        })
        .await;
}

#[tokio::test]
async fn another_user_gets_in_only_when_listed() {
    let (_folder, path) = place();
    let mut house = House::start(1, &alone(Socket::at(path.clone()))).await;
    house
        .beside(async {
            if let Some(answer) = other(NOBODY, &path, "GET", "/healthz").await {
                assert_eq!(answer, "", "the file's mode keeps strangers out");
            }
            // Whoever opened the file to everyone has not opened the listener.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
            for target in ["/healthz", "/metrics"] {
                if let Some(answer) = other(NOBODY, &path, "GET", target).await {
                    ended(&answer, 403);
                    assert!(answer.contains("foreign.user"), "{answer}");
                }
            }
            if let Some(answer) = other(NOBODY, &path, "POST", "/resolve").await {
                ended(&answer, 403);
            }
        })
        .await;
    assert!(house.audit().is_empty());
    house.listener.stop().await;
    // Now the group may connect, and one of its members may write.
    let (_folder, path) = place();
    let socket = Socket {
        group: Some(Account::Number(NOBODY)),
        readers: vec![Account::Number(NOBODY)],
        ..Socket::at(path.clone())
    };
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried with a group: this needs root");
        return;
    }
    let mut house = House::start(1, &alone(socket)).await;
    let found = std::fs::metadata(&path).unwrap();
    assert_eq!((found.mode() & 0o777, found.gid()), (0o660, NOBODY));
    house.settle().await;
    house
        .beside(async {
            if let Some(answer) = other(NOBODY, &path, "GET", "/metrics").await {
                ended(&answer, 200);
            }
            if let Some(answer) = other(NOBODY, &path, "POST", "/resolve").await {
                ended(&answer, 403);
                assert!(answer.contains("scope.missing"), "{answer}");
            }
        })
        .await;
    let audit = house.audit();
    assert!(audit.iter().all(|line| {
        let by = line["requester"].as_str().unwrap();
        by.starts_with("uid 65534") && line["status"] == "refused"
    }));
}

async fn started(path: &Path) -> Result<Listener, String> {
    let (asker, _questions) = listen::desk();
    let listen = alone(Socket::at(path.to_owned()));
    let started = Listener::start(&listen, &Environment::default(), asker).await;
    started.map_err(|error| error.to_string())
}

#[tokio::test]
async fn what_stands_in_its_place_is_refused_and_left_as_it_is() {
    let (folder, path) = place();
    let aim = folder.path().join("aim");
    let refused = async |why: &str| {
        let said = started(&path).await.unwrap_err();
        assert!(said.contains(why) && said.contains("listen.sock"), "{said}");
    };
    symlink(&aim, &path).unwrap();
    refused("something else is there").await;
    assert!(!aim.exists() && path.symlink_metadata().unwrap().is_symlink());
    std::fs::remove_file(&path).unwrap();

    std::fs::write(&path, "precious").unwrap();
    refused("something else is there").await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    std::fs::remove_file(&path).unwrap();

    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    refused("something else is there").await;
    assert!(path.symlink_metadata().unwrap().file_type().is_fifo());
    std::fs::remove_file(&path).unwrap();

    if rustix::process::geteuid().is_root() {
        let _theirs = std::os::unix::net::UnixListener::bind(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(NOBODY), None).unwrap();
        refused("a socket of another user").await;
        assert_eq!(path.symlink_metadata().unwrap().uid(), NOBODY);
        std::fs::remove_file(&path).unwrap();
    }

    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    refused("others may replace files in its folder").await;
}

#[tokio::test]
async fn a_socket_that_a_killed_run_has_left_is_taken_over_and_one_in_use_is_not() {
    let (_folder, path) = place();
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let first = started(&path).await.unwrap();
    let why = started(&path).await.unwrap_err();
    assert!(why.contains("another console listens on it"), "{why}");
    first.stop().await;
    assert!(!path.exists());
}

use std::fs;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::*;

async fn run(script: &str) -> Result<String, SecretError> {
    let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
    let secret = SecretSource::Command(argv)
        .read(&Environment::default())
        .await?;
    Ok(secret.expose_secret().to_owned())
}

#[cfg(unix)]
fn file(content: &str, mode: u32) -> (tempfile::TempDir, SecretSource) {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it's secret");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    (dir, SecretSource::File(path))
}

#[tokio::test]
async fn a_variable_is_read_when_asked() {
    let env: Environment = [("S", "canary")].into_iter().collect();
    let source = SecretSource::Variable("S".to_owned());
    assert_eq!(source.read(&env).await.unwrap().expose_secret(), "canary");
    let error = source.read(&Environment::default()).await.unwrap_err();
    assert!(error.to_string().contains("S, which is not set"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_private_file_loses_one_line_end_only() {
    for (content, secret) in [
        ("canary\n", "canary"),
        ("canary\r\n", "canary"),
        (" c\n\n", " c\n"),
    ] {
        let (_dir, source) = file(content, 0o600);
        let read = source.read(&Environment::default()).await.unwrap();
        assert_eq!(read.expose_secret(), secret);
    }
    let (_dir, source) = file("canary", 0o400);
    assert!(source.inspect(&Environment::default()).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_odd_about_a_secret_is_named_and_nothing_of_it_is_shown() {
    let nothing = Environment::default();
    for (content, words) in [
        ("\u{feff}canary\n", "byte order mark"),
        (" canary\n", "begins with white space"),
        ("canary \n", "ends with white space"),
        ("canary\t", "ends with white space"),
        ("canary\nother\n", "more than one line"),
        ("canary\n\n", "more than one line"),
        ("canary\r\n", "CR LF"),
        ("\"canary\"\n", "quotation marks"),
        ("can\u{200b}ary", "cannot be seen"),
    ] {
        let (_dir, source) = file(content, 0o600);
        let (_, doubt) = source.read_doubting(&nothing).await.unwrap();
        let told = doubt.unwrap();
        let doubt = told.to_string();
        assert!(doubt.contains(words), "{content:?}: {doubt}");
        assert!(doubt.contains("it's secret"), "the place: {doubt}");
        assert!(
            !doubt.contains("canary") && !doubt.contains("other"),
            "{doubt}"
        );
        assert_eq!(source.doubt(&nothing), Some(told), "without a sign-in too");
    }
    let (_dir, source) = file("canary\n", 0o600);
    assert_eq!(source.doubt(&nothing), None);
    let printed = SecretSource::Command(["printf", " canary"].map(str::to_owned).to_vec());
    let (_, doubt) = printed.read_doubting(&nothing).await.unwrap();
    assert!(
        doubt
            .unwrap()
            .to_string()
            .contains("the command printf begins with")
    );
    let (_dir, blank) = file("\u{feff} \n", 0o600);
    let error = blank.read(&nothing).await.unwrap_err();
    assert!(matches!(error, SecretError::Empty(_)), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_open_is_refused_with_the_command_that_mends_it() {
    for mode in [0o640, 0o604, 0o644, 0o660, 0o610] {
        let (_dir, source) = file("canary\n", mode);
        let error = source
            .read(&Environment::default())
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(r"chmod 600 '/") && error.contains(r"it'\''s secret'"),
            "{error}"
        );
        assert!(!error.contains("canary"));
        assert!(source.inspect(&Environment::default()).is_err());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_secret_is_refused() {
    let long = "x".repeat(MAX_BYTES + 1);
    for (content, word) in [("", "empty"), ("\n", "empty"), (long.as_str(), "longer")] {
        let (_dir, source) = file(content, 0o600);
        let error = source.read(&Environment::default()).await.unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let dir = SecretSource::File(std::env::temp_dir());
    let error = dir.read(&Environment::default()).await.unwrap_err();
    assert!(matches!(error, SecretError::NotAFile(_)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_prints_the_secret() {
    assert_eq!(run("printf 'canary\\n'").await.unwrap(), "canary");
    assert_eq!(
        run("cat; printf canary").await.unwrap(),
        "canary",
        "stdin is empty"
    );
    let error = run("head -c 100000 /dev/zero | tr '\\0' x")
        .await
        .unwrap_err();
    assert!(matches!(error, SecretError::TooLong(_)), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_fails_says_so_without_its_output_and_without_escapes() {
    let error = run("echo canary; printf '\\033]0;owned\\007no key\\n' >&2; exit 3")
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("exit status: 3") && text.contains("no key"),
        "{text}"
    );
    assert!(
        !text.contains("canary") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_does_not_end_is_given_up() {
    let argv = ["sleep", "600"].map(str::to_owned);
    let error = command::read(&argv, Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, SecretError::TooSlow { .. }), "{error}");
    let argv = ["/nonexistent/pass".to_owned()];
    let error = command::read(&argv, command::DEADLINE).await.unwrap_err();
    assert!(matches!(error, SecretError::NotRun { .. }), "{error}");
}

#[test]
fn debug_of_a_held_secret_is_masked() {
    let held = SecretSource::Held(SecretString::from("canary"));
    assert!(!format!("{held:?}").contains("canary"));
}

#[tokio::test]
async fn a_command_has_no_terminal_and_no_input() {
    let script =
        "if (: < /dev/tty) 2>/dev/null; then echo terminal; fi; ps -o sid= -p $$; echo $$; cat";
    let said = run(script).await.unwrap();
    let lines: Vec<_> = said.lines().map(str::trim).collect();
    assert_eq!(lines[0], lines[1], "it leads a session of its own: {said}");
}

#[tokio::test]
async fn a_command_that_is_given_up_is_ended_with_what_it_has_started() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note");
    let script = format!(
        "trap '' HUP TERM; sleep 600 & echo $! > {0}.new; mv {0}.new {0}; wait",
        note.display()
    );
    let argv = ["sh", "-c", &script].map(str::to_owned);
    let reading = command::read(&argv, Duration::from_secs(600));
    let started = async {
        while !note.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Whoever waited for it goes away, as at the deadline.
    tokio::select! {
        read = reading => panic!("{read:?}"),
        () = started => {}
    }
    let grandchild = std::fs::read_to_string(&note).unwrap();
    let stat = format!("/proc/{}/stat", grandchild.trim());
    let gone = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while !gone() {
        assert!(std::time::Instant::now() < until, "it outlived its group");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

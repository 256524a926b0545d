//! Opens a browser, where the person is in front of this machine: over SSH it would open where nobody looks.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use url::Url;

use crate::environment::Environment;
use crate::process;

/// Openers hand the address on and end; what stays longer is a browser of the terminal, which belongs elsewhere.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the address; whether something took it. What it is opened with writes nothing to the terminal.
pub async fn open(environment: &Environment, url: &Url) -> bool {
    let Some(opener) = opener(environment) else {
        return false;
    };
    let mut command = Command::new(opener);
    process::without_credentials(command.as_std_mut());
    let child = command
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    match tokio::time::timeout(PATIENCE, child.wait()).await {
        Ok(ended) => ended.is_ok_and(|status| status.success()),
        Err(_) => true,
    }
}

/// What opens addresses on the desktop that this process runs on; none where there is no desktop.
fn opener(environment: &Environment) -> Option<&'static str> {
    let set = |name| environment.get(name).is_some();
    if set("SSH_CONNECTION") || set("SSH_TTY") {
        return None;
    }
    if cfg!(target_os = "macos") {
        return Some("open");
    }
    (set("DISPLAY") || set("WAYLAND_DISPLAY")).then_some("xdg-open")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_opened_where_nobody_looks() {
        let of = |names: &[&str]| opener(&names.iter().map(|name| (*name, "1")).collect());
        assert_eq!(of(&["SSH_CONNECTION", "DISPLAY"]), None);
        assert_eq!(of(&["SSH_TTY", "WAYLAND_DISPLAY"]), None);
        if cfg!(target_os = "linux") {
            assert_eq!(of(&[]), None);
            assert_eq!(of(&["DISPLAY"]), Some("xdg-open"));
        }
    }
}

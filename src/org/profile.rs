//! The files a start leaves for its clients: the CA, and a configuration that uses it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::platform::hours::seeds::group_id;
use super::{Options, Org, OrgError, edges, queues, webhooks};
use crate::child::scratch::Scratch;

#[derive(Serialize)]
struct Config<'a> {
    profile: &'static str,
    profiles: Profiles<'a>,
}

#[derive(Serialize)]
struct Profiles<'a> {
    org: Profile<'a>,
}

#[derive(Serialize)]
struct Profile<'a> {
    api: &'static str,
    base_url: &'a str,
    status_url: String,
    client_id: &'a str,
    client_secret_file: &'a Path,
    ca_file: &'a Path,
    requests_per_minute: u32,
    /// The other client, through which people sign in; the direct API has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonClient>,
    #[serde(flatten)]
    watch: WatchProfile,
}

#[derive(Serialize)]
struct PersonClient {
    client_id: String,
    /// Any: this organisation takes every address of loopback.
    redirect_port: u16,
}

/// What the profile says beyond registrations: where the organisation's estate is, and whom to tell of
/// alerts, transfers and deployments.
#[derive(Serialize)]
struct WatchProfile {
    carriers: BTreeMap<&'static str, Proxy>,
    alerts: Alerts,
    probes: Probes,
    provisioning: Provisioning,
    transfers: Transfers,
    routes: Routes,
    /// Where queues do not tell their hours themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    callbacks: Option<Callbacks>,
}

#[derive(Serialize)]
struct Callbacks {
    /// The schedule group that opens each queue.
    hours: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Provisioning {
    edges: Vec<&'static str>,
}

#[derive(Serialize)]
struct Routes {
    /// The sink for webhooks, under a path that tells deployments from alerts.
    sync_webhook: String,
}

#[derive(Serialize)]
struct Proxy {
    host: IpAddr,
    port: u16,
}

#[derive(Serialize)]
struct Alerts {
    webhook: String,
}

#[derive(Serialize)]
struct Probes {
    /// The one server over either transport.
    stun: [String; 2],
}

#[derive(Serialize)]
struct Transfers {
    media_callback: String,
}

impl WatchProfile {
    /// All of it, so that whoever starts from this profile sees every part at work.
    fn of(org: &Org, api: &str) -> Self {
        let proxies = org.sip_proxies().iter();
        Self {
            carriers: proxies
                .map(|(id, address)| {
                    let (host, port) = (address.ip(), address.port());
                    (*id, Proxy { host, port })
                })
                .collect(),
            alerts: Alerts {
                webhook: format!("{}{}", org.base_url(), webhooks::PATH),
            },
            probes: Probes {
                stun: [
                    org.stun().to_string(),
                    format!("{}?transport=tcp", org.stun()),
                ],
            },
            provisioning: Provisioning {
                edges: edges::edges().iter().map(|edge| edge.id).collect(),
            },
            transfers: Transfers {
                media_callback: org.media_callback(),
            },
            routes: Routes {
                sync_webhook: format!("{}{}/routes", org.base_url(), webhooks::PATH),
            },
            callbacks: (api == "platform").then(Callbacks::of_the_queues),
        }
    }
}

impl Callbacks {
    fn of_the_queues() -> Self {
        let queues = queues::seeds::queues().into_iter();
        let hours = queues.map(|queue| (queue.id.to_string(), group_id(&queue.id)));
        Self {
            hours: hours.collect(),
        }
    }
}

/// Puts the CA where asked, or in a private folder that lives as long as the second value.
pub(super) fn place_ca(
    asked: Option<&Path>,
    pem: &str,
) -> Result<(PathBuf, Option<Scratch>), OrgError> {
    const WHAT: &str = "CA certificate";
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        |source| OrgError::Write {
            what: WHAT,
            path,
            source,
        }
    };
    if let Some(path) = asked {
        let path = std::path::absolute(path).map_err(failed(path))?;
        write_private(&path, pem).map_err(failed(&path))?;
        return Ok((path, None));
    }
    let base = std::env::temp_dir();
    let folder = Scratch::new(&base, "trunkline-org-").map_err(failed(&base))?;
    let path = folder.path().join("ca.pem");
    write_private(&path, pem).map_err(failed(&path))?;
    Ok((path, Some(folder)))
}

/// Writes the configuration to `path` and the client secret to `path` with `.secret` appended, both mode 0600.
pub(super) fn write(path: &Path, org: &Org, options: &Options) -> Result<(), OrgError> {
    let failed = |what, path: &Path, source| OrgError::Write {
        what,
        path: path.to_path_buf(),
        source,
    };
    let path = std::path::absolute(path).map_err(|source| failed("profile", path, source))?;
    let secret_file = PathBuf::from(
        [path.as_os_str(), ".secret".as_ref()]
            .into_iter()
            .collect::<OsString>(),
    );
    write_private(&secret_file, org.client_secret().expose_secret())
        .map_err(|source| failed("client secret", &secret_file, source))?;
    let profile = Profile {
        api: options.api,
        base_url: org.base_url(),
        status_url: org.status_page(),
        client_id: org.client_id(),
        client_secret_file: &secret_file,
        ca_file: org.ca_file(),
        requests_per_minute: options.rate_limit,
        person: (options.api == "platform").then(|| PersonClient {
            client_id: org.person_client_id(),
            redirect_port: 0,
        }),
        watch: WatchProfile::of(org, options.api),
    };
    let config = Config {
        profile: "org",
        profiles: Profiles { org: profile },
    };
    toml::to_string(&config)
        .map_err(io::Error::other)
        .and_then(|text| write_private(&path, &text))
        .map_err(|source| failed("profile", &path, source))
}

/// Whole or not at all, readable by its owner only (`NamedTempFile` is made with mode 0600).
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

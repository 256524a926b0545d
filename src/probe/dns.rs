//! The DNS probe: what a SIP domain resolves to (RFC 3263), with lifetimes and who said so.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{self, Name, RData, RecordType};
use tokio::time::Instant;

use super::{Deadline, Resolver};
use crate::cause::{Cause, Explanation, said};
use crate::model::finding::{Dns, ProbeOutcome, Record, Target};
use crate::text::Text;

/// Records that are kept; a domain with more is a content network's.
const MOST_RECORDS: usize = 64;

/// Where SIP is looked for below a domain (RFC 3263 §4.1).
const SERVICES: [&str; 3] = ["_sips._tcp", "_sip._tcp", "_sip._udp"];

/// Asks for everything that SIP needs of a name.
pub(super) async fn probe(
    target: &Target,
    resolvers: &[Resolver],
    until: Deadline,
) -> ProbeOutcome {
    let mut notes: Vec<Text> = Vec::new();
    for (i, resolver) in resolvers.iter().enumerate() {
        let left = until.at.saturating_duration_since(Instant::now());
        let others = u32::try_from(resolvers.len().saturating_sub(i)).unwrap_or(1);
        match ask(target, *resolver, left / others.max(1)).await {
            Ok(found) => {
                let found = found.with_notes(notes);
                return found.outcome(target, *resolver);
            }
            Err(why) => notes.push(format!("{}: {why}", who(*resolver)).into()),
        }
    }
    let tried: Vec<String> = notes.iter().map(ToString::to_string).collect();
    let told = Cause::DnsSilent.told().with("said", tried.join("; "));
    ProbeOutcome::unreachable(of(target, &told))
}

/// The addresses of a host by one resolver; none when it says that there are none. An error is one that another resolver
/// may not have.
pub(super) async fn addresses(
    host: &str,
    resolver: SocketAddr,
    allowed: Duration,
) -> Result<Vec<IpAddr>, String> {
    let client = client(Resolver::At(resolver), allowed).map_err(|error| short(&error))?;
    let mut name = Name::from_utf8(host).map_err(|error| said(&error))?;
    name.set_fqdn(true);
    match tokio::time::timeout(allowed, client.lookup_ip(name)).await {
        Ok(Ok(found)) => Ok(found.iter().collect()),
        Ok(Err(NetError::Dns(DnsError::NoRecordsFound(_)))) => Ok(Vec::new()),
        Ok(Err(error)) => Err(short(&error)),
        Err(_) => Err(format!("no answer within {:.1} s", allowed.as_secs_f64())),
    }
}

fn of(target: &Target, told: &Explanation) -> String {
    format!("DNS probe of {}: {told}", target.address())
}

/// What one resolver knows.
#[derive(Default)]
struct Found {
    records: Vec<Record>,
    dropped: usize,
    /// Whether it said that there is no such name.
    missing: bool,
    notes: Vec<Text>,
}

impl Found {
    fn with_notes(mut self, mut before: Vec<Text>) -> Self {
        before.append(&mut self.notes);
        self.notes = before;
        self
    }

    fn outcome(self, target: &Target, resolver: Resolver) -> ProbeOutcome {
        let who = who(resolver);
        if self.records.is_empty() {
            let cause = if self.missing {
                Cause::DnsNameMissing
            } else {
                Cause::DnsNameEmpty
            };
            return ProbeOutcome::refused(of(target, &cause.told().with("at", who)));
        }
        ProbeOutcome::Dns(Dns {
            records: self.records,
            records_dropped: self.dropped,
            resolver: who.into(),
            notes: self.notes,
        })
    }

    fn add(&mut self, record: &rr::Record) {
        let Some((kind, value)) = shown(&record.data) else {
            return;
        };
        let record = Record {
            name: plain(&record.name).into(),
            kind,
            ttl_s: record.ttl,
            value: value.into(),
        };
        // The aliases on the way come with the answer to each question.
        let known = |r: &Record| (&r.name, r.kind, &r.value) == (&record.name, kind, &record.value);
        if self.records.iter().any(known) {
            return;
        }
        if self.records.len() < MOST_RECORDS {
            self.records.push(record);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// Asks one resolver all questions side by side. An error is one that another resolver may not have.
async fn ask(target: &Target, resolver: Resolver, allowed: Duration) -> Result<Found, String> {
    let client = client(resolver, allowed).map_err(|error| short(&error))?;
    let questions = questions(target.host()).map_err(|error| said(&error))?;
    let lookups = questions
        .iter()
        .map(|(name, kind)| client.lookup(name.clone(), *kind));
    let answers = tokio::time::timeout(allowed, futures_util::future::join_all(lookups))
        .await
        .map_err(|_| format!("no answer within {:.1} s", allowed.as_secs_f64()))?;

    let mut found = Found::default();
    let mut failures = Vec::new();
    let mut answered = false;
    for ((name, kind), answer) in questions.iter().zip(answers) {
        match answer {
            Ok(lookup) => {
                answered = true;
                lookup.answers().iter().for_each(|record| found.add(record));
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
                answered = true;
                let is_name = *kind == RecordType::A;
                found.missing |= is_name && none.response_code == ResponseCode::NXDomain;
            }
            Err(error) => failures.push(format!("{kind} of {}: {}", plain(name), short(&error))),
        }
    }
    if !answered {
        return Err(failures.into_iter().next().unwrap_or_default());
    }
    found.notes = failures.into_iter().map(Text::from).collect();
    Ok(found)
}

/// The addresses, the rules and the services of a domain; of a name that is a service already, only that.
fn questions(host: &str) -> Result<Vec<(Name, RecordType)>, hickory_resolver::proto::ProtoError> {
    let mut name = Name::from_ascii(host)?;
    // Never with this machine's search list: that would be another name.
    name.set_fqdn(true);
    if host.starts_with('_') {
        return Ok(vec![(name, RecordType::SRV)]);
    }
    let mut all = vec![
        (name.clone(), RecordType::A),
        (name.clone(), RecordType::AAAA),
        (name.clone(), RecordType::NAPTR),
    ];
    for service in SERVICES {
        // A name so long that no service fits before it has none.
        if let Ok(service) = Name::from_ascii(service).and_then(|s| s.append_domain(&name)) {
            all.push((service, RecordType::SRV));
        }
    }
    Ok(all)
}

fn client(resolver: Resolver, allowed: Duration) -> Result<TokioResolver, NetError> {
    let mut builder = match resolver {
        Resolver::System => TokioResolver::builder_tokio()?,
        Resolver::At(address) => {
            TokioResolver::builder_with_config(config(address), TokioRuntimeProvider::default())
        }
    };
    let options: &mut ResolverOpts = builder.options_mut();
    // Two tries fit into the time. Nothing is kept: the question is what the resolver says now.
    options.timeout = (allowed / 2).max(Duration::from_millis(1));
    options.attempts = 1;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build()
}

fn config(address: SocketAddr) -> ResolverConfig {
    let at_port = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let connections = vec![
        at_port(ConnectionConfig::udp()),
        at_port(ConnectionConfig::tcp()),
    ];
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(address.ip(), true, connections)])
}

/// A record in zone-file form; none for kinds that nobody asked for, such as signatures.
fn shown(data: &RData) -> Option<(&'static str, String)> {
    Some(match data {
        RData::A(address) => ("A", address.to_string()),
        RData::AAAA(address) => ("AAAA", address.to_string()),
        RData::CNAME(name) => ("CNAME", plain(&name.0)),
        RData::SRV(srv) => (
            "SRV",
            format!(
                "{} {} {} {}",
                srv.priority,
                srv.weight,
                srv.port,
                plain(&srv.target)
            ),
        ),
        RData::NAPTR(rule) => (
            "NAPTR",
            format!(
                "{} {} {:?} {:?} {:?} {}",
                rule.order,
                rule.preference,
                String::from_utf8_lossy(&rule.flags),
                String::from_utf8_lossy(&rule.services),
                String::from_utf8_lossy(&rule.regexp),
                plain(&rule.replacement)
            ),
        ),
        _ => return None,
    })
}

fn plain(name: &Name) -> String {
    let text = name.to_ascii();
    match text.strip_suffix('.') {
        Some(plain) if !plain.is_empty() => plain.to_owned(),
        _ => text,
    }
}

fn who(resolver: Resolver) -> String {
    match resolver {
        Resolver::System => "the system's resolver".to_owned(),
        Resolver::At(address) => address.to_string(),
    }
}

/// Why a resolver did not answer, in plain words.
fn short(error: &NetError) -> String {
    match error {
        NetError::Timeout => "no answer came".to_owned(),
        NetError::NoConnections => "it could not be connected to".to_owned(),
        NetError::Io(error) => said(&**error),
        NetError::Dns(DnsError::ResponseCode(code)) => format!("it answered {code}"),
        other => said(other),
    }
}

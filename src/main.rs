//! The `trunkline` binary: sets the process up, reads the command line and hands over.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use color_eyre::eyre::{Report, WrapErr as _, eyre};
use jiff::tz::TimeZone;
use trunkline::app::Next;
use trunkline::cause::Cause;
use trunkline::child::scratch::Scratch;
use trunkline::cli::audit::AuditCommand;
use trunkline::cli::digest::PacketArgs;
use trunkline::cli::list::GetArgs;
use trunkline::cli::probe::ProbeArgs;
use trunkline::cli::record::{DumpArgs, ReplayArgs};
use trunkline::cli::report::ReportArgs;
use trunkline::cli::share::ShareCommand;
use trunkline::cli::{Cli, Command, ConfigCommand, OrgArgs, ServeArgs};
use trunkline::config::watch::Watch;
use trunkline::config::{self, Flags, Loaded, Paths, Profile, report, schema};
use trunkline::environment::Environment;
use trunkline::feed::descriptors;
use trunkline::feed::{beat, gather};
use trunkline::headless::{self, Exit, out, record, serve};
use trunkline::model::api::Api;
use trunkline::packet::Packet;
use trunkline::record::RecordFolder;
use trunkline::share::Offer;
use trunkline::term::glyphs::Glyphs;
use trunkline::term::signals::Signals;
use trunkline::text::collate;
use trunkline::{console, folder, logging, org};

/// Gives back what was freed. The system's keeps that in an arena of each thread, and what a look at the past takes is megabytes:
/// over a shift it is most of what the process has.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The runtime opens `/dev/null` for what is closed, before `main`: whether it was is to be seen here alone.
#[ctor::ctor]
fn before_main() {
    out::look();
    trunkline::process::small_pages();
}

fn main() -> ExitCode {
    headless::complete::answer();
    trunkline::process::harden();
    // Everything that speaks TLS later finds it here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if color_eyre::install().is_err() {
        return ExitCode::from(Exit::Usage as u8);
    }
    trunkline::term::install_panic_hook();
    trunkline::child::keep_descriptors();
    // Early: whatever serves or follows thousands of streams needs as many descriptors.
    descriptors::raise();
    let ended = match Cli::read() {
        Ok(cli) => start(cli),
        Err(told) => usage(&told),
    };
    // Nothing that the console has started outlives it.
    trunkline::child::end_all();
    let code = match ended {
        Ok(code) => code,
        Err(_) if out::reader_left() => out::READER_LEFT,
        Err(report) => {
            let text = format!("trunkline: {report:#}");
            out::error_line(&trunkline::vault::scrub(&text));
            Exit::Usage as u8
        }
    };
    if std::env::args_os().any(|arg| arg == "--json") {
        out::fault(code);
    }
    ExitCode::from(code)
}

/// What the command line itself is answered with: a help that was asked for is output like any other.
fn usage(told: &clap::Error) -> Result<u8, Report> {
    if !told.use_stderr() {
        out::open().map_err(|e| eyre!(e))?;
    }
    let printed = told.print();
    if told.use_stderr() {
        out::note(&told.to_string());
    }
    if !told.use_stderr() {
        out::told(printed).map_err(|e| eyre!(e))?;
    }
    Ok(u8::try_from(told.exit_code()).unwrap_or(Exit::Usage as u8))
}

fn start(cli: Cli) -> Result<u8, Report> {
    let environment = Environment::capture();
    Glyphs::of(None, &environment).choose();
    // Who decides the order of names, the first that is set: POSIX.1-2024, XBD 8.2.
    let locale = ["LC_ALL", "LC_COLLATE", "LANG"].map(|name| environment.get(name));
    let locale = locale.into_iter().flatten().next().and_then(OsStr::to_str);
    collate::choose(locale.unwrap_or_default());
    let paths = Paths::standard()?;
    folder::narrow(&paths.state_dir).map_err(|e| eyre!(e))?;
    trunkline::term::crash::keep_in(&paths.state_dir);
    let _log = logging::start(&environment, &paths.state_dir);
    // What runs that were killed left half written.
    trunkline::file::sweep(&paths.state_dir);
    let flags = Flags {
        config: cli.global.config,
        profile: cli.global.profile,
        read_only: cli.global.read_only,
        theme: cli.global.theme,
    };
    let world = World {
        flags,
        environment,
        paths,
    };
    // The console says itself what its terminal lacks, and a listener that nobody reads may have no output.
    if !matches!(
        cli.command,
        None | Some(Command::Demo(_) | Command::Serve(_))
    ) {
        out::open().map_err(|e| eyre!(e))?;
    }
    match cli.command {
        None => world.console(cli.listen, cli.direct),
        Some(_) if cli.listen.is_some() => Err(eyre!(
            "--listen before a command is the console's. Without a screen: trunkline serve --listen ADDR:PORT"
        )),
        Some(_) if cli.direct => Err(eyre!(
            "--direct is the console's: a command without a screen reads by itself"
        )),
        Some(Command::Demo(args)) => world.demo(args),
        Some(Command::Org(args)) => organisation(args),
        Some(Command::Get(args)) => world.get(args),
        Some(Command::Whois(args)) => world.get(args.list()),
        Some(Command::Sip(args)) => world.write(|p, e, _| headless::sip::ladder(p, e, args)),
        Some(Command::Report(args)) => world.report(&args),
        Some(Command::Serve(args)) => world.serve(args),
        Some(Command::Login) => world.write(|p, e, _| headless::login::login(p, e)),
        Some(Command::Logout) => world.write(|p, e, _| headless::login::logout(p, e)),
        Some(Command::Doctor { json }) => world.doctor(json),
        Some(Command::Probe(args)) => world.probe(&args),
        Some(Command::Provision(args)) if args.fields => {
            headless::provision::fields().map_err(|e| eyre!(e))
        }
        Some(Command::Provision(args)) => {
            world.write(|p, e, state| headless::provision::provision(p, e, state, args))
        }
        Some(Command::Api(args)) => {
            world.write(|p, e, state| headless::api::api(p, e, state, args))
        }
        Some(Command::Transfer(args)) => {
            world.write(|p, e, state| headless::transfer::transfer(p, e, state, args))
        }
        Some(Command::Callback(command)) => {
            world.write(|p, e, state| headless::callback::run(p, e, state, command))
        }
        Some(Command::Route(command)) => {
            world.write(|p, e, state| headless::route::route(p, e, state, command))
        }
        Some(Command::Alert(command)) => world.write(|p, e, _| headless::alert::run(p, e, command)),
        Some(Command::Webhook(command)) => {
            world.write(|p, e, state| headless::webhook::run(p, e, state, command))
        }
        Some(Command::Record(command)) => {
            world.past(|loaded, state| headless::record::record(loaded, state, command))
        }
        Some(Command::Dump(args)) => {
            world.past(|loaded, state| headless::record::dump(loaded, state, &args))
        }
        Some(Command::Digest(args)) => {
            world.past(|loaded, state| headless::digest::digest(loaded, state, &args))
        }
        Some(Command::Handover(args)) => {
            world.write(|p, e, state| headless::digest::handover(p, e, state, args))
        }
        Some(Command::Packet(args)) => world.packet(&args),
        Some(Command::Bookmark(command)) => {
            world.past(|loaded, state| headless::digest::bookmark(loaded, state, &command))
        }
        Some(Command::Replay(args)) => world.replay(&args),
        Some(Command::Share(ShareCommand::Status { json })) => world.share_status(json),
        Some(Command::Audit(command)) => world.audit(&command),
        Some(Command::Config(command)) => world.config(command),
        Some(Command::Completions { shell }) => {
            let script = headless::complete::script(shell);
            written(&script.map_err(|e| eyre!(e))?)
        }
        Some(Command::Man { all }) => manual(all.as_deref()),
    }
}

/// Prints the manual page of the program, or writes those of every command into a folder.
fn manual(folder: Option<&Path>) -> Result<u8, Report> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::whole())
            .render(&mut page)
            .wrap_err("writing the manual page")?;
        return written(&page);
    };
    clap_mangen::generate_to(Cli::whole(), folder)
        .wrap_err_with(|| format!("writing the manual pages to {}", folder.display()))?;
    Ok(0)
}

/// What the process was given.
struct World {
    flags: Flags,
    environment: Environment,
    paths: Paths,
}

impl World {
    fn load(&self) -> Result<Loaded, Report> {
        let loaded = config::load(&self.flags, &self.environment, &self.paths)?;
        Glyphs::of(loaded.config.ui.ascii, &self.environment).choose();
        Ok(loaded)
    }

    /// What commands without a screen start from: a profile there is no doing without.
    fn load_profile(&self) -> Result<Loaded, Report> {
        let loaded = self.load()?;
        if loaded.profile.is_none() {
            return Err(no_profile());
        }
        Ok(loaded)
    }

    /// The console, and after it that of every other profile that a person goes on with.
    fn console(mut self, listen: Option<SocketAddr>, direct: bool) -> Result<u8, Report> {
        loop {
            let ended = self.console_once(listen, direct)?;
            match ended.next {
                Some(Next::Profile(name)) => self.flags.profile = Some(name),
                Some(Next::Setup) => match self.setup()? {
                    Some(name) => self.flags.profile = Some(name),
                    None => return Ok(0),
                },
                Some(Next::Demo) => {
                    let demo = Cli::parse_from(["trunkline", "demo"]).command;
                    let Some(Command::Demo(args)) = demo else {
                        return Ok(0);
                    };
                    return self.demo(args);
                }
                None => return Ok(ended.code),
            }
        }
    }

    /// Asks for what a first configuration needs, tries it and writes it; the profile's name, none when that was given up.
    fn setup(&self) -> Result<Option<String>, Report> {
        let guide = headless::setup::Guide {
            flags: &self.flags,
            environment: &self.environment,
            paths: &self.paths,
        };
        let runtime = runtime()?;
        let mut input = std::io::stdin().lock();
        let asked = headless::setup::guided(&mut input, guide);
        let made = runtime.block_on(asked).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        made
    }

    fn console_once(
        &self,
        listen: Option<SocketAddr>,
        direct: bool,
    ) -> Result<console::Ended, Report> {
        let mut loaded = self.load()?;
        if let (Some(address), Some(profile)) = (listen, &mut loaded.profile) {
            let asked = serve::ListenFlags {
                address: Some(address),
                ..serve::ListenFlags::default()
            };
            profile.listen = Some(asked.over(profile.listen.take()));
        }
        let runtime = runtime()?;
        let ended = runtime.block_on(async {
            let (environment, paths) = (self.environment.clone(), self.paths.clone());
            let watch = Watch::start(self.flags.clone(), environment.clone(), paths.clone());
            let watch = watch.map_err(|e| loaded.warnings.push(e.to_string())).ok();
            let start = console::Start { watch, direct };
            Box::pin(console::run(loaded, environment, paths.state_dir, start)).await
        });
        let ended = ended.map_err(|e| eyre!(e));
        // With it goes everything that follows the profile.
        runtime.shutdown_background();
        ended
    }

    fn demo(self, mut args: OrgArgs) -> Result<u8, Report> {
        // What is asked for comes after, and counts.
        args.faults.splice(0..0, SHOWN_FAULTS.map(str::to_owned));
        // The console reads a configuration file and trusts a certificate file here as it does anywhere.
        let folder = Scratch::new(&std::env::temp_dir(), "trunkline-demo-")
            .wrap_err("making a folder for the demo's configuration")?;
        let file = folder.path().join("demo.toml");
        let options = org::Options {
            profile_out: Some(file.clone()),
            ..options(args)?
        };
        // Two machines in one process: neither waits for the other's threads.
        let (runtime, far) = (runtime()?, runtime()?);
        let org = far.block_on(org::start(options))?;
        let code = runtime.block_on(async {
            let flags = Flags {
                config: Some(file),
                profile: None,
                ..self.flags
            };
            let colour = self
                .environment
                .get("NO_COLOR")
                .map(|value| ("NO_COLOR", value.to_owned()));
            let mut loaded = config::load(&flags, &colour.into_iter().collect(), &self.paths)?;
            if let Some(profile) = &mut loaded.profile {
                "demo".clone_into(&mut profile.name);
                // Both ends of a stream are in this process.
                let streams = u32::try_from(descriptors::bears() / 2).unwrap_or(u32::MAX);
                profile.registrations.max_streams = Some(streams);
            }
            // Alerts of one demo are none of the next one's.
            let state = folder.path().join("state");
            let alone = console::Start {
                watch: None,
                direct: true,
            };
            let code = Box::pin(console::run(loaded, self.environment, state, alone)).await;
            code.map(|ended| ended.code).map_err(|e| eyre!(e))
        });
        runtime.shutdown_background();
        drop(org);
        far.shutdown_background();
        code
    }

    fn get(self, args: GetArgs) -> Result<u8, Report> {
        if args.kind.is_none() {
            return headless::get::kinds().map_err(|e| eyre!(e));
        }
        if let (Some(kind), Some(_)) = (args.kind, &args.at) {
            let asked = DumpArgs {
                kind,
                at: args.at,
                from: None,
                to: None,
                list: args.list,
            };
            return self.past(|loaded, state| headless::record::dump(loaded, state, &asked));
        }
        let loaded = self.load_profile()?;
        let runtime = runtime()?;
        let run = headless::get::get(headless::get::Get {
            loaded,
            environment: self.environment,
            state_dir: self.paths.state_dir,
            args,
        });
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    /// Reads what was recorded of the profile; nothing is asked of its organisation.
    fn past(
        &self,
        command: impl FnOnce(&Loaded, &Path) -> Result<u8, String>,
    ) -> Result<u8, Report> {
        let loaded = self.load_profile()?;
        command(&loaded, &self.paths.state_dir).map_err(|e| eyre!(e))
    }

    /// Writes a packet; one that is only looked at needs no profile.
    fn packet(&self, args: &PacketArgs) -> Result<u8, Report> {
        let loaded = self.load()?;
        let (environment, state) = (&self.environment, &self.paths.state_dir);
        headless::packet::packet(&loaded, environment, state, args).map_err(|e| eyre!(e))
    }

    /// Opens the console on what was recorded.
    fn replay(self, args: &ReplayArgs) -> Result<u8, Report> {
        let mut loaded = self.load()?;
        let packet = match &args.folder {
            Some(file) if file.is_file() => Some(Packet::open(file).map_err(|e| eyre!("{e}"))?),
            _ => None,
        };
        let scratch = Scratch::new(&std::env::temp_dir(), "trunkline-packet-");
        let scratch = scratch.wrap_err("making a folder for the record")?;
        if packet.is_some() {
            // It is of another machine, and asks nothing of this one's organisation.
            loaded.profile = None;
        }
        let profile = loaded.profile.as_ref();
        let folder = match (&args.folder, profile) {
            (Some(_), _) if packet.is_some() => unfolded(packet.as_ref(), scratch.path())?,
            (Some(folder), _) => RecordFolder::at(folder.clone()),
            (None, Some(profile)) => RecordFolder::of(&self.paths.state_dir, &profile.name),
            (None, None) => return Err(no_profile()),
        };
        let zone = profile.and_then(|profile| profile.time_zone.clone());
        let first = packet.as_ref().map(|packet| packet.about.begin.to_string());
        let at = args.at.as_deref().or(first.as_deref());
        let begin = record::begin(&folder, at, &zone.unwrap_or(TimeZone::UTC));
        let begin = begin.map_err(|e| eyre!(e))?;
        let runtime = runtime()?;
        let (environment, state) = (self.environment, self.paths.state_dir);
        let run = console::replay(
            loaded,
            environment,
            state,
            folder,
            (begin, args.speed),
            packet,
        );
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    fn report(self, args: &ReportArgs) -> Result<u8, Report> {
        let loaded = self.load_profile()?;
        if args.is_history() {
            let told = headless::report::history(&loaded, &self.paths.state_dir, args);
            return told.map_err(|e| eyre!(e));
        }
        let runtime = runtime()?;
        let run = headless::report::report(loaded, self.environment, args);
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    fn serve(self, args: ServeArgs) -> Result<u8, Report> {
        let share = args.share.then(|| Offer::find(&self.environment));
        let share = share.transpose()?;
        let mut loaded = self.load_profile()?;
        let asked = serve::ListenFlags {
            address: args.listen,
            token_env: args.token_env,
            token_file: args.token_file,
            socket: args.socket,
        };
        let profile = loaded.profile.as_mut();
        let listen = asked.over(profile.and_then(|profile| profile.listen.take()));
        let runtime = runtime()?;
        let run = serve::serve(
            loaded,
            self.environment,
            self.paths.state_dir,
            &listen,
            share,
        );
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    fn share_status(self, json: bool) -> Result<u8, Report> {
        let loaded = self.load_profile()?;
        let run = headless::share::status(&loaded, &self.environment, json);
        runtime()?.block_on(run).map_err(|e| eyre!(e))
    }

    fn doctor(self, json: bool) -> Result<u8, Report> {
        let loaded = self.load().map_err(|error| format!("{error:#}"));
        let runtime = runtime()?;
        let run = headless::doctor::doctor(loaded, self.environment, &self.paths.state_dir, json);
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    fn probe(&self, args: &ProbeArgs) -> Result<u8, Report> {
        let loaded = self.load()?;
        let runtime = runtime()?;
        let run = headless::probe::probe(loaded.profile.as_ref(), &self.environment, args);
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    /// Runs a command that writes: with the profile, and with the folder of the audit.
    fn write<F: Future<Output = Result<u8, String>>>(
        self,
        command: impl FnOnce(Profile, Environment, PathBuf) -> F,
    ) -> Result<u8, Report> {
        let profile = self.profile()?;
        let runtime = runtime()?;
        let run = command(profile, self.environment, self.paths.state_dir);
        let code = runtime.block_on(run).map_err(|e| eyre!(e));
        runtime.shutdown_background();
        code
    }

    /// The profile of a command that writes, which cannot do without one.
    fn profile(&self) -> Result<Profile, Report> {
        let loaded = self.load_profile()?;
        loaded.profile.ok_or_else(no_profile)
    }

    fn audit(&self, command: &AuditCommand) -> Result<u8, Report> {
        let (loaded, state) = (self.load_profile()?, &self.paths.state_dir);
        let code = match command {
            AuditCommand::Show(args) => {
                let profile = loaded.profile.as_ref().ok_or_else(no_profile)?;
                runtime()?.block_on(headless::audit::show(state, profile, args))
            }
            AuditCommand::Verify => {
                let verify = headless::audit::verify(state, &loaded, &self.environment);
                runtime()?.block_on(verify)
            }
        };
        code.map_err(|e| eyre!(e))
    }

    fn config(self, command: ConfigCommand) -> Result<u8, Report> {
        let (flags, env, paths) = (&self.flags, &self.environment, &self.paths);
        let text = match command {
            ConfigCommand::Init { guided: true } => {
                self.setup()?;
                return Ok(0);
            }
            ConfigCommand::Init { guided: false } => report::init(flags, env, paths)?,
            ConfigCommand::Check => report::check(flags, env, paths)?,
            ConfigCommand::Path => report::path(flags, env, paths),
            ConfigCommand::Schema { markdown: true } => schema::markdown(),
            ConfigCommand::Schema { markdown: false } => schema::schema(),
            ConfigCommand::Show => report::show(&self.load()?),
        };
        written(format!("{}\n", text.trim_end()).as_bytes())
    }
}

/// The record of a packet, laid out in a folder.
fn unfolded(packet: Option<&Packet>, scratch: &Path) -> Result<RecordFolder, Report> {
    let packet = packet.ok_or_else(no_profile)?;
    let folder = packet.unfold(&scratch.join("record"));
    folder.map_err(|e| eyre!("{e}"))
}

fn no_profile() -> Report {
    eyre!("{}", Cause::NoProfile.told())
}

/// Prints what is made here.
fn written(text: &[u8]) -> Result<u8, Report> {
    out::write(&String::from_utf8_lossy(text)).map_err(|e| eyre!(e))?;
    Ok(0)
}

/// Serves the organisation alone until it is asked to end.
fn organisation(args: OrgArgs) -> Result<u8, Report> {
    let options = options(args)?;
    runtime()?.block_on(async {
        let mut signals = Signals::headless().wrap_err("listening for signals")?;
        let org = org::start(options).await?;
        written(format!("{}\n", org.ready_line()).as_bytes())?;
        signals.next().await;
        org.stop().await;
        Ok(0)
    })
}

/// Edges of the cloud's own where the organisation is reached by the Platform API and nothing else is said.
const MEDIA_EDGES: u32 = 100;

/// What is wrong in the demo unless it is asked not to be, so that there is something to find.
const SHOWN_FAULTS: [&str; 3] = ["contradictions=1", "double-numbers=1", "bad-calls=0.9"];

fn options(args: OrgArgs) -> Result<org::Options, Report> {
    let mut options = org::Options {
        listen: args.listen,
        api: args.api.word(),
        users: args.users,
        seed: args.seed,
        client_id: args.client_id,
        client_secret: args.client_secret.map(Into::into),
        without: args.without,
        fast_forward: args.fast_forward,
        rate_limit: args.rate_limit,
        ca_out: args.ca_out,
        profile_out: args.profile_out,
        ..org::Options::default()
    };
    let platform = args.api == Api::Platform;
    let media_edges = if platform { MEDIA_EDGES } else { 0 };
    options.media_edges = args.media_edges.unwrap_or(media_edges);
    options.rate = args.rate.unwrap_or(options.rate);
    for fault in &args.faults {
        options.faults.set(fault)?;
    }
    Ok(options)
}

/// One worker for the network; the loop itself runs on the main thread.
fn runtime() -> Result<tokio::runtime::Runtime, Report> {
    beat::begin();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .on_thread_park(gather::before_park)
        .enable_all()
        .build()
        .wrap_err("starting the runtime")
}

//! Examples of every command, in its help and on its manual page.

use clap::Command;

/// Commands by their words, with lines that are typed.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "demo",
        &[
            "trunkline demo",
            "trunkline demo --api platform --users 5000",
        ],
    ),
    (
        "org",
        &["trunkline org --listen 127.0.0.1:8443 --profile-out org.toml"],
    ),
    (
        "get",
        &[
            "trunkline get registrations --where 'state:lost' --json",
            "trunkline get alert-groups --where 'by:site' --sort=-open",
            "trunkline get users --watch --json",
        ],
    ),
    (
        "whois",
        &[
            "trunkline whois '+49 30 23125 004'",
            "trunkline whois 8031 --json",
        ],
    ),
    (
        "sip",
        &[
            "trunkline sip 3f1c5a52-0c1e-4a52-9d2e-1f0e8f6b7c3d",
            "trunkline sip 3f1c5a52-0c1e-4a52-9d2e-1f0e8f6b7c3d --messages --json",
        ],
    ),
    (
        "report",
        &[
            "trunkline report --json",
            "trunkline report --from 2026-06-01 --by site",
        ],
    ),
    (
        "serve",
        &[
            "trunkline serve --listen 127.0.0.1:8080",
            "trunkline serve --share",
        ],
    ),
    ("login", &["trunkline login --profile acme"]),
    ("logout", &["trunkline logout --profile acme"]),
    ("doctor", &["trunkline doctor", "trunkline doctor --json"]),
    (
        "probe",
        &[
            "trunkline probe tls sip.example.com:5061",
            "trunkline probe stun stun.example.com:3478 --json",
            "trunkline probe sip sip.example.com:5061",
        ],
    ),
    (
        "api",
        &[
            "trunkline api GET users --query pageSize=100 --paginate",
            "trunkline api POST analytics/queues/observations/query -d @question.json --yes",
            "trunkline api DELETE telephony/providers/edges/phones/3f1c --dry-run",
        ],
    ),
    (
        "provision",
        &[
            "trunkline provision --template > phone.json",
            "trunkline provision -f phone.json --dry-run",
            "trunkline provision -f phone.json --yes --wait --json",
        ],
    ),
    (
        "provision apply",
        &["trunkline provision apply endpoints/ --plan"],
    ),
    (
        "transfer",
        &[
            "trunkline transfer 3f1c --to genesys://queue/support --dry-run",
            "trunkline transfer 3f1c 8a20 --to genesys://queue/support --yes --json",
        ],
    ),
    (
        "callback list",
        &["trunkline callback list --where 'status:scheduled' --json"],
    ),
    ("callback queues", &["trunkline callback queues --json"]),
    (
        "callback book",
        &[
            "trunkline callback book --template > booking.json",
            "trunkline callback book -f booking.json --dry-run",
            "trunkline callback book --csv monday.csv --yes --partial",
        ],
    ),
    ("callback waiting", &["trunkline callback waiting --json"]),
    (
        "callback cancel",
        &["trunkline callback cancel cb_1 cb_2 --yes"],
    ),
    (
        "callback calendar",
        &["trunkline callback calendar > callbacks.ics"],
    ),
    (
        "route list",
        &["trunkline route list --where 'drift:yes' --json"],
    ),
    (
        "route show",
        &["trunkline route show crm-events --body > crm-events.json"],
    ),
    (
        "route verify",
        &["trunkline route verify crm-events --json"],
    ),
    (
        "route deploy",
        &["trunkline route deploy -f crm-events.json --dry-run"],
    ),
    ("route delete", &["trunkline route delete crm-events --yes"]),
    (
        "route apply",
        &[
            "trunkline route apply routes/ --plan",
            "trunkline route apply routes/ --yes",
        ],
    ),
    ("route test", &["trunkline route test crm-events --dry-run"]),
    ("alert test", &["trunkline alert test oncall"]),
    ("webhook list", &["trunkline webhook list --json"]),
    (
        "webhook add",
        &["trunkline webhook add jobs --uri https://noc.example.com/jobs --yes"],
    ),
    ("webhook test", &["trunkline webhook test wh_1 --yes"]),
    ("webhook remove", &["trunkline webhook remove wh_1 --yes"]),
    ("record status", &["trunkline record status --json"]),
    ("record verify", &["trunkline record verify"]),
    ("record prune", &["trunkline record prune"]),
    ("share status", &["trunkline share status --json"]),
    (
        "dump",
        &[
            "trunkline dump registrations --at 03:10 --json",
            "trunkline dump alerts --from -8h --csv",
        ],
    ),
    (
        "digest",
        &[
            "trunkline digest --since 2h",
            "trunkline digest --since 03:10 --json",
        ],
    ),
    (
        "handover",
        &[
            "trunkline handover --since 8h --markdown",
            "trunkline handover --post",
        ],
    ),
    ("bookmark list", &["trunkline bookmark list --json"]),
    ("bookmark remove", &["trunkline bookmark remove 3"]),
    (
        "packet",
        &[
            "trunkline packet 3 -o case.packet",
            "trunkline packet --from 03:00 --to 03:40 -o night.packet",
        ],
    ),
    ("replay", &["trunkline replay --at 03:10 --speed 60"]),
    (
        "audit show",
        &[
            "trunkline audit show --limit 20",
            "trunkline audit show --json",
        ],
    ),
    ("audit verify", &["trunkline audit verify"]),
    (
        "config init",
        &["trunkline config init --guided", "trunkline config init"],
    ),
    ("config check", &["trunkline config check"]),
    ("config path", &["trunkline config path"]),
    (
        "config schema",
        &["trunkline config schema > config.schema.json"],
    ),
    ("config show", &["trunkline config show --profile acme"]),
    (
        "completions",
        &["trunkline completions bash > trunkline.bash"],
    ),
    ("man", &["trunkline man --all man"]),
];

/// The same command line with its examples.
#[must_use]
pub fn shown(command: Command) -> Command {
    let mut command = command;
    for (path, lines) in EXAMPLES {
        let words: Vec<&str> = path.split(' ').collect();
        command = within(command, &words, lines);
    }
    command
}

fn within(command: Command, path: &[&str], lines: &[&str]) -> Command {
    let Some((first, rest)) = path.split_first() else {
        let before = command.get_after_help().map(ToString::to_string);
        let before = before.map_or(String::new(), |text| format!("{text}\n\n"));
        let lines = lines.iter();
        let lines = lines.fold(String::new(), |all, line| all + "\n  " + *line);
        return command.after_help(format!("{before}Examples:{lines}"));
    };
    command.mut_subcommand(first, |below| within(below, rest, lines))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// Every command that has none below it.
    fn leaves(command: &Command, path: &str, all: &mut Vec<String>) {
        for below in command.get_subcommands() {
            let path = format!("{path} {}", below.get_name());
            leaves(below, &path, all);
        }
        if command.get_subcommands().next().is_none() {
            all.push(path.trim().to_owned());
        }
    }

    #[test]
    fn every_command_has_examples_and_each_of_them_is_understood() {
        let mut all = Vec::new();
        leaves(&Cli::command(), "", &mut all);
        let known: Vec<&str> = EXAMPLES.iter().map(|(path, _)| *path).collect();
        for leaf in &all {
            assert!(known.contains(&leaf.as_str()), "no example of {leaf:?}");
        }
        for (path, lines) in EXAMPLES {
            for line in *lines {
                let typed = line.split(" > ").next().unwrap();
                assert!(typed.starts_with(&format!("trunkline {path}")), "{line}");
                let words = shlex::split(typed).unwrap();
                let read = shown(Cli::command()).try_get_matches_from(words);
                assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
            }
        }
        let mut get = shown(Cli::command());
        let get = get.find_subcommand_mut("get").unwrap();
        let help = get.render_long_help().to_string();
        assert!(
            help.contains("Examples:\n  trunkline get registrations"),
            "{help}"
        );
    }
}

#!/usr/bin/env python3
"""Hours of a shift on one machine: does anything grow, and is anything that is shown ever wrong?

Starts an embedded organisation with faults that come and go, `trunkline serve --share`, and three consoles on terminals of their
own that people press keys on. Samples memory, descriptors, processor time and bytes to the terminal of each, and rows that are
shown as sure and are not so, and writes a report with slopes. Needs Python 3 and nothing else:

    benches/soak.py 24h
    benches/soak.py 2h --bin target/release/trunkline --report /tmp/soak.md
    benches/soak.py 3m --users 200 --every 5

A row is wrong when the organisation changed longer ago than the row's stated age (`lastChecked`, and `--patience` seconds for what was
on its way), and it is so twice, a second apart. It ends with 1 when a row was wrong, a process ended, or memory grows by more than `--slope` MiB an hour;
the slope is by least squares over the second half, because the first fills what is bounded.
"""

import argparse
import fcntl
import json
import os
import pty
import random
import re
import secrets
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from coverage import Console, Organisation  # noqa: E402

# Faults that come and go; each has its quiet after it.
QUIET = {name: 0 for name in ("ws-drop", "http-503", "http-429", "stream-loss", "ws-garbage", "latency", "http-500", "ws-fail")}
NIGHTS = [
    {"ws-drop": 20},
    {"http-503": 0.2},
    {"http-429": 0.1},
    {"stream-loss": 0.02},
    {"ws-garbage": 0.05},
    {"latency": 800},
    {"http-500": 0.1, "ws-fail": 0.3},
]
KEYS = ["j", "k", "j", "k", "g", "G", "\t", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s", "S", "z", "f", "f", "\r", "\x1b", "\x1b",
        "/", "state:lost\r", "\x1b", ":messages\r", "\x1b", "m", "\x1b", "?", "\x1b", "A", "\x1b", "{", "}", "y", "r", "l", "h", "v", "\x1b"]


def seconds(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time as 90s, 3m, 2h or 1d")
    return float(found.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}[found.group(2)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("time", type=seconds, help="how long: 3m, 2h, 24h")
    parser.add_argument("--bin", default="target/release/trunkline")
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--rate", type=float, default=5.0, help="registration events a second")
    parser.add_argument("--api", default="direct")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between samples")
    parser.add_argument("--patience", type=float, default=15.0, help="seconds that what a row says may have been on its way: a sweep's answer waits for two beats")
    parser.add_argument("--slope", type=float, default=1.0, help="MiB an hour that memory may grow")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", default="soak.md")
    args = parser.parse_args()
    args.limit, args.fault = 0, []
    return args


class Person:
    """A console on a terminal, and somebody at it."""

    def __init__(self, args, config, folder, name):
        self.name, self.bytes, self.dice = name, 0, random.Random(f"{args.seed} {name}")
        state = os.path.join(folder, name)
        environment = dict(os.environ, TERM="xterm-256color", USER=name, XDG_STATE_HOME=state, XDG_CACHE_HOME=state)
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.execve(args.bin, [args.bin, "--config", config], environment)
        self.pid = pid
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
        self.ended = False
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=self.press, daemon=True).start()

    def read(self):
        while True:
            try:
                ready, _, _ = select.select([self.terminal], [], [], 1.0)
                if ready:
                    some = os.read(self.terminal, 65_536)
                    if not some:
                        break
                    self.bytes += len(some)
                    # Whoever draws asks what the terminal is; a terminal that is silent is one as well.
            except OSError:
                break
        self.ended = True

    def press(self):
        while not self.ended:
            time.sleep(self.dice.expovariate(1 / 2.0))
            try:
                os.write(self.terminal, self.dice.choice(KEYS).encode())
            except OSError:
                return

    def stop(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def sharing(args, config, folder):
    """`serve --share` is a console of coverage.py's with one more word."""
    environment = dict(os.environ, XDG_STATE_HOME=os.path.join(folder, "state"), XDG_CACHE_HOME=os.path.join(folder, "cache"))
    console = Console.__new__(Console)
    console.token, console.said = secrets.token_hex(24), []
    environment["COVERAGE_TOKEN"] = console.token
    command = [args.bin, "--config", config, "serve", "--share", "--listen", "127.0.0.1:0", "--token-env", "COVERAGE_TOKEN"]
    console.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    for line in console.process.stderr:
        console.said.append(line.rstrip())
        found = re.search(r"listening on (http://\S+)", line)
        if found:
            console.url = found.group(1)
            threading.Thread(target=lambda: [None for _ in console.process.stderr], daemon=True).start()
            return console
    sys.exit("serve ended: " + " / ".join(console.said))


def of(pid):
    """Resident kB, open descriptors and seconds of processor time of a process; none where it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            text = status.read()
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        resident = re.search(r"VmRSS:\s+(\d+)", text)
        if not resident or fields[0] == "Z":
            return None
        return int(resident.group(1)), len(os.listdir(f"/proc/{pid}/fd")), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None


def moment(text):
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*Z$", r"\1+00:00", text).replace("Z", "+00:00")).timestamp()


def wrong(organisation, console, patience):
    """Rows that were otherwise before the moment at which they say that they were looked at."""
    state = organisation.call("/_org/state")
    truth = {(r["userId"], r["deviceId"]): r for r in state["registrations"]}
    request = console.request("/api/v1/telephony/dashboard")
    with urllib.request.urlopen(request, timeout=60) as answer:
        shown = json.load(answer)["registrations"]
    found = set()
    for row in shown:
        there = truth.get((row["userId"], row["deviceId"]))
        if there is None or there["registered"] == row["registered"] or not row.get("lastChecked"):
            continue
        if moment(there["since"]) < moment(row["lastChecked"]) - patience:
            found.add((row["userId"], row["deviceId"], row["registered"]))
    return found


def slope(points):
    """By least squares, an hour."""
    if len(points) < 3:
        return 0.0
    middle = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    over = sum((x - middle[0]) ** 2 for x, _ in points)
    return 3_600 * sum((x - middle[0]) * (y - middle[1]) for x, y in points) / over if over else 0.0


def run(args, folder, organisation):
    dice = random.Random(args.seed)
    console = sharing(args, organisation.config, folder)
    people = [Person(args, organisation.config, folder, name) for name in ("ana", "ben", "chi")]
    parts = {"organisation": organisation.process.pid, "reader": console.process.pid, **{one.name: one.pid for one in people}}
    samples, mistakes, ended, nights, begun = [], [], set(), 0, time.time()
    turn = begun + 60
    try:
        while time.time() - begun < args.time:
            now = time.time()
            if now >= turn:
                nights += 1
                night = {**QUIET, **(dice.choice(NIGHTS) if nights % 2 else {})}
                organisation.call("/_org/faults", "PUT", night)
                turn = now + dice.uniform(60, 300)
            one = {"at": now - begun, "bytes": {person.name: person.bytes for person in people}}
            for name, pid in parts.items():
                known = of(pid)
                if known is None:
                    ended.add(name)
                else:
                    one[name] = known
            # Twice, so that what was being told meanwhile is not held against anybody.
            first = wrong(organisation, console, args.patience)
            if first:
                time.sleep(1)
                both = first & wrong(organisation, console, args.patience)
                mistakes += [(now - begun, *row) for row in sorted(both)]
            samples.append(one)
            time.sleep(max(0.0, now + args.every - time.time()))
    finally:
        for person in people:
            person.stop()
        console.process.send_signal(signal.SIGTERM)
        console.process.wait(30)
    return parts, samples, mistakes, ended, nights


def report(args, parts, samples, mistakes, ended, nights):
    hours = samples[-1]["at"] / 3_600
    lines = [
        f"# Soak of {hours:.2f} h, {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC", "",
        f"{args.users} users, {args.rate} events a second, {args.api} API, seed {args.seed}; {nights} turns of faults and quiet; {len(samples)} samples.", "",
        "| process | MiB at first | MiB at last | most | MiB an hour | descriptors | most | processor | bytes/s to the terminal |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    grows = []
    for name in parts:
        own = [(one["at"], *one[name]) for one in samples if name in one]
        if not own:
            continue
        half = [(at, kb / 1_024) for at, kb, _, _ in own if at >= own[-1][0] / 2]
        a_slope = slope(half)
        if name != "organisation" and a_slope > args.slope:
            grows.append(f"{name} grows by {a_slope:.2f} MiB an hour")
        spent = (own[-1][3] - own[0][3]) / max(own[-1][0] - own[0][0], 1)
        drawn = samples[-1]["bytes"].get(name)
        shown = "" if drawn is None else f"{drawn / max(samples[-1]['at'], 1):.0f}"
        lines.append(f"| {name} | {own[0][1] / 1_024:.1f} | {own[-1][1] / 1_024:.1f} | {max(o[1] for o in own) / 1_024:.1f} | {a_slope:+.2f} "
                     f"| {own[-1][2]} | {max(o[2] for o in own)} | {spent:.1%} | {shown} |")
    failed = grows + [f"{name} ended" for name in sorted(ended)] + ([f"{len(mistakes)} rows were wrong"] if mistakes else [])
    lines += ["", f"Wrong rows: {len(mistakes)}."] + [f"- at {at:.0f} s: {user} {device} shown registered={shown}" for at, user, device, shown in mistakes[:20]]
    lines += ["", "**Clean.**" if not failed else "**" + "; ".join(failed) + ".**", ""]
    return "\n".join(lines), failed


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="trunkline-soak-") as folder:
        # Where consoles find the reader, and nobody else of this machine does.
        args.profile = f"[share]\nsocket = \"{folder}/share/reader\""
        organisation = Organisation(args, folder)
        try:
            text, failed = report(args, *run(args, folder, organisation))
        finally:
            organisation.process.send_signal(signal.SIGTERM)
            organisation.process.wait(30)
    with open(args.report, "w", encoding="utf-8") as file:
        file.write(text)
    print(text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Is what the console says of a whole organisation true, from the first minute on?

Starts an embedded organisation and `trunkline serve`, both from one binary, samples `/metrics` and compares it with
the organisation's own state. Needs Python 3 and nothing else:

    benches/coverage.py --bin target/release/trunkline --users 2000 --minutes 10
    benches/coverage.py --bin target/release/trunkline --users 20000 --rate 20 --minutes 78
    benches/coverage.py --bin target/release/trunkline --users 300 --rate 20 --fault stream-loss=0.01 --minutes 20

It prints a line a sample, then what it found, and ends with 1 when a claim does not hold:

- whole: when every row was sure for the first time; at most `users / 270` minutes and one more.
- sure: the least share of sure rows from then on, which is to be 99.9 % (a reconnect may be under way).
- lie: how far the share of the organisation lies outside of what the console's share and what it calls unsure allow.
  Events on their way count as unsure, two seconds of them, and so do rows of polled users, which are said to be up to a
  round old. The organisation is asked before and after: thousands of phones can go between the two.
- minute: the most requests in any 60 s; never above the limit. second: the most in any second as a share of the limit,
  after the opening, which may spend half a minute's budget within ten seconds.
- wrong: rows of the dashboard that are not as the organisation has them, at the end, after a quiet moment.
"""

import argparse
import json
import os
import re
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import deque
from datetime import datetime


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release/trunkline")
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=0.0, help="registration events a second")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between samples")
    parser.add_argument("--limit", type=int, default=300, help="requests a minute; 0 lifts it")
    parser.add_argument("--fault", action="append", default=[], help="a fault of the organisation; repeatable")
    parser.add_argument("--profile", default="", help="TOML lines for the profile, as '[profiles.org.registrations]\\nmax_streams = 0'")
    parser.add_argument("--api", default="direct")
    parser.add_argument("--trace", action="store_true", help="every sample on a line of its own")
    return parser.parse_args()


class Organisation:
    """The embedded organisation, and its control surface."""

    def __init__(self, args, folder):
        self.config = os.path.join(folder, "org.toml")
        command = [args.bin, "org", "--users", str(args.users), "--rate", str(args.rate), "--api", args.api]
        command += ["--rate-limit", str(args.limit), "--profile-out", self.config]
        command += ["--ca-out", os.path.join(folder, "ca.pem")]
        for fault in args.fault:
            command += ["--fault", fault]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url, self.token = ready["base_url"], ready["control_token"]
        self.trust = ssl.create_default_context(cafile=ready["ca_file"])
        self.since = None
        if args.profile:
            with open(self.config, "a", encoding="utf-8") as config:
                config.write("\n" + args.profile.replace("\\n", "\n") + "\n")

    def call(self, path, verb="GET", body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=verb)
        request.add_header("Authorization", "Bearer " + self.token)
        with urllib.request.urlopen(request, context=self.trust, timeout=60) as answer:
            return json.load(answer)

    def requests(self):
        """The moments of the calls that the limit counts, since the last call of this."""
        path = "/_org/requests" + (f"?since={self.since}" if self.since else "")
        answer = self.call(path)["requests"]
        fresh = [r for r in answer if r["at"] != self.since]
        if answer:
            self.since = answer[-1]["at"]
        moment = lambda r: datetime.fromisoformat(re.sub(r"(\.\d{6})\d*Z$", r"\1+00:00", r["at"]).replace("Z", "+00:00"))
        counted = [r for r in fresh if r["kind"] == "rest" and r["path"].startswith("/api")]
        return [moment(r).timestamp() for r in counted if r["status"] != 429], sum(r["status"] == 429 for r in counted)


class Console:
    """`trunkline serve`, and its listener."""

    def __init__(self, args, config, folder):
        environment = dict(os.environ, XDG_STATE_HOME=os.path.join(folder, "state"), XDG_CACHE_HOME=os.path.join(folder, "cache"))
        self.token = secrets.token_hex(24)
        environment["COVERAGE_TOKEN"] = self.token
        command = [args.bin, "--config", config, "serve", "--listen", "127.0.0.1:0", "--token-env", "COVERAGE_TOKEN"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        self.said = []
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            found = re.search(r"listening on (http://\S+)", line)
            if found:
                self.url = found.group(1)
                break
        else:
            sys.exit("serve ended: " + " / ".join(self.said))

    def figures(self):
        with urllib.request.urlopen(self.request("/metrics"), timeout=60) as answer:
            text = answer.read().decode()
        found = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    def request(self, path):
        request = urllib.request.Request(self.url + path)
        request.add_header("Accept", "text/plain" if path == "/metrics" else "*/*")
        request.add_header("Authorization", "Bearer " + self.token)
        return request

    def rows(self):
        with urllib.request.urlopen(self.request("/api/v1/telephony/dashboard"), timeout=60) as answer:
            return {(r["userId"], r["deviceId"]): r["registered"] for r in json.load(answer)["registrations"]}

    def memory(self):
        """Resident kB, and open descriptors."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            resident = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
        return resident, len(os.listdir(f"/proc/{self.process.pid}/fd"))


def busiest(moments, span):
    """The most moments within any span of so many seconds."""
    window, most = deque(), 0
    for at in moments:
        window.append(at)
        while window[0] <= at - span:
            window.popleft()
        most = max(most, len(window))
    return most


def sample(organisation, console, rate):
    before = organisation.call("/_org/state")
    shown = console.figures()
    truth = organisation.call("/_org/state")
    of = lambda state: shown.get(f'trunkline_registrations{{state="{state}"}}', 0.0)
    states = {state: of(state) for state in ("ok", "lost", "stale", "unknown")}
    every, registered = len(truth["registrations"]), sum(r["registered"] for r in truth["registrations"])
    known = states["ok"] + states["lost"]
    polled = shown.get("trunkline_users_polled", 0.0)
    late = 2 * rate + polled * every / max(truth["users"], 1)
    unsure = max(every - known, 0) + late
    # What the whole can be when only the unsure may differ from what is shown.
    least, most = (states["ok"] - late) / every, (states["ok"] + unsure) / every
    actual = registered / every
    earlier = sum(r["registered"] for r in before["registrations"]) / max(len(before["registrations"]), 1)
    share = shown.get("trunkline_registered_ratio", states["ok"] / max(sum(states.values()), 1))
    lie = max(least - max(actual, earlier), min(actual, earlier) - most, 0.0)
    # The share that is shown must be the one of the known rows.
    drift = abs(share - (states["ok"] / known if known else share))
    return {
        "sure": known / every, "share": share, "actual": actual, "lie": max(lie, drift), **states,
        "rows": every, "streams": shown.get('trunkline_streams{state="live"}', 0.0),
        "wanted": shown.get('trunkline_streams{state="wanted"}', 0.0), "polled": polled,
        "ready": shown.get("trunkline_ready", 0.0), "budget": shown.get("trunkline_budget_used", 0.0),
        "round": shown.get('trunkline_round_seconds{of="sweep"}', float("nan")),
        "missed": shown.get("trunkline_missed_by_stream_total", 0.0),
    }


def differing(organisation, console):
    truth = {(r["userId"], r["deviceId"]): r["registered"] for r in organisation.call("/_org/state")["registrations"]}
    shown = console.rows()
    return sorted(key for key in truth.keys() | shown.keys() if truth.get(key) != shown.get(key))


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="trunkline-coverage-") as folder:
        organisation = Organisation(args, folder)
        console = None
        try:
            console = Console(args, organisation.config, folder)
            sys.exit(measure(args, organisation, console))
        finally:
            for one in (console, organisation):
                if one is not None:
                    one.process.send_signal(signal.SIGTERM)
                    one.process.wait(30)


def measure(args, organisation, console):
    started, samples, moments, refused = time.time(), [], [], 0
    whole, first_memory = None, console.memory()
    while time.time() - started < args.minutes * 60:
        begun = time.time()
        one = sample(organisation, console, args.rate)
        one["at"] = begun - started
        one["kb"], one["fds"] = console.memory()
        fresh, more = organisation.requests()
        moments += fresh
        refused += more
        samples.append(one)
        if whole is None and one["sure"] >= 1.0:
            whole = one["at"]
        if args.trace or len(samples) % max(1, round(30 / args.every)) == 1:
            print("{at:7.0f} s  sure {sure:7.2%}  share {share:7.2%}  actual {actual:7.2%}  lie {lie:7.3%}  stale {stale:.0f}  unknown {unknown:.0f}  "
                  "streams {streams:.0f}/{wanted:.0f}  polled {polled:.0f}  round {round:.0f} s  missed {missed:.0f}  budget {budget:.0f}  "
                  "ready {ready:.0f}  {kb} kB  {fds} fds".format(**one), flush=True)
        time.sleep(max(0.0, begun + args.every - time.time()))
    return verdict(args, organisation, console, samples, (whole, moments, refused, first_memory))


def verdict(args, organisation, console, samples, rest):
    whole, moments, refused, first_memory = rest
    after = [s["sure"] for s in samples if whole is not None and s["at"] >= whole]
    minute, second = busiest(moments, 60.0), busiest([at for at in moments if at > moments[0] + 10.0], 1.0)
    lie = max(s["lie"] for s in samples)
    apart = max((abs(s["share"] - s["actual"]) for s in samples if s["ok"] + s["lost"] > 0), default=0.0)
    live = max(s["streams"] for s in samples)
    per_stream = (samples[-1]["kb"] - first_memory[0]) / max(live, 1)
    wrong = differing(organisation, console)
    print(f"whole      {'never' if whole is None else f'{whole:.0f} s'}")
    print(f"sure after {min(after, default=0.0):.2%} at least, {sum(after) / max(len(after), 1):.3%} on average")
    print(f"lie        {lie:.3%} at most beyond what is said to be unsure; {apart:.2%} at most between the two shares")
    print(f"requests   {len(moments)}, {minute} at most in a minute, {second} in a second ({second / max(args.limit, 1):.1%} of the limit), {refused} refused")
    print(f"streams    {live:.0f} live, {per_stream:.1f} kB resident each, {max(s['fds'] for s in samples)} descriptors in all")
    print(f"missed     {samples[-1]['missed']:.0f} counted; {len(wrong)} rows wrong at the end {wrong[:3] if wrong else ''}")
    claims = {
        "whole in time": whole is not None and whole <= args.users / 270 * 60 + 60 if args.limit == 300 else whole is not None,
        "sure from then on": min(after, default=0.0) >= 0.999,
        "share true": lie <= 0.0005,
        "within the limit": args.limit == 0 or (minute <= args.limit and refused == 0),
        "evenly spent": args.limit == 0 or second <= max(2, args.limit * 0.05),
    }
    for claim, holds in claims.items():
        print(f"{'holds' if holds else 'FAILS'}      {claim}")
    return 0 if all(claims.values()) else 1


if __name__ == "__main__":
    main()

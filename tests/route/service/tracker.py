"""A tracker that follows a small company's events, for the tests of this folder."""

import collections
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

DYETRACE = os.environ["DYETRACE"]
SCRATCH = os.environ["SCRATCH"]
failures = 0


def wrong(sentence):
    global failures
    failures += 1
    print("WRONG:", sentence)


def expect(holds, sentence):
    if not holds:
        wrong(sentence)
    return holds


def finish():
    print("all as it should be" if not failures else f"{failures} wrong")
    sys.exit(1 if failures else 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds, seconds=30.0):
    """Whether it holds within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def dyetrace(*words, check=False):
    done = subprocess.run([DYETRACE, *words], capture_output=True, text=True, timeout=120)
    if check and done.returncode:
        wrong(f"{' '.join(words)}: exit {done.returncode}: {done.stderr}{done.stdout}")
    return done


class Tracker:
    def __init__(self, name, people=20, days=14, lines=None):
        self.folder = os.path.join(SCRATCH, name)
        shutil.rmtree(self.folder, ignore_errors=True)
        dyetrace("simulate", "--seed", "3", "--people", str(people), "--days", str(days), self.folder, check=True)
        self.settings = os.path.join(self.folder, "dyetrace.yaml")
        self.events = os.path.join(self.folder, "events.jsonl")
        self.store = os.path.join(self.folder, "dyetrace-store")
        self.log = os.path.join(self.folder, "log")
        with open(self.events, encoding="utf-8") as file:
            self.all = file.readlines()
        self.rest = []
        if lines is not None:
            self.rest = self.all[lines:]
            with open(self.events, "w", encoding="utf-8") as file:
                file.writelines(self.all[:lines])
        self.port = free_port()
        self.set(f"http:\n  listen: 127.0.0.1:{self.port}\n")
        self.process = None

    def set(self, text):
        """Adds lines to the settings."""
        with open(self.settings, "a", encoding="utf-8") as file:
            file.write(text)

    def edit(self, old, new):
        with open(self.settings, encoding="utf-8") as file:
            text = file.read()
        assert re.search(old, text, re.M), old
        with open(self.settings, "w", encoding="utf-8") as file:
            file.write(re.sub(old, new, text, count=1, flags=re.M))

    def start(self, *words, wait=True, **options):
        # The file stays this process's: the tracker writes behind what is there.
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [DYETRACE, "run", "-c", self.settings, *words], stdout=subprocess.DEVNULL, stderr=log, **options)
        if wait:
            expect(until(lambda: self.get("/readyz")[0] == 200), f"never ready: {self.said()}")
        return self

    def stop(self, number=signal.SIGTERM, seconds=40):
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def says(self, pattern, seconds=30.0):
        return expect(until(lambda: re.search(pattern, self.said()), seconds), f"the log never says {pattern}: {self.said()}")

    def get(self, path, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self):
        """{'name{label="value"}': number}"""
        rows = {}
        for line in self.get("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                rows[name] = float(value)
        return rows

    def recorded(self):
        return self.metrics().get('dyetrace_events_total{source="company",disposition="recorded"}', 0)

    def append(self, lines):
        with open(self.events, "a", encoding="utf-8") as file:
            file.writelines(lines)

    def status(self):
        return collections.defaultdict(int, json.loads(dyetrace("status", "--json", "-c", self.settings).stdout or "{}"))

    def verified(self):
        return json.loads(dyetrace("verify", "--json", "-c", self.settings).stdout)


def facts(tracker):
    """What must be the same however the events were read."""
    document = tracker.verified()
    expect(document.get("verified"), f"{tracker.folder} is not verified: {document}")
    return {key: document.get(key) for key in ("records", "root", "conclusions", "conclusions_root")}

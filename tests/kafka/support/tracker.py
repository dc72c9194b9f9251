# SPDX-License-Identifier: Apache-2.0
"""The program under test: its settings, its process, and what it says of itself."""

import collections
import json
import os
import pathlib
import signal
import subprocess
import time

import ending
import parts

KILLED = -signal.SIGKILL


class Tracker:
    """A folder with settings, a key file and a store; a process on it when started."""

    def __init__(self, folder, settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log"
        self.process = None
        self.configure(settings)
        self.ask("keys", "create")

    def configure(self, settings):
        (self.folder / "dyetrace.yaml").write_text(settings)

    def _command(self, *words):
        return [parts.PROGRAM, *words, "-c", str(self.folder / "dyetrace.yaml")]

    def start(self, fault=None, until_end=False, environment=None, log=None):
        assert self.process is None
        surroundings = {**os.environ, **(environment or {})}
        surroundings.pop("DYETRACE_FAULT", None)
        if fault:
            surroundings["DYETRACE_FAULT"] = fault
        with open(log or self.log, "ab") as out:
            self.process = ending.start(
                self._command("run", *(["--until-end"] if until_end else [])), stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env=surroundings)

    def run(self, fault=None, patience_s=120):
        """Reads what is there now and ends; gives the exit status."""
        self.start(fault, until_end=True)
        return self.wait(patience_s)

    def wait(self, patience_s=60):
        process, self.process = self.process, None
        try:
            return process.wait(patience_s)
        except subprocess.TimeoutExpired:
            ending.kill(process)
            raise RuntimeError(f"the tracker went on for {patience_s} s:\n{self.last_words()}") from None

    def stop(self):
        """SIGTERM: commits what it has and ends; gives the exit status."""
        process, self.process = self.process, None
        return ending.end(process, 40) if process else 0

    def kill(self):
        process, self.process = self.process, None
        return ending.kill(process) if process else KILLED

    def last_words(self, lines=12):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask(self, *words, patience_s=120):
        """Exit status and what it printed."""
        done = subprocess.run(self._command(*words), capture_output=True, text=True, timeout=patience_s,
                              check=False, stdin=subprocess.DEVNULL, errors="replace")
        return done.returncode, done.stdout, done.stderr

    def document(self, *words, patience_s=120):
        """Exit status and the JSON document; None where there is none."""
        status, out, _ = self.ask(*words, "--json", patience_s=patience_s)
        try:
            return status, json.loads(out)
        except ValueError:
            return status, None

    def partitions(self):
        """What status says, by "TOPIC/NUMBER": the newest incarnation; empty before there is a store."""
        _, document = self.document("status")
        found = {}
        for one in (document or {}).get("partitions", []):
            kept = found.get(one["partition"])
            if kept is None or kept["incarnation"] < one["incarnation"]:
                found[one["partition"]] = one
        return found

    def all_partitions(self):
        return (self.document("status")[1] or {}).get("partitions", [])

    def behind(self, reach, incarnation=1):
        """Which of "TOPIC/NUMBER": offset are not committed yet: {name: (what is, what should be)}."""
        now = self.partitions()
        left = {}
        for name, wanted in reach.items():
            one = now.get(name, {"committed": 0, "incarnation": 0})
            if one["incarnation"] < incarnation:
                left[name] = (f"incarnation {one['incarnation']}", wanted)
            elif one["committed"] < wanted:
                left[name] = (one["committed"], wanted)
        return left

    def wait_for(self, reach, patience_s=60, incarnation=1):
        """Until all of "TOPIC/NUMBER": next offset is committed; gives the seconds that took."""
        begun = time.monotonic()
        while True:
            left = self.behind(reach, incarnation)
            if not left:
                return time.monotonic() - begun
            if self.process and self.process.poll() is not None:
                raise RuntimeError(f"the tracker has ended with {self.process.returncode}:\n{self.last_words()}")
            if time.monotonic() - begun > patience_s:
                raise RuntimeError(f"not within {patience_s} s: {left}\n{self.last_words()}")
            time.sleep(0.05)

    def wait_until(self, question, what, patience_s=60):
        begun = time.monotonic()
        while not question():
            if time.monotonic() - begun > patience_s:
                raise RuntimeError(f"not within {patience_s} s: {what}\n{self.last_words()}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def exported(self, what="events"):
        """The ledger, a dict a record."""
        process = subprocess.Popen(self._command("export", "--what", what), stdout=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL, errors="surrogateescape")
        with process.stdout:
            for line in process.stdout:
                yield json.loads(line)
        if process.wait():
            raise RuntimeError(f"export ended with {process.returncode}")

    def recorded_twice(self):
        """Positions and, where ids are unique, events that the ledger holds more than once."""
        positions, ids = collections.Counter(), collections.Counter()
        for one in self.exported():
            if one["kind"] == "note":
                continue
            if one.get("replayed"):
                continue  # its position was accounted for when it was quarantined
            positions[one["partition"], one["incarnation"], one["offset"]] += 1
            if one.get("id"):
                ids[one["id"]] += 1
        return (sum(count - 1 for count in positions.values()), sum(count - 1 for count in ids.values()))

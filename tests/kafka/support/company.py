# SPDX-License-Identifier: Apache-2.0
"""The simulated company as a stream: events out of order, an Avro schema, and the settings that
read them from Kafka."""

import json
import pathlib
import random
import shutil
import subprocess

import parts

TIMES = {"type": "record", "name": "Change", "fields": [
    {"name": "field", "type": "string"},
    {"name": "old", "type": ["null", "boolean", "long", "double", "string"], "default": None},
    {"name": "new", "type": ["null", "boolean", "long", "double", "string"], "default": None}]}

# One event as the files have it. The dataset is in every event of the company, and in none of the UCI log.
SCHEMA = json.dumps({"type": "record", "name": "Event", "namespace": "dyetrace.tests", "fields": [
    {"name": "id", "type": "string"},
    {"name": "time", "type": "string"},
    *({"name": name, "type": ["null", "string"], "default": None}
      for name in ("dataset", "actor", "team", "system", "channel", "entity", "op")),
    {"name": "changes", "type": {"type": "array", "items": TIMES}}]})

MAPPING = """      id: id
      time: {field: time, format: iso8601, zone: UTC}
      actor: actor
      team: team
      system: system
      channel: channel
      entity: entity
      op: op
      changes: {list: changes}
"""

# Many commits, segments and snapshots in a small stream.
SMALL_STEPS = """commit: {blocks: 2, every: 10ms}
ledger: {segment: 256k}
batch: {records: 700}
state: {snapshot-records: 1500}
"""


def _with_late_events(lines, share, seed):
    """Holds some events back: late by some events, so by minutes to days of event time."""
    chosen = random.Random(seed)
    held = []
    out = []
    for at, line in enumerate(lines):
        while held and held[0][0] <= at:
            out.append(held.pop(0)[1])
        if chosen.random() < share:
            held.append((at + chosen.randrange(20, 900), line))
            held.sort(key=lambda one: one[0])
        else:
            out.append(line)
    return out + [line for _, line in held]


class Company:
    """A folder with events.jsonl, lineage.yaml, org-chart.csv."""

    def __init__(self, folder, people=40, days=20, seed=7, late=0.03):
        self.folder = pathlib.Path(folder)
        if not (self.folder / "dyetrace.yaml").exists():
            subprocess.run([parts.PROGRAM, "simulate", "--seed", str(seed), "--people", str(people), "--days", str(days),
                            str(self.folder)], check=True, stdout=subprocess.DEVNULL)
        self.events = self.folder / "events.jsonl"
        if late:
            lines = self.events.read_text().splitlines(keepends=True)
            self.events = self.folder / "events-late.jsonl"
            self.events.write_text("".join(_with_late_events(lines, late, seed)))
        with open(self.events, encoding="utf-8") as lines:
            self.count = sum(1 for _ in lines)

    def settle(self, folder):
        """What the settings name, in another folder."""
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        for name in ("lineage.yaml", "org-chart.csv"):
            shutil.copy(self.folder / name, folder)


def kafka_source(cluster, topics, registry=None, name="company", dataset="dataset", more="", kafka=None):
    """The settings of one source; `more`: lines of it, `kafka`: librdkafka's own."""
    quick = {"reconnect.backoff.max.ms": 500, **(kafka or {})}
    lines = [f"  - name: {name}", "    type: kafka", f"    bootstrap.servers: {cluster}",
             f"    topics: [{', '.join(topics)}]"]
    if registry:
        lines.append(f"    schema.registry.url: {registry}")
    lines.append("    kafka: {" + ", ".join(f"{key}: {value}" for key, value in quick.items()) + "}")
    text = "\n".join(lines) + "\n"
    text += "".join(f"    {line}\n" for line in more.splitlines())
    return text + f"    mapping:\n      dataset: {dataset}\n" + MAPPING


def settings(*sources, store="dyetrace-store", steps=SMALL_STEPS, chart=True):
    return (f"store: {store}\nkeys: dyetrace.key\nlineage: lineage.yaml\n" +
            ("org-chart: org-chart.csv\n" if chart else "") + steps + "sources:\n" + "".join(sources))

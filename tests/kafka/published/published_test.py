#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What leaves the tracker, seen by Kafka's own consumer: provenance, tagged copies and influence, while the tracker is
killed at named points. Who drops a dye-id that came before sees each event once; with transactions, who reads committed
records does so without doing anything."""

import base64
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ["SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/kafka/support"))

import avro  # noqa: E402
import broker  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402
import registry  # noqa: E402

PROGRAM = os.environ.get("DYETRACE", os.environ["BUILD"] + "/dyetrace")
EVENTS = 4000
PARTITIONS = 3
NOW = int(time.time() * 1000) - 3600000  # within the topic's retention
LINEAGE = """version: 1
datasets:
  - name: orders
features:
  - {name: order_cost, dataset: orders, field: cost, encode: numeric, key: entity, aggregate: last}
  - {name: state_count, dataset: orders, field: state, key: "field:state", aggregate: count}
models:
  - name: risk
    version: '1'
    kind: linear
    intercept: 0
    inputs:
      - {feature: order_cost, weight: 0.5}
"""


def record(number):
    """One in 97 is a tombstone, one in 89 is no JSON; every third has a header that is not ours."""
    moment = f"2026-03-{1 + number // 400:02d}T10:{number % 60:02d}:00Z"
    value = json.dumps({
        "id": f"e{number}", "time": moment, "actor": f"person{number % 37}", "team": f"team{number % 5}",
        "system": "web", "channel": "form", "entity": f"order/{number % 211}", "op": "update",
        "changes": [["cost", None, number % 1000], ["state", "open", f"state {number % 7}"]]})
    if number % 97 == 5:
        value = None
    elif number % 89 == 7:
        value = "{broken"
    made = {"key": f"order/{number % 211}", "value": value, "partition": number % PARTITIONS,
            "timestamp": NOW + number}
    if number % 3 == 0:
        made["headers"] = [["trace", f"t{number}"], ["again", "1"], ["again", "2"]]
    return made


def settings(cluster, schemas, topic, publish):
    return f"""store: store
keys: dyetrace.key
lineage: lineage.yaml
batch: {{records: 500}}
commit: {{blocks: 1, every: 20ms}}
sources:
  - name: orders
    type: kafka
    bootstrap.servers: {cluster}
    topics: [{topic}]
    begin: earliest
    format: json
    mapping:
      dataset: {{value: orders}}
      id: id
      time: {{field: time, format: iso8601, zone: UTC}}
      actor: actor
      team: team
      system: system
      channel: channel
      entity: entity
      op: op
      changes: {{list: changes}}
publish:
  - name: tags
    type: kafka
    bootstrap.servers: {cluster}
    schema.registry.url: {schemas}
{publish}
"""


class Tracker:
    def __init__(self, scratch, name, text):
        self.folder = scratch / name
        self.folder.mkdir()
        (self.folder / "dyetrace.yaml").write_text(text)
        (self.folder / "lineage.yaml").write_text(LINEAGE)
        self.run("keys", "create")
        self.run("check")

    def run(self, *arguments, fault=None, good=True):
        environment = dict(os.environ)
        if fault:
            environment["DYETRACE_FAULT"] = fault
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, check=False,
                              env=environment, timeout=120)
        if good:
            assert done.returncode == 0, f"dyetrace {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done

    def lived_through(self, faults, hands, topic):
        """Killed at each point, with new records each time, and started again; how many kills there were."""
        kills, share = 0, EVENTS // len(faults)
        for life, fault in enumerate(faults):
            hands.produce(topic=topic, records=[record(number) for number in range(life * share, (life + 1) * share)])
            done = self.run("run", "--until-end", fault=fault, good=False)
            assert done.returncode in (0, -9), f"{fault}: {done.returncode}\n{done.stdout}{done.stderr}"
            kills += done.returncode == -9
        done = self.run("run", "--until-end")
        self.said = done.stdout + done.stderr
        return kills

    def facts(self):
        return [json.loads(line) for line in self.run("export").stdout.splitlines()]


def plain(shown):
    """What the hand shows of bytes, as text."""
    return base64.b64decode(shown).decode()


def header(record, name):
    found = [value for key, value in record["headers"] if key == name]
    return plain(found[-1]) if found else None


def position(fact):
    return f"{fact['partition']}/{fact['offset']}"


def check_copies(source, copies, facts, exactly_once):
    """Every position once (after dropping what came before), in order, as it was."""
    by_id = {f"{one['partition']}/{one['offset']}": one for one in source}
    told = {position(fact): fact for fact in facts if fact["kind"] != "note"}
    assert told, "nothing is recorded"
    topic = next(iter(told)).split("/")[0]
    seen = collections.Counter()
    last = collections.defaultdict(lambda: -1)
    for copy in copies:
        name = header(copy, "dye-id")
        seen[name] += 1
        if seen[name] > 1:
            continue
        assert name and name.count("/") == 2, f"no dye-id: {copy}"
        number, offset = map(int, name.split("/")[1:])
        original = by_id[f"{number}/{offset}"]
        assert copy["partition"] == number and offset > last[number], f"{name} is out of order"
        last[number] = offset
        for part in ("key", "value", "timestamp"):
            assert copy[part] == original[part], f"{name}: {part} {copy[part]}, not {original[part]}"
        foreign = [pair for pair in copy["headers"] if not pair[0].startswith("dye-")]
        assert foreign == original["headers"], f"{name}: headers {foreign}"
        fact = told[name]
        if fact["kind"] != "event":
            assert header(copy, "dye-disposition") == fact["kind"], f"{name}: {copy['headers']}"
            continue
        wanted = {"dye-actor": fact["actor_short"], "dye-team": fact["team"], "dye-system": "web",
                  "dye-channel": "form", "dye-time": fact["time"],
                  "dye-trace": "epoch=1;features=order_cost,state_count;models=risk"}
        for key, value in wanted.items():
            assert header(copy, key) == value, f"{name}: {key} is {header(copy, key)}, not {value}"
    missing = {f"{topic}/{one}" for one in by_id} - set(seen)
    assert not missing, f"{len(missing)} were never copied: {sorted(missing)[:3]}"
    twice = sum(1 for count in seen.values() if count > 1)
    assert not (exactly_once and twice), f"{twice} came twice"
    return twice


def check_provenance(messages, facts):
    """Every event is in some message, as the ledger has it; every other position, too."""
    events, others = {}, {}
    for message in messages:
        said = message["value"]
        assert plain(message["key"]) == f"{said['partition']}/{said['first']}", message["key"]
        names = said["names"]
        for event in said["events"]:
            origin, trace = said["origins"][event["origin"]], said["traces"][event["trace"]]
            events[f"{said['partition']}/{said['first'] + event['at']}"] = {
                "time_ms": said["time_ms"] + event["after_ms"], "actor_kind": origin["kind"],
                "team": names[origin["team"]], "system": names[event["system"]], "channel": names[event["channel"]],
                "dataset": names[trace["dataset"]], "features": [names[one] for one in trace["features"]],
                "models": [names[one] for one in trace["models"]]}
        for other in said["others"]:
            others[f"{said['partition']}/{said['first'] + other['at']}"] = other["disposition"].lower()
    for fact in facts:
        if fact["kind"] == "event":
            said = events.pop(position(fact))
            assert said.pop("features") == ["order_cost", "state_count"] and said.pop("models") == ["risk"]
            assert said == {key: fact[key] for key in said}, f"{position(fact)}: {said}"
        elif fact["kind"] != "note":
            assert others.pop(position(fact)) == fact["kind"]
    assert not events and not others, (list(events)[:3], list(others)[:3])


def decoded(hands, schemas, topic):
    """The messages of a topic whose schema the tracker has registered."""
    number = schemas.ask(f"/subjects/{topic}-value/versions/latest")["id"]
    schema = json.loads(schemas.schema(number))
    messages = hands.consume(topic=topic)["records"]
    for message in messages:
        value = base64.b64decode(message["value"])
        assert value[:5] == b"\0" + number.to_bytes(4, "big"), value[:5]
        message["value"] = avro.decode(schema, value[5:])
    return messages


def check_influence(messages, exported):
    """Of each event once, after dropping what came before, what `export` computes."""
    said = {plain(message["key"]): message["value"] for message in messages}
    assert len(exported) > 1000
    for line, name in exported:
        features = said.pop(name)["features"]
        assert len(features) == len(line["features"]), name
        for one, wanted in zip(features, line["features"]):
            assert one["feature"] == wanted["feature"] and one["status"] == wanted["status"], name
            for key in ("before", "after", "movement", "scaled"):
                assert one[key] == wanted[key], f"{name}: {one}, not {wanted}"
            if one["feature"] == "order_cost":
                assert one["key"] == wanted["key"], name
            else:
                # A text never leaves: its keyed digest does.
                assert len(one["key"]) == 32 and one["key"] != wanted["key"], one
    assert not said, list(said)[:3]


def check_movement(messages, exported):
    """The newest messages of a feature's hours add up to what events moved it (in which hour, docs/influence.md says)."""
    wanted = collections.defaultdict(lambda: [0, 0.0, 0.0])
    for line, _name in exported:
        for one in line["features"]:
            if one["status"] == "counted":
                cell = wanted[one["feature"]]
                cell[0] += 1
                cell[1] += abs(one["movement"])
                cell[2] += one["movement"]
    said = {plain(message["key"]): message["value"] for message in messages}
    for feature, (count, magnitude, movement) in wanted.items():
        for by in ("team", "system", "channel"):
            parts = [part for key, value in said.items() if key.startswith(feature + "/")
                     for part in value["parts"] if part["by"] == by]
            assert sum(part["count"] for part in parts) == count, f"{feature} by {by}: not {count} events"
            assert abs(sum(part["magnitude"] for part in parts) - magnitude) < 1e-9 * magnitude + 1e-9, feature
            assert abs(sum(part["movement"] for part in parts) - movement) < 1e-9 * magnitude + 1e-9, feature
    assert {key.split("/")[0] for key in said} == {*wanted, "risk"}
    assert any(value["ended"] for value in said.values())
    assert all(key.endswith(":00:00Z") for key in said)


def make_topic(hands, topic):
    hands.create(topic=topic, partitions=PARTITIONS)
    hands.create(topic=f"{topic}.tagged", partitions=PARTITIONS)


def test_at_least_once(cluster, schemas, hands, scratch):
    make_topic(hands, "orders")
    hands.create(topic="dye.provenance", partitions=2)
    hands.create(topic="dye.influence", partitions=2)
    hands.create(topic="dye.movement", partitions=1)
    tracker = Tracker(scratch, "orders", settings(cluster.bootstrap, schemas.url, "orders", """
    provenance: {topic: dye.provenance}
    influence: {topic: dye.influence}
    movement: {topic: dye.movement}
    copy: {topic: "${topic}.tagged", group.id: orders}"""))
    kills = tracker.lived_through(["published", "catalog-committed", "copied", "published"], hands, "orders")
    facts = tracker.facts()
    source = hands.consume(topic="orders")["records"]
    copies = hands.consume(topic="orders.tagged")["records"]
    twice = check_copies(source, copies, facts, exactly_once=False)
    messages = decoded(hands, schemas, "dye.provenance")
    check_provenance(messages, facts)
    names = {fact["record"]: position(fact) for fact in facts if fact["kind"] == "event"}
    lines = [json.loads(line) for line in tracker.run("export", "--what", "influences").stdout.splitlines()]
    lines = [(line, names[line["record"]]) for line in lines]
    check_influence(decoded(hands, schemas, "dye.influence"), lines)
    check_movement(decoded(hands, schemas, "dye.movement"), lines)
    events = sum(fact["kind"] == "event" for fact in facts)
    print(f"at least once: {kills} kills, {len(copies)} copies of {len(source)} records ({twice} came twice), "
          f"{len(messages)} messages tell of {events} events", flush=True)
    assert kills == 4, kills


def test_exactly_once(cluster, schemas, hands, scratch):
    make_topic(hands, "exact")
    tracker = Tracker(scratch, "exact", settings(cluster.bootstrap, schemas.url, "exact", """
    copy: {topic: "${topic}.tagged", group.id: exact, transactional: true}"""))
    kills = tracker.lived_through(["copied", "catalog-committed", "published", "copied"], hands, "exact")
    facts = tracker.facts()
    source = hands.consume(topic="exact")["records"]
    copies = hands.consume(topic="exact.tagged", isolation="read_committed")["records"]
    check_copies(source, copies, facts, exactly_once=True)
    everything = hands.consume(topic="exact.tagged", isolation="read_uncommitted")["records"]
    print(f"exactly once: {kills} kills, {len(copies)} committed copies of {len(source)} records, "
          f"{len(everything)} with those of transactions that were aborted", flush=True)
    assert kills == 4, kills


def test_what_is_wrong_is_said(cluster, schemas, hands, scratch):
    hands.create(topic="few", partitions=2)
    hands.create(topic="few.tagged", partitions=1)
    hands.produce(topic="few", records=[dict(record(number), partition=1) for number in range(1, 4)])
    cases = [
        ("missing", "provenance: {topic: nowhere}", "topic nowhere is not there: make it"),
        ("narrow", 'copy: {topic: "${topic}.tagged"}',
         "topic few.tagged has 1 partitions, and partition 1 of few is to be copied: give it 2"),
    ]
    for name, publish, wanted in cases:
        tracker = Tracker(scratch, name, settings(cluster.bootstrap, schemas.url, "few", f"    {publish}"))
        process = subprocess.Popen([PROGRAM, "run"], cwd=tracker.folder, stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                if wanted in line:
                    break
            else:
                raise AssertionError(f"{name}: the tracker ended without a word")
        finally:
            process.terminate()
            process.wait(timeout=30)
    print("what is wrong is said")


def main():
    parts.need("4.3.1", "registry", "hand")
    with tempfile.TemporaryDirectory(prefix="published-", dir=os.environ.get("SCRATCH")) as name:
        scratch = pathlib.Path(name)
        with broker.Cluster(scratch / "kafka") as cluster, registry.Registry(scratch / "registry") as schemas:
            hands = hand.Hand(cluster.bootstrap)
            wanted = sys.argv[1:] or ["at_least_once", "exactly_once", "what_is_wrong_is_said"]
            for one in wanted:
                globals()[f"test_{one}"](cluster, schemas, hands, scratch)


main()

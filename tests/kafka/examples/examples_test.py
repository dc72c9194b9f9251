#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of how events get into Kafka: their records on a real broker, read with their settings as they are but
for the broker's address; and the two programs among them, run."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

SOURCE = pathlib.Path(os.environ["SOURCE"])
EXAMPLES = SOURCE / "examples/kafka"
sys.path.insert(0, str(SOURCE / "tests/kafka/support"))

import broker  # noqa: E402
import ending  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402

PROGRAM = os.environ.get("DYETRACE", os.environ["BUILD"] + "/dyetrace")


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def sample(folder):
    """What sample.jsonl says arrives, as the hand takes it."""
    records = []
    for line in (folder / "sample.jsonl").read_text().splitlines():
        said = json.loads(line)
        record = {"key": text(said["key"]), "value": None if said["value"] is None else text(said["value"])}
        if "headers" in said:
            record["headers"] = list(said["headers"].items())
        records.append(record)
    return records


def keyed_lines(output):
    """What kcat -K '\\t' would send."""
    return [dict(zip(("key", "value"), line.split("\t", 1))) for line in output.splitlines()]


def exported():
    done = subprocess.run([EXAMPLES / "servicenow-audit/export", "--answer", EXAMPLES / "servicenow-audit/answer.json"],
                          check=True, capture_output=True, text=True)
    return keyed_lines(done.stdout)


def post(url, body, **headers):
    request = urllib.request.Request(url + "permits", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def received():
    """What the form's receiver prints for one good form, and that it refuses the others."""
    process = ending.start([EXAMPLES / "web-form/receive", "--port", "0"], stdout=-1, stderr=-1, text=True)
    url = process.stderr.readline().split()[-1]
    good = {"permit": "P-11", "changes": [["area", 45, 50]]}
    with urllib.request.urlopen(url, timeout=10) as form:
        assert b"<form" in form.read()
    assert post(url, good, **{"X-Remote-User": "lea"}) == 202
    assert post(url, good) == 401
    assert post(url, {"permit": "P-11"}, **{"X-Remote-User": "lea"}) == 400
    assert post(url, {"permit": "a\tb", "changes": []}, **{"X-Remote-User": "lea"}) == 400
    ending.end(process)
    return keyed_lines(process.stdout.read())


# folder, topic, records, what becomes of them: recorded, filtered; changes of all events
CASES = [
    ("postgresql-outbox", "dye.outbox", lambda: sample(EXAMPLES / "postgresql-outbox"), (3, 0), 4),
    # r and the tombstone are filtered; an update of two fields, a create and a delete of three
    ("postgresql-table", "desk.public.support_case", lambda: sample(EXAMPLES / "postgresql-table"), (3, 2), 8),
    ("servicenow-audit", "servicenow.audit", exported, (3, 0), 4),
    ("web-form", "permits.entered", lambda: sample(EXAMPLES / "web-form") + received(), (3, 0), 4),
]


def tracker(folder, *arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"dyetrace {' '.join(arguments)} in {folder.name}:\n{done.stdout}{done.stderr}"
    return done.stdout


def run_case(cluster, hands, scratch, case):
    name, topic, records, wanted, changes = case
    folder = scratch / name
    shutil.copytree(EXAMPLES / name, folder)
    settings = folder / "dyetrace.yaml"
    settings.write_text(settings.read_text().replace("localhost:9092", cluster.bootstrap))
    hands.create(topic=topic, partitions=1)
    hands.produce(topic=topic, records=records())
    tracker(folder, "keys", "create")
    tracker(folder, "check")
    tracker(folder, "run", "--until-end")
    (partition,) = json.loads(tracker(folder, "status", "--json"))["partitions"]
    got = partition["recorded"], partition["filtered"]
    assert got == wanted, f"{name}: recorded and filtered {got}, not {wanted}"
    assert partition["quarantined"] == partition["gaps"] == 0, f"{name}: {partition}"
    events = [json.loads(line) for line in tracker(folder, "export").splitlines()]
    found = sum(len(event.get("changes", [])) for event in events if event.get("kind", "event") == "event")
    assert found == changes, f"{name}: {found} changes, not {changes}"
    offset = next(event["offset"] for event in events if event["kind"] == "event")
    shown = tracker(folder, "trace", f"{topic}/0/{offset}")
    assert f"{topic}/0, offset {offset} (source" in shown, shown
    tracker(folder, "verify")
    print(f"{name}: {got[0]} recorded, {got[1]} filtered, {found} changes")


def main():
    for connector in EXAMPLES.glob("*/debezium.json"):
        said = json.loads(connector.read_text())
        assert said["config"]["connector.class"].startswith("io.debezium."), connector
    parts.need("4.3.1", "hand")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="dyetrace-examples."))
    try:
        with broker.Cluster(scratch / "kafka", "4.3.1") as cluster, hand.Hand(cluster.bootstrap) as hands:
            for case in CASES:
                run_case(cluster, hands, scratch, case)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Through a real broker: CloudEvents in both modes, where an event was before, key and headers that come back from
quarantine, and a record whose schema the registry learns only later."""

import json
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(os.environ["SOURCE"]) / "tests/kafka/support"))

import broker  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402
import registry  # noqa: E402
import tracker  # noqa: E402

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ATTRIBUTES = {"specversion": "1.0", "id": "A-1", "type": "form.saved", "source": "/web", "time": "2026-03-02T09:00:00Z"}
BINARY = [["ce_" + name, value] for name, value in ATTRIBUTES.items()] + [["content-type", "application/json"]]
DATA = {"user": "ann", "changes": [["area", 45, 50]]}
SCHEMA = json.dumps({"type": "record", "name": "Edit", "fields": [
    {"name": "at", "type": "long"}, {"name": "who", "type": "string"}]})

SETTINGS = """sources:
  - name: kafka
    type: kafka
    bootstrap.servers: {brokers}
    topics: [{topic}]
    group.id: {topic}
    {more}
    mapping: {mapping}
"""


def ask(one, *words):
    status, out, err = one.ask(*words)
    assert status == 0, f"dyetrace {' '.join(words)}: {out}{err}"
    return out


def events(one):
    return [record for record in one.exported() if record["kind"] == "event"]


def standing(one):
    (partition,) = one.all_partitions()
    return tuple(partition[kind] for kind in ("recorded", "quarantined", "filtered"))


def begin(cluster, scratch, topic, mapping, more=""):
    settings = SETTINGS.format(brokers=cluster.bootstrap, topic=topic, mapping=mapping, more=more)
    return tracker.Tracker(scratch / topic, settings), settings


def read(one):
    assert one.run() == 0, one.last_words()


def both_modes(cluster, hands, scratch):
    hands.create(topic="forms", partitions=1)
    hands.produce(topic="forms", records=[
        {"key": "k", "value": json.dumps(DATA), "headers": BINARY + [["traceparent", TRACE], ["dye-id", "raw/0/7"]]},
        {"key": "k", "value": json.dumps({**ATTRIBUTES, "data": DATA}),
         "headers": [["content-type", "application/cloudevents+json; charset=utf-8"]]},
        {"key": "k", "value": json.dumps([ATTRIBUTES]),
         "headers": [["content-type", "application/cloudevents-batch+json"]]},
        {"key": "k", "value": None, "headers": BINARY},
    ])
    one, _ = begin(cluster, scratch, "forms", "{envelope: cloudevents, dataset: type, actor: data.user, entity: $key, "
                   "changes: {list: data.changes}}")
    read(one)
    assert standing(one) == (2, 1, 1), standing(one)
    first, second = events(one)
    upstream = first.pop("upstream")
    assert upstream == {"traceparent": TRACE, "ce_id": "A-1", "ce_source": "/web", "dye_id": "raw/0/7"}, upstream
    same = ("time", "id", "dataset", "entity", "actor", "changes")
    assert [first[key] for key in same] == [second[key] for key in same], (first, second)
    assert "upstream" not in second
    shown = json.loads(ask(one, "trace", "forms/0/0", "--json"))["origin"]["upstream"]
    assert shown == upstream, shown
    ask(one, "verify")
    print("CloudEvents: one event in two modes, a batch quarantined, a tombstone filtered; where it was before is kept")


def beside_comes_back(cluster, hands, scratch):
    hands.create(topic="edits", partitions=1)
    hands.produce(topic="edits", records=[
        {"key": f"case/{i}", "value": json.dumps({"state": i}), "headers": [["at", str(1772442000000 + i)], ["user", "bob"]]}
        for i in range(3)])
    mapping = ("{{dataset: $topic, time: {{field: $header.{}, format: unix-ms}}, actor: $header.user, entity: $key, "
               "changes: {{new: [state]}}}}")
    one, settings = begin(cluster, scratch, "edits", mapping.format("when"))
    read(one)
    assert standing(one) == (0, 3, 0), standing(one)
    one.configure(settings.replace("$header.when", "$header.at"))
    ask(one, "quarantine", "replay")
    assert standing(one) == (3, 0, 0), standing(one)
    assert [(event["entity"], event["time_ms"], event["dataset"]) for event in events(one)] == [
        (f"case/{i}", 1772442000000 + i, "edits") for i in range(3)]
    print("quarantine: three records replayed with the key and headers that they had")


def schema_comes_late(cluster, hands, schemas, scratch):
    hands.create(topic="late", partitions=1)
    number = schemas.register("before", json.dumps("string"))
    for record in ([1772442000000, "eve"], [1772442060000, "eve"]):
        hands.produce(topic="late", records=[{"key": "k", "avro": record}],
                      schema={"id": number + 1, "text": SCHEMA})
    one, _ = begin(cluster, scratch, "late", "{dataset: $topic, time: {field: at, format: unix-ms}, actor: who}",
                   f"schema.registry.url: {schemas.url}\n    on.unknown.schema: quarantine")
    read(one)
    assert standing(one) == (0, 2, 0), standing(one)
    assert schemas.register("late-value", SCHEMA) == number + 1
    # What the registry did not know a moment ago is asked for again only after a while.
    one.wait_until(lambda: ask(one, "quarantine", "replay") and standing(one) == (2, 0, 0), "replay of both", 90)
    assert [event["time_ms"] for event in events(one)] == [1772442000000, 1772442060000]
    print("a schema that came late: two records replayed by a command that asked the registry itself")


def main():
    parts.need("4.3.1", "registry", "hand")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="dyetrace-envelopes."))
    try:
        with broker.Cluster(scratch / "kafka", "4.3.1") as cluster, hand.Hand(cluster.bootstrap) as hands, \
                registry.Registry(scratch / "registry") as schemas:
            both_modes(cluster, hands, scratch)
            beside_comes_back(cluster, hands, scratch)
            schema_comes_late(cluster, hands, schemas, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A pipeline reads tagged copies and keeps the headers of some records, drops, alters or invents those of others:
`tag-check` says which, and whose those are that say in some way what they were made from."""

import base64
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/kafka/support"))

import broker  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402

PROGRAM = os.environ.get("DYETRACE", os.environ["BUILD"] + "/dyetrace")
RECORDS = 600
PARTITIONS = 2
LINEAGE = """version: 1
datasets:
  - name: orders
features:
  - {name: order_cost, dataset: orders, field: cost, encode: numeric, key: entity, aggregate: last}
"""
SETTINGS = """store: store
keys: dyetrace.key
lineage: lineage.yaml
sources:
  - name: orders
    type: kafka
    bootstrap.servers: {cluster}
    topics: [orders]
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
    copy: {{topic: "${{topic}}.tagged", group.id: orders}}
"""
SECRET = "nobody should read this"


def order(number):
    """Every 50th is no JSON: it is copied with its disposition."""
    value = json.dumps({
        "id": f"e{number}", "time": f"2026-03-01T10:{number % 60:02d}:00Z", "actor": f"person{number % 7}",
        "team": f"team{number % 5}", "system": "web", "channel": "form", "entity": f"order/{number % 31}",
        "op": "update", "changes": [["cost", None, number]], "remark": SECRET})
    return {"key": f"order/{number % 31}", "value": "{broken" if number % 50 == 49 else value,
            "partition": number % PARTITIONS}


def plain(shown):
    return None if shown is None else base64.b64decode(shown).decode()


# What the pipeline does to a record, and what tag-check is to call it: (verdict, found again by).
FATES = {
    "kept": ("intact", None), "dropped": ("dropped", None), "altered": ("altered", None), "partly": ("partly_dropped", None),
    "foreign": ("foreign", None), "field": ("dropped", "fields"), "connect": ("dropped", "headers"),
    "key": ("dropped", "key"), "nowhere": ("dropped", None), "no id": ("partly_dropped", "key"),
}


def passed_on(copy, fate):
    headers = [[name, plain(value)] for name, value in copy["headers"]]
    tag = dict(headers)
    topic, partition, offset = tag["dye-id"].split("/")
    out = {"key": plain(copy["key"]), "value": json.dumps({"remark": SECRET}), "partition": copy["partition"]}
    if fate == "kept":
        out["headers"] = [["mine", "1"], *headers]
    elif fate == "altered":
        out["headers"] = [[name, "someone" if name in ("dye-actor", "dye-disposition") else value] for name, value in headers]
    elif fate == "partly":
        out["headers"] = headers[:1]
    elif fate == "foreign":
        out["headers"] = [["dye-id", f"{topic}/{partition}/9{offset}9999"], *headers[1:]]
    elif fate == "field":
        out["value"] = json.dumps({"meta": {"topic": topic, "partition": int(partition), "offset": int(offset)}})
    elif fate == "connect":
        out["headers"] = [["__connect.errors.topic", topic], ["__connect.errors.partition", partition],
                          ["__connect.errors.offset", offset]]
    elif fate in ("key", "no id"):
        out["key"] = tag["dye-id"]
        out["headers"] = headers[1:] if fate == "no id" else []
    elif fate == "nowhere":
        out["key"] = f"{topic}/{partition}/999999"
    return out


class Tracker:
    def __init__(self, folder, cluster):
        self.folder = folder
        folder.mkdir()
        (folder / "dyetrace.yaml").write_text(SETTINGS.format(cluster=cluster))
        (folder / "lineage.yaml").write_text(LINEAGE)
        self.run("keys", "create")

    def run(self, *arguments, status=0):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == status, f"dyetrace {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert SECRET not in done.stdout + done.stderr, "a payload is shown"
        return done.stdout + done.stderr


def check_document(document, fates, copies):
    """Counts, first offsets and tags are those of what the pipeline did; fates: by (partition, offset)."""
    wanted = collections.Counter(FATES[fate][0] for fate in fates.values())
    assert document["records"] == len(fates), document["records"]
    for verdict in ("intact", "altered", "partly_dropped", "dropped", "foreign"):
        assert document[verdict] == wanted[verdict], f"{verdict}: {document[verdict]}, not {wanted[verdict]}"
        for row in document["partitions"]:
            first = min((at for (name, at), fate in fates.items() if name == row["partition"] and FATES[fate][0] == verdict),
                        default=None)
            assert row["first"][verdict] == first, f"{row['partition']}: first {verdict} {row['first'][verdict]}, not {first}"
    again = {place for place, fate in fates.items() if FATES[fate][1]}
    assert document["found_again"] == len(again), document["found_again"]
    attached = {(one["partition"], one["offset"]): one for one in document["attached"]}
    mended = {place for place, fate in fates.items() if fate in ("altered", "partly")}
    assert set(attached) == again | mended and document["attached_left_out"] == 0
    for place, one in attached.items():
        tag = {name: plain(value) for name, value in copies[place]["headers"]}
        assert one.pop("by") == (FATES[fates[place]][1] or "id"), (place, fates[place])
        assert {key: one[key] for key in one if key.startswith("dye-")} == tag, f"{place}: {one}, not {tag}"
    assert all(example["verdict"] != "intact" for example in document["examples"])
    assert max(collections.Counter(example["verdict"] for example in document["examples"]).values()) == 3


def test(cluster, hands, folder):
    for topic in ("orders", "orders.tagged", "downstream", "kept"):
        hands.create(topic=topic, partitions=PARTITIONS)
    hands.produce(topic="orders", records=[order(number) for number in range(RECORDS)])
    tracker = Tracker(folder, cluster.bootstrap)
    tracker.run("run", "--until-end")
    tagged = hands.consume(topic="orders.tagged")["records"]
    assert len(tagged) == RECORDS, len(tagged)

    names, fates, copies, ends = list(FATES), {}, {}, collections.Counter()
    out = []
    for number, copy in enumerate(tagged):
        fate = names[number * 7 // 3 % len(names)]
        place = f"downstream/{copy['partition']}", ends[copy["partition"]]
        ends[copy["partition"]] += 1
        fates[place], copies[place] = fate, copy
        out.append(passed_on(copy, fate))
    assert set(fates.values()) == set(FATES), "a fate is missing"
    hands.produce(topic="downstream", records=out)
    hands.produce(topic="kept", records=[passed_on(copy, "kept") for copy in tagged])

    fields = "meta.topic,meta.partition,meta.offset"
    check_document(json.loads(tracker.run("tag-check", "downstream", "--position", fields, "--json", status=1)), fates, copies)
    said = tracker.run("tag-check", "downstream", "--publisher", "tags", "--position", fields, "--attach", "tags.jsonl", status=1)
    for words in ("Where it begins", "origin found again by key: orders/", "altered: dye-", "is not in the ledger", "team team"):
        assert words in said, f"'{words}' is not said:\n{said}"
    if os.environ.get("SHOW"):
        print(said)
    lines = (folder / "tags.jsonl").read_text().splitlines()
    assert len(lines) == sum(fate in ("altered", "partly") or FATES[fate][1] is not None for fate in fates.values())
    for topic in ("kept", "orders.tagged"):
        assert f"{RECORDS} of {RECORDS} records have all" in tracker.run("tag-check", topic)
    committed = hands.group(group="dyetrace")["committed"]
    assert all(name.startswith("orders/") for name in committed), committed
    wrong = [
        (("tag-check", "nothing"), 2, "topic nothing: the brokers have no topic of that name"),
        (("tag-check", "kept", "--source", "others"), 2, "the settings have no source others"),
        (("tag-check", "kept", "--position", "a,b"), 2, "--position names three members"),
    ]
    for arguments, status, words in wrong:
        assert words in tracker.run(*arguments, status=status), words
    print(f"{len(fates)} records in {len(FATES)} fates: each is called what it is", flush=True)
    return tracker


def main():
    parts.need("4.3.1", "hand")
    with tempfile.TemporaryDirectory(prefix="tag-check-", dir=os.environ.get("SCRATCH")) as name:
        scratch = pathlib.Path(name)
        with broker.Cluster(scratch / "kafka") as cluster:
            tracker = test(cluster, hand.Hand(cluster.bootstrap), scratch / "tracker")
        said = tracker.run("tag-check", "kept", status=3)
        assert "nothing listens there" in said, said
        print("a broker that is away is said")


main()

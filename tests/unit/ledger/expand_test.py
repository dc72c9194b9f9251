#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Another reader reads the ledger: the code of docs/ledger.md expands segments,
fastavro encodes the leaves by schemas/leaf.avsc, hashlib makes the tree, and
the root is the one that the program computed.
"""
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys

try:
    import fastavro
except ImportError:
    print("skipped: Python has no fastavro")
    sys.exit(77)

source, folder = os.environ["SOURCE"], os.path.join(os.environ["SCRATCH"], "facts")
shutil.rmtree(folder, ignore_errors=True)
expected = subprocess.run([sys.argv[1], folder], check=True, capture_output=True, text=True).stdout.strip()

documentation = open(os.path.join(source, "docs/ledger.md")).read()
code = {}
exec(re.search(r"```python\n(.*?)```", documentation, re.S).group(1), code)

schema = fastavro.parse_schema(json.load(open(os.path.join(source, "schemas/leaf.avsc"))))
RULES = {"chart_over_event": "chart-over-event", "event_only": "event-only", "chart_expired": "chart-expired",
         "event_outside_chart": "event-outside-chart"}


def value(v):
    if isinstance(v, dict):
        return ("dyetrace.leaf.Text", {"mac": v["mac"], "length": v["length"]})
    return v


def leaf(kind, r):
    if kind != "Note":
        place = r.pop("partition")
        r.update(source=place["source"], partition=place["name"], incarnation=place["incarnation"])
    if kind == "Event":
        shape, origin, values = r.pop("shape"), r.pop("origin"), r.pop("values")
        r.update({key: shape[key] for key in ("dataset", "op", "system", "channel")})
        r.update(actor=origin["actor"], actor_kind=origin["kind"], team=origin["team"], event_team=origin["event_team"],
                 rule=RULES.get(origin["rule"], origin["rule"]), confidence=origin["confidence"])
        r["changes"] = [{"field": field, "old": value(values[2 * i]), "new": value(values[2 * i + 1])}
                        for i, field in enumerate(shape["fields"])]
        if "upstream" in r:
            tags = [{"tag": tag, "value": value} for tag, value in r.pop("upstream").items()]
            kind, r = "Relayed", {"upstream": tags, "event": r}
            relayed.append(len(tags))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, ("dyetrace.leaf." + kind, r))
    return out.getvalue()


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:k]) + root(hashes[k:])).digest()


hashes, marks, sealed, payloads, relayed = [], 0, 0, set(), []
for path in sorted(glob.glob(folder + "/*.avro")):
    for kind, r in code["records"](path):
        if kind == "Mark":
            marks += 1
            continue
        sealed += sum(isinstance(v, dict) and v["hidden"] is not None for v in r.get("values", []))
        payloads.add((kind, len(r["payload"] or b"") if "payload" in r else None))
        hashes.append(hashlib.sha256(b"\0" + leaf(kind, r)).digest())

print("%d records, %d marks, %d sealed texts in %d segments" % (len(hashes), marks, sealed, len(glob.glob(folder + "/*"))))
if root(hashes).hex() != expected:
    print("the root is %s, the program says %s" % (root(hashes).hex(), expected))
    sys.exit(1)
if not relayed:
    print("no event says where it was before")
    sys.exit(1)
both = {("Event", 8), ("Event", 32), ("Quarantined", 8), ("Quarantined", 32), ("Filtered", 0), ("Filtered", 32)}
if len(hashes) != 3000 or not marks or not sealed or payloads != both | {("Gap", None), ("Note", None)}:
    sys.exit(1)

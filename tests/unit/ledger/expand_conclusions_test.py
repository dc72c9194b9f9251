#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Another reader reads the conclusions: the code of docs/ledger.md expands segments,
fastavro encodes the leaves by schemas/conclusion_leaf.avsc, hashlib makes the tree,
and the root is the one that the program computed.
"""
import glob
import hashlib
import io
import json
import math
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

source, folder = os.environ["SOURCE"], os.path.join(os.environ["SCRATCH"], "conclusions")
shutil.rmtree(folder, ignore_errors=True)
expected = subprocess.run([sys.argv[1], folder], check=True, capture_output=True, text=True).stdout.strip()

documentation = open(os.path.join(source, "docs/ledger.md")).read()
code = {}
exec(next(block for block in re.findall(r"```python\n(.*?)```", documentation, re.S) if "def conclusions" in block), code)

schema = fastavro.parse_schema(json.load(open(os.path.join(source, "schemas/conclusion_leaf.avsc"))))


def leaf(conclusion):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, conclusion)
    return out.getvalue()


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:k]) + root(hashes[k:])).digest()


hashes, seen = [], set()
for path in sorted(glob.glob(folder + "/*.avro")):
    for conclusion in code["conclusions"](path):
        hashes.append(hashlib.sha256(b"\0" + leaf(conclusion)).digest())
        for influence in conclusion["influences"]:
            before = influence["before"]
            seen.add((influence["status"], type(before).__name__, isinstance(before, float) and math.isinf(before)))

print("%d conclusions in %d segments" % (len(hashes), len(glob.glob(folder + "/*"))))
if root(hashes).hex() != expected:
    print("the root is %s, the program says %s" % (root(hashes).hex(), expected))
    sys.exit(1)
statuses = {("late", "NoneType", False), ("no_number", "NoneType", False), ("no_key", "NoneType", False),
            ("beyond", "NoneType", False)}
statuses |= {(status, kind, large) for status in ("counted", "estimated")
             for kind, large in (("NoneType", False), ("int", False), ("float", False), ("float", True))}
if len(hashes) != 3000 or seen != statuses:
    print("seen: %s" % sorted(seen ^ statuses))
    sys.exit(1)

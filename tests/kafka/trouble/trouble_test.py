#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What keeps a source from reading a real broker is said in one plain line.

Each case (cases.py) is a mistake in the settings or at the broker: `run --until-end` ends with 3 and says it, `run`
says it within 10 s and goes on trying, doctor says it with advice and ends with 1, and no secret is in any of these
lines. A publisher that cannot does not stop the route (unpublished.py). What can be mended while `run` goes on is mended, and read (mended.py).
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import broker  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402

import cases  # noqa: E402
import checked  # noqa: E402
import ground  # noqa: E402
import mended  # noqa: E402
import unpublished  # noqa: E402


def stand(folder, cluster, hands):
    """Topics and rights."""
    for topic in ("t", "u", "closed", "seen", "granted", "readable"):
        hands.create(topic=topic, partitions=2)
        hands.produce(topic=topic, records=ground.records(topic))
    ground.allow(cluster, "alice", "--operation", "Read", "--operation", "Describe", "--topic", "t", "--group", "*")
    ground.allow(cluster, "alice", "--operation", "Describe", "--topic", "seen", "--topic", "readable")
    ground.allow(cluster, "bob", "--operation", "Read", "--operation", "Describe", "--topic", "t")


def main():
    parts.need(parts.KAFKA_NEWEST, "hand")
    folder = pathlib.Path(os.environ.get("SCRATCH", "/tmp/dyetrace-trouble")).resolve()
    subprocess.run(["rm", "-rf", folder], check=True)
    folder.mkdir(parents=True)
    ground.certificates(folder)
    silent = ground.Silent()
    checked.run(folder)
    cluster = broker.Cluster(folder / "kafka")
    ports = {**ground.listeners(cluster, folder), "SILENT": silent.port}
    with cluster, hand.Hand(cluster.bootstrap) as hands:
        stand(folder, cluster, hands)
        failures = cases.run(folder, ports, sys.argv[1:])
        if not sys.argv[1:]:
            failures += unpublished.run(folder, ports)
            failures += mended.run(folder, ports, cluster, hands)
    if failures:
        sys.exit("\n".join(failures))


main()

# SPDX-License-Identifier: Apache-2.0
"""What every bench of this folder needs: a topic on a real broker, and a tracker's folder that reads it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parents[2]
sys.path.insert(0, str(TREE / "tests/kafka/support"))
import hand  # noqa: E402
import parts  # noqa: E402

BENCHES = TREE / "build/release/tests/bench/kafka"
TOPIC = "bench.touches"
KINDS = "loan support_case stock_item photo_label invoice supplier".split()
FIELDS = ("limit risk_class state label rebate_pct category mood priority price_cents country owner score due_date "
          "weight_kg").split()
# What the source asks of librdkafka, where it knows the setting (docs/kafka.md).
OUR_QUEUE = ["queued.max.messages.kbytes=16384", "queued.min.messages=1000000"]

SETTINGS = """store: store
keys: dyetrace.key
{lineage}
sources:
  - name: bench
    type: kafka
    bootstrap.servers: {broker}
    topics: [{topic}]
    group.id: bench
    begin: earliest
    format: avro
    schema.registry.url: {registry}
    mapping:
      time: {{field: at, format: unix-ms}}
      id: id
      actor: clerk
      entity: thing
      dataset: kind
      op: deed
      system: tool
      channel: labels.channel
      changes: {{list: edits}}
"""


def feature(name, kind, **settings):
    lines = "".join(f"    {key}: {value}\n" for key, value in settings.items())
    return f"  - name: {name}\n    dataset: {kind}\n{lines}"


def typical():
    """24 features as a company has them: by entity, by channel, of everybody."""
    features = []
    for kind in KINDS:
        features += [
            feature(f"{kind}_priority", kind, field="priority", encode="numeric", key="entity", aggregate="last"),
            feature(f"{kind}_price", kind, field="price_cents", encode="numeric", key="channel", aggregate="mean",
                    window="{size: 7d, pane: 1d}"),
            feature(f"{kind}_states", kind, field="state", key="system", aggregate="count",
                    window="{size: 7d, pane: 1d}"),
            feature(f"{kind}_silver", kind, field="risk_class", key="none", aggregate="share", value="SILVER",
                    window="{size: 7d, pane: 1d}")]
    names = [f"{kind}_{what}" for kind in KINDS for what in ("priority", "price", "states", "silver")]
    return features, names


def pairs():
    """What the peers count: how often each actor changed each field of each kind."""
    names = [f"n_{kind}_{field}" for kind in KINDS for field in FIELDS]
    return [feature(f"n_{kind}_{field}", kind, field=field, key="actor", aggregate="count")
            for kind in KINDS for field in FIELDS], names


def lineage_text(kind):
    features, names = typical() if kind == "typical" else pairs()
    inputs = "".join(f"      - {{feature: {name}, weight: 0.5}}\n" for name in names[:24])
    return ("version: 1\ndatasets:\n" + "".join(f"  - {{name: {kind}}}\n" for kind in KINDS) + "features:\n" +
            "".join(features) + f"models:\n  - name: risk\n    version: \"1\"\n    kind: linear\n    inputs:\n{inputs}")


def say(**line):
    print(json.dumps(line), flush=True)


class Side:
    """The topic, filled once, and those who read it."""

    def __init__(self, folder, cluster, schemas, records):
        self.folder, self.cluster, self.schemas, self.records = folder, cluster, schemas, records
        self.schema_file = folder / "touch.avsc"
        self.schema_file.write_text(subprocess.run(
            [BENCHES / "bench_kafka_fill", "--schema"], check=True, capture_output=True, text=True).stdout)

    def fill(self, partitions=2, compression="producer"):
        number = self.schemas.register(f"{TOPIC}-value", self.schema_file.read_text())
        with hand.Hand(self.cluster.bootstrap) as hands:
            hands.create(topic=TOPIC, partitions=partitions, config={"compression.type": compression})
        answer = subprocess.run(
            [BENCHES / "bench_kafka_fill", self.cluster.bootstrap, TOPIC, str(self.records), str(number)],
            check=True, capture_output=True, text=True).stdout
        say(bench="kafka_fill", **json.loads(answer))

    def broker_cpu(self):
        fields = pathlib.Path(f"/proc/{self.cluster.nodes[0].process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def home(self, lineage, more=""):
        """A fresh folder with settings and keys for the tracker."""
        home = self.folder / "ours"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        line = ""
        if lineage != "none":
            (home / "lineage.yaml").write_text(lineage_text(lineage))
            line = "lineage: lineage.yaml"
        (home / "dyetrace.yaml").write_text(more + SETTINGS.format(
            lineage=line, broker=self.cluster.bootstrap, registry=self.schemas.url, topic=TOPIC))
        subprocess.run([parts.PROGRAM, "keys", "create"], cwd=home, check=True, capture_output=True)
        return home

    def recorded(self, home):
        status = json.loads(subprocess.run([parts.PROGRAM, "status", "--json"], cwd=home, check=True,
                                           capture_output=True, text=True).stdout)
        return sum(partition["recorded"] for partition in status["partitions"])

# SPDX-License-Identifier: Apache-2.0
"""What a case plays on: brokers, a registry and the hand for all of them, and for each case a topic, a
tracker, the sum of what was produced, and the verdict."""

import contextlib
import dataclasses
import itertools
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import broker
import company
import hand
import parts
import proxy
import registry
import tracker


class World:
    """Started when first asked for, ended together."""

    def __init__(self, version=parts.KAFKA_NEWEST, folder=None, keep=False, json=False):
        self.version = version
        self.json = json  # records are JSON, and there is no registry
        self.keep = keep
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="dyetrace-kafka."))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._ends = contextlib.ExitStack()
        self._made = {}
        self._numbers = itertools.count(1)

    def _once(self, name, make):
        if name not in self._made:
            self._made[name] = self._ends.enter_context(make())
        return self._made[name]

    def cluster(self, nodes=1):
        """Three nodes take twice the memory and the processor: they are ended before one is asked for."""
        other = self._made.get(f"cluster{4 - nodes}")
        if other:
            other.stop()
        cluster = self._once(f"cluster{nodes}", lambda: broker.Cluster(
            self.folder / f"kafka{nodes}", self.version, nodes, heap="384m" if nodes == 1 else "256m"))
        if any(node.process is None for node in cluster.nodes):
            cluster.start()
        return cluster

    def behind(self):
        """A cluster of one whose clients go through a proxy; (cluster, proxy)."""
        def make():
            cluster = broker.Cluster(self.folder / "kafka-behind", self.version, 1)
            bad = self._once("proxy", lambda: proxy.Proxy(cluster.nodes[0].behind_port))
            cluster.nodes[0].announced = bad.port
            return cluster
        return self._once("behind", make), self._made["proxy"]

    def registry(self):
        return self._once("registry", lambda: registry.Registry(self.folder / "registry"))

    def hand(self, cluster):
        return self._once(f"hand {cluster.bootstrap}", lambda: hand.Hand(
            cluster.bootstrap, subprocess.DEVNULL))

    def company(self):
        if "company" not in self._made:
            self._made["company"] = company.Company(self.folder / "company")
        return self._made["company"]

    def number(self):
        return next(self._numbers)

    def close(self):
        self._ends.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@dataclasses.dataclass
class Verdict:
    """A row of the table."""
    case: str
    injected: int = 0
    unexplained: int = 0
    duplicates: int = 0
    recoveries: list = dataclasses.field(default_factory=list)
    wrong: list = dataclasses.field(default_factory=list)
    skipped: str = ""

    @property
    def good(self):
        return not (self.unexplained or self.duplicates or self.wrong)

    def row(self):
        if self.skipped:
            return f"{self.case:<26} {'skipped: ' + self.skipped}"
        seconds = "-"
        if self.recoveries:
            seconds = f"{statistics.median(self.recoveries):.1f} (max {max(self.recoveries):.1f})"
        return f"{self.case:<26} {self.injected:>10} {self.unexplained:>12} {self.duplicates:>18}   {seconds}"


HEADING = f"{'case':<26} {'injected n':>10} {'unexplained':>12} {'duplicate effects':>18}   recovery s, median"


class Stage:
    """One case under way."""

    open = []

    def __init__(self, world, case, nodes=1, partitions=6, topic_settings=None, through=None, registry=True,
                 more="", kafka=None, steps=company.SMALL_STEPS, store="dyetrace-store", key="entity", topic=None, client=None):
        self.world = world
        self.verdict = Verdict(case)
        self.cluster, self.proxy = through or (world.cluster(nodes), None)
        self.hand = world.hand(self.cluster)
        self.registry = world.registry() if registry and not world.json else None
        self.partitions = partitions
        self.topic = topic or f"{case}-{world.number()}"
        self.key = key
        self.store = store
        self.client = client or {}  # of the producer, beside the hand's own
        self.at = 0  # next line of the company's events
        self.around = False  # they were all fed, and begin again: ids are no longer unique
        self.reach = {}
        self.incarnation = 1  # of the topic, as the tracker should count
        self.comparing = "all"  # or "newest": what went before is gone; or None
        self.ends = contextlib.ExitStack()
        Stage.open.append(self)
        self.replication = len(self.cluster.nodes)
        self.topic_settings = topic_settings or {}
        self.create()
        if self.registry:
            number = self.registry.register(f"{self.topic}-value", company.SCHEMA)
            self.schema = {"id": number, "text": company.SCHEMA}
        folder = world.folder / "cases" / self.topic
        world.company().settle(folder)
        self.where = self.cluster.announced if self.proxy else self.cluster.bootstrap
        self.settings = lambda **others: company.settings(company.kafka_source(
            self.where, others.get("topics", [self.topic]), others.get("registry", self.registry and self.registry.url),
            more=others.get("more", more), kafka=kafka), store=store, steps=steps)
        self.tracker = tracker.Tracker(folder, self.settings())

    def create(self):
        self.hand.create(topic=self.topic, partitions=self.partitions, replication=self.replication,
                         config=self.topic_settings)

    def note(self, answer, topic=None):
        """Adds what was produced to what is to be reached."""
        for number, (_, last, _) in answer["partitions"].items():
            name = f"{topic or self.topic}/{number}"
            self.reach[name] = max(self.reach.get(name, 0), last + 1)
        return answer

    def feed(self, count, **wanted):
        """The next events of the company; back when the broker has them."""
        return self.note(self.feeding(count, **wanted).wait())

    def feeding(self, count, **wanted):
        """The same in the background."""
        if self.at + count > self.world.company().count:
            self.at, self.around = 0, True
        begun, self.at = self.at, self.at + count
        if self.registry and "schema" not in wanted:
            wanted["schema"] = self.schema
        return self.hand.begin("produce", **{"topic": self.topic, "file": str(self.world.company().events), "from": begun,
                                             "to": self.at, "key": self.key, "client": self.client, **wanted})

    def caught_up(self, patience_s=60):
        return self.tracker.wait_for(self.reach, patience_s, self.incarnation)

    def recovered(self, begun, patience_s=60):
        """The fault was taken away at `begun`: how long until everything is committed."""
        self.caught_up(patience_s)
        self.verdict.recoveries.append(time.monotonic() - begun)

    def injected(self, count=1):
        self.verdict.injected += count

    def expect(self, condition, sentence):
        if not condition:
            self.verdict.wrong.append(sentence)
        return condition

    def said(self, *words):
        """The tracker has said a line that holds all of these."""
        text = self.tracker.log.read_text(errors="replace")
        return any(all(word in line for word in words) for line in text.splitlines())

    def total(self, column):
        return sum(one[column] for one in self.tracker.all_partitions())

    def judge(self):
        """Ends the tracker; what it holds is whole, once, and what the broker holds."""
        if self.tracker.process:
            status = self.tracker.stop()
            self.expect(status == 0, f"SIGTERM ended it with {status}")
        _, counts = self.tracker.document("reconcile")
        if not self.expect(counts is not None, "reconcile says nothing"):
            return self.verdict
        self.verdict.unexplained += counts["unexplained"]
        self.expect(counts["differing"] == 0, f"reconcile: {counts['differing']} partitions differ from the broker")
        if self.comparing == "all":
            self.expect(counts["reconciled"], f"reconcile is not content: {_troubles(counts)}")
        if self.comparing:
            self.compare()
        self.verify()
        positions, ids = self.tracker.recorded_twice()
        self.verdict.duplicates += positions + (0 if self.around or self.incarnation > 1 else ids)
        return self.verdict

    def verify(self):
        status, document = self.tracker.document("verify", "--replay")
        failed = [check["name"] + ": " + str(check["detail"]) for check in (document or {}).get("checks", [])
                  if not check["passed"]]
        self.expect(status == 0 and not failed, f"verify --replay: {status} {failed}")
        if parts.STATE_EQUAL.exists():
            equal = subprocess.run([parts.STATE_EQUAL, self.tracker.folder / self.store, self.tracker.folder / "dyetrace.key"],
                                   capture_output=True, text=True, check=False)
            self.expect(equal.returncode == 0, f"the state is not that of the ledger's replay: {equal.stdout}{equal.stderr}")

    def compare(self):
        """Kafka's own consumer reads what the tracker has committed: as many records, the same bytes."""
        ours = [one for one in self.tracker.all_partitions() if not one["ended"] and one["committed"] > one["start"]]
        wanted = []
        for one in ours:
            topic, number = one["partition"].rsplit("/", 1)
            wanted.append({"topic": topic, "partition": int(number), "from": one["start"], "to": one["committed"]})
        theirs = self.hand.digest(partitions=wanted)["partitions"] if wanted else []
        for one, other in zip(ours, theirs):
            held = one["recorded"] + one["quarantined"] + one["filtered"]
            self.verdict.unexplained += abs(other["records"] - held)
            self.expect(one["content"] == other["digest"], f"{one['partition']}: content is not what the broker has")

    def clean(self):
        Stage.open.remove(self)
        if hasattr(self, "tracker"):
            self.tracker.kill()
        self.ends.close()
        if not hasattr(self, "tracker"):
            return
        if not self.world.keep:
            shutil.rmtree(self.tracker.folder, ignore_errors=True)
        with contextlib.suppress(hand.HandError):
            self.hand.delete(topic=self.topic)


def _troubles(counts):
    return "; ".join(f"{one['partition']}: {one['content']}, {one['trouble']}" for one in counts["partitions"]
                     if one["content"] != "equal")


def skipped(case, reason):
    """The verdict of a case that cannot be played here."""
    return Verdict(case, skipped=reason)


def root():
    return os.geteuid() == 0

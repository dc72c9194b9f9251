# SPDX-License-Identifier: Apache-2.0
"""A real Kafka cluster of one or three nodes, on free ports, in a folder of its own."""

import pathlib
import signal
import socket
import struct
import time

import ending
import parts

_LOG4J2 = """status=warn
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
"""
_LOG4J1 = """log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m (%c)%n
"""

# What makes hours into seconds.
_QUICK = {
    "broker.session.timeout.ms": 1500,
    "broker.heartbeat.interval.ms": 200,
    "controller.quorum.election.timeout.ms": 500,
    "controller.quorum.fetch.timeout.ms": 1000,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 500,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 4,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 200,
    "log.retention.check.interval.ms": 300,
    "log.initial.task.delay.ms": 300,
    "log.segment.delete.delay.ms": 300,
    "log.cleaner.backoff.ms": 200,
    "log.cleaner.dedupe.buffer.size": 8388608,
    "message.max.bytes": 12000000,
    "replica.fetch.max.bytes": 12000000,
    "auto.create.topics.enable": "false",
    "num.network.threads": 2,
    "num.io.threads": 4,
    "controlled.shutdown.enable": "true",
}


class Node:
    """One process: broker and controller."""

    def __init__(self, cluster, number):
        self.cluster = cluster
        self.number = number
        self.port = ending.free_port()
        self.controller_port = ending.free_port()
        self.behind_port = ending.free_port()  # what is announced for it is `announced`
        self.announced = None
        self.folder = cluster.folder / f"node{number}"
        self.log = self.folder / "log"
        self.process = None

    @property
    def data(self):
        return self.folder / "data"

    def java(self, *arguments):
        libraries = str(parts.FETCHED / self.cluster.version / "*")
        logging = (f"-Dlog4j.configuration=file:{self.folder}/log4j.properties" if self.cluster.version.startswith("3.")
                   else f"-Dlog4j2.configurationFile=file:{self.folder}/log4j.properties")
        return [*parts.JAVA, f"-Xmx{self.cluster.heap}", logging, "-cp", libraries, *arguments]

    def settings(self):
        nodes = self.cluster.nodes
        copies = min(3, len(nodes))
        listeners = f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}"
        announced = f"PLAINTEXT://127.0.0.1:{self.port}"
        protocols = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"
        if self.announced:
            listeners += f",BEHIND://127.0.0.1:{self.behind_port}"
            announced += f",BEHIND://127.0.0.1:{self.announced}"
            protocols += ",BEHIND:PLAINTEXT"
        return {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": ",".join(f"{node.number}@127.0.0.1:{node.controller_port}" for node in nodes),
            "listeners": listeners,
            "advertised.listeners": announced,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": protocols,
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": self.data,
            "default.replication.factor": copies,
            "min.insync.replicas": max(1, copies - 1),
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": max(1, copies - 1),
            **_QUICK, **self.cluster.settings,
        }

    def prepare(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j.properties").write_text(
            _LOG4J1 if self.cluster.version.startswith("3.") else _LOG4J2)
        self.write_settings()

    def write_settings(self):
        lines = "".join(f"{name}={value}\n" for name, value in self.settings().items())
        (self.folder / "server.properties").write_text(lines)

    def format(self):
        """The task of formatting; to be waited for."""
        with open(self.log, "ab") as log:
            return ending.start(
                self.java("kafka.tools.StorageTool", "format", "-t", self.cluster.id, "-c",
                          str(self.folder / "server.properties")), stdout=log, stderr=log)

    def start(self):
        assert self.process is None
        with open(self.log, "ab") as log:
            self.process = ending.start(
                self.java("kafka.Kafka", str(self.folder / "server.properties")), stdout=log, stderr=log)

    def stop(self):
        """A clean end."""
        process, self.process = self.process, None
        if process:
            ending.end(process, 30)

    def kill(self):
        process, self.process = self.process, None
        if process:
            ending.kill(process)

    def freeze(self):
        """The process neither answers nor ends, as a machine does that swaps."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def answers(self):
        """The nodes that this one knows to be up; empty when it does not answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                connection.settimeout(2)
                return _nodes_up(connection)
        except (OSError, struct.error):
            return []


def _nodes_up(connection):
    """Kafka's Metadata request, version 1, of no topic."""
    body = struct.pack(">hhih4si", 3, 1, 7, 4, b"test", 0)
    connection.sendall(struct.pack(">i", len(body)) + body)
    size = struct.unpack(">i", _exactly(connection, 4))[0]
    answer = _exactly(connection, size)
    count, at = struct.unpack_from(">i", answer, 4)[0], 8
    nodes = []
    for _ in range(count):
        number, length = struct.unpack_from(">ih", answer, at)
        at += 6 + length + 4
        rack = struct.unpack_from(">h", answer, at)[0]
        at += 2 + max(rack, 0)
        nodes.append(number)
    return nodes


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


class Cluster:
    """`with Cluster(folder) as cluster:` starts it and ends it."""

    def __init__(self, folder, version=parts.KAFKA_NEWEST, nodes=1, settings=None, heap="384m"):
        self.folder = pathlib.Path(folder)
        self.version = version
        self.settings = settings or {}
        self.heap = heap
        self.id = "dyetraceTestsAAAAAAAAA"
        self.nodes = []
        self.nodes = [Node(self, i + 1) for i in range(nodes)]

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    @property
    def announced(self):
        """Where clients begin whose traffic goes through proxies."""
        return ",".join(f"127.0.0.1:{node.announced}" for node in self.nodes)

    def prepare(self):
        for node in self.nodes:
            node.prepare()
        for task in [node.format() for node in self.nodes if not (node.data / "meta.properties").exists()]:
            if task.wait(60):
                raise RuntimeError(f"the storage of {self.folder} cannot be formatted; see its node's log")

    def start(self, wait=True):
        for node in self.nodes:
            if node.process is None:
                node.start()
        if wait:
            self.wait()

    def wait(self, patience_s=60):
        """Until each node that runs sees all that run."""
        end = time.monotonic() + patience_s
        running = [node for node in self.nodes if node.process]
        for node in running:
            while len(node.answers()) < len(running):
                if node.process.poll() is not None:
                    raise RuntimeError(f"node {node.number} has ended:\n" + self.last_words(node))
                if time.monotonic() > end:
                    raise RuntimeError(f"node {node.number} does not answer:\n" + self.last_words(node))
                time.sleep(0.05)

    def last_words(self, node):
        return "\n".join(node.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self):
        for node in self.nodes:
            if node.process:
                node.process.terminate()
        for node in self.nodes:
            node.stop()

    def kill(self):
        for node in self.nodes:
            node.kill()

    def __enter__(self):
        self.prepare()
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()  # its folder goes too: nothing to save


def cut_log(node, topic, partition, keep):
    """Forgets what a stopped node's partition has from offset `keep` on, as a disk does that lost its
    last writes. Cuts between batches: gives the offset that comes next, `keep` or below."""
    folder = node.data / f"{topic}-{partition}"
    following = 0
    for segment in sorted(folder.glob("*.log")):
        data, at = segment.read_bytes(), 0
        while at + 61 <= len(data):
            base, length = struct.unpack_from(">qi", data, at)
            last = base + struct.unpack_from(">i", data, at + 23)[0]
            if length <= 0 or last >= keep:
                break
            at += 12 + length
            following = last + 1
        if at < len(data):
            segment.write_bytes(data[:at])
        for index in (".index", ".timeindex", ".txnindex"):
            segment.with_suffix(index).unlink(missing_ok=True)
    for left in list(folder.glob("*.snapshot")) + [folder / "leader-epoch-checkpoint"]:
        left.unlink(missing_ok=True)
    for name in ("recovery-point-offset-checkpoint", "replication-offset-checkpoint", "log-start-offset-checkpoint",
                 ".kafka_cleanshutdown"):
        (node.data / name).unlink(missing_ok=True)
    return following

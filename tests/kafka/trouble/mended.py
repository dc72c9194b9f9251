# SPDX-License-Identifier: Apache-2.0
"""`run` goes on trying: what is mended meanwhile is read, without a restart."""

import time

import cases
import ending
import ground

READ_WITHIN_S = 15

# name, listener, topics, client settings, what is said until it is mended
MENDED = [
    ("topic_made", "PLAINTEXT", "topics: later", "", "topic later: there is no such topic"),
    ("topic_matched", "PLAINTEXT", "topics.regex: 'late[r]'", "", "no topic matches `topics.regex`"),
    ("acl_given", "LOGIN", "topics: granted", cases.SASL + cases.RIGHT, "topic granted: not allowed"),
    ("read_given", "LOGIN", "topics: readable", cases.SASL + cases.RIGHT, "topic readable: not allowed"),
]
AWAY = ("broker_back", "PLAINTEXT", "topics: t", "", "nothing listens there")


class Mended(cases.Case):
    def __init__(self, folder, ports, case):
        super().__init__(folder, ports, (*case, 20))

    def await_said(self, begun):
        while self.said not in self.words("run.log") and time.monotonic() - begun < cases.SAID_WITHIN_S:
            time.sleep(0.05)
        self.expect(self.said in self.words("run.log"), "run within 10 s", self.words("run.log"))

    def await_read(self, begun):
        """Its records are committed; what it says of itself has no secret."""
        recorded = self.recorded()
        while time.monotonic() - begun < READ_WITHIN_S and recorded < self.count:
            recorded = self.recorded()
        self.took = time.monotonic() - begun
        self.expect(recorded == self.count, f"status within {READ_WITHIN_S} s of the mending",
                    self.words("status.log") + self.words("run.log"))
        again = "again" if self.name != "topic_matched" else ""
        while time.monotonic() - begun < READ_WITHIN_S and again not in self.words("run.log"):
            time.sleep(0.05)
        self.expect(again in self.words("run.log"), "run says that it reads again", self.words("run.log"))


def _begin(some):
    begun = time.monotonic()
    for case in some:
        case.start("run.log", "run")
    for case in some:
        case.await_said(begun)


def _finish(some, begun):
    for case in some:
        case.await_read(begun)
        ending.kill(case.process)
        print(f"{case.name:18} {'FAILED' if case.failures else 'is read %.1f s after it is mended' % case.took}",
              flush=True)
    return [failure for case in some for failure in case.failures]


def run(folder, ports, cluster, hands):
    some = [Mended(folder, ports, case) for case in MENDED]
    _begin(some)
    hands.create(topic="later", partitions=2)
    hands.produce(topic="later", records=ground.records("later"))
    ground.allow(cluster, "alice", "--operation", "Read", "--operation", "Describe", "--topic", "granted", "--topic",
                 "readable")
    failures = _finish(some, time.monotonic())
    cluster.stop()
    away = [Mended(folder, ports, AWAY)]
    _begin(away)
    cluster.start()
    return failures + _finish(away, time.monotonic())

# SPDX-License-Identifier: Apache-2.0
"""What leaves the tracker and cannot: it is said within 10 s, and the route goes on."""

import time

import cases
import ending

PUBLISH = """publish:
  - name: tags
    type: kafka
    bootstrap.servers: 127.0.0.1:{port}
    kafka: {{{client}}}{more}
    provenance: {{topic: {topic}}}
"""
REGISTRY = "\n    schema.registry.url: http://127.0.0.1:{nobody}"

# name, listener, client settings, topic, whether there is a registry (which is away), what is said
UNPUBLISHED = [
    ("out_no_topic", "PLAINTEXT", "", "dye.nowhere", False, "topic dye.nowhere is not there: make it"),
    ("out_no_acl", "LOGIN", cases.SASL + cases.RIGHT, "t", False, "not allowed"),
    ("out_no_broker", "NOBODY", "", "u", False, "nothing listens there"),
    ("out_no_registry", "PLAINTEXT", "", "u", True, "registry"),
]


class Unpublished(cases.Case):
    def __init__(self, folder, ports, case):
        name, where, client, topic, registry, said = case
        super().__init__(folder, ports, (name, "PLAINTEXT", "topics: t", "", said, 20))
        more = REGISTRY.format(nobody=ports["NOBODY"]) if registry else ""
        settings = self.home / "dyetrace.yaml"
        settings.write_text(settings.read_text() + PUBLISH.format(port=ports[where], client=client, more=more,
                                                                  topic=topic))

    def await_said(self, begun):
        while time.monotonic() - begun < cases.SAID_WITHIN_S and not self._said():
            time.sleep(0.05)
        self.took = time.monotonic() - begun
        self.expect(self._said(), f"run within {cases.SAID_WITHIN_S} s", self.words("run.log"))
        self.expect(self.process.poll() is None, "run goes on", self.words("run.log"))
        recorded = self.recorded()
        while recorded < self.count and time.monotonic() - begun < 2 * cases.SAID_WITHIN_S:
            recorded = self.recorded()
        self.expect(recorded == self.count, "status, of the route that goes on", self.words("status.log"))
        ending.kill(self.process)

    def _said(self):
        return any("publisher tags" in line and self.said in line for line in self.words("run.log").splitlines())


def run(folder, ports):
    some = [Unpublished(folder, ports, case) for case in UNPUBLISHED]
    begun = time.monotonic()
    for case in some:
        case.start("run.log", "run")
    for case in some:
        case.await_said(begun)
        print(f"{case.name:18} {'FAILED' if case.failures else 'said within %.1f s' % case.took}", flush=True)
    return [failure for case in some for failure in case.failures]

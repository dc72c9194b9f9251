#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What keeps a source from reading a real broker is said in one plain line.

A broker with four listeners (plain, TLS, SASL, SASL over TLS) and ACLs. Each case is a mistake in the
settings: `run --until-end` ends with 3 and says it, `run` says it within 10 s and goes on trying, doctor
says it, and no secret is in any of these lines. The right settings read everything.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import broker  # noqa: E402
import ending  # noqa: E402
import hand  # noqa: E402
import parts  # noqa: E402

SECRET, WRONG = "c0rrect-horse", "wr0ng-battery"
SAID_WITHIN_S = 10

SETTINGS = """store: store
sources:
  - name: tickets
    type: kafka
    bootstrap.servers: 127.0.0.1:{port}
    topics: [{topics}]
    kafka: {{{client}}}
    mapping:
      dataset: {{value: helpdesk.ticket}}
      id: id
      time: time
      actor: actor
      entity: entity
      changes: {{list: changes}}
"""

SASL = "security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: alice, "
TLS = "security.protocol: SSL, "

# name, listener, topics, client settings, what is said ("" : nothing, all is read)
CASES = [
    ("right_plain", "PLAINTEXT", "t", "", ""),
    ("right_tls", "TLS", "t", TLS + "ssl.ca.location: ca.pem", ""),
    ("right_sasl", "LOGIN", "t", SASL + 'sasl.password: "${file:right}"', ""),
    ("right_sasl_tls", "BOTH", "t", SASL.replace("PLAINTEXT", "SSL") +
     'sasl.password: "${env:RIGHT}", ssl.ca.location: ca.pem', ""),
    ("nobody_there", "NOBODY", "t", "", "nothing listens there"),
    ("wrong_password", "LOGIN", "t", SASL + 'sasl.password: "${file:wrong}"', "the broker refuses the login"),
    ("wrong_mechanism", "LOGIN", "t", 'security.protocol: SASL_PLAINTEXT, sasl.mechanism: SCRAM-SHA-256, '
     'sasl.username: alice, sasl.password: "${file:right}"', "does not offer this `sasl.mechanism`"),
    ("wrong_ca", "TLS", "t", TLS + "ssl.ca.location: other.pem", "the broker's certificate is not trusted"),
    ("no_ca_file", "TLS", "t", TLS + "ssl.ca.location: nowhere.pem", "ssl.ca.location"),
    ("plain_to_tls", "TLS", "t", "", "as a TLS port does when it is spoken to in plain"),
    ("tls_to_plain", "PLAINTEXT", "t", TLS + "ssl.ca.location: ca.pem", "does not speak TLS"),
    ("plain_to_sasl", "LOGIN", "t", "", "security.protocol"),
    ("unknown_topic", "PLAINTEXT", "nosuch", "", "topic nosuch: there is no such topic"),
    ("no_acl", "LOGIN", "closed", SASL + 'sasl.password: "${file:right}"', "topic closed: not allowed"),
    ("seen_not_read", "LOGIN", "seen", SASL + 'sasl.password: "${file:right}"', "topic seen: not allowed"),
]


def openssl(*words, **options):
    subprocess.run(["openssl", *words], check=True, capture_output=True, **options)


def certificates(folder):
    """Two authorities, and a broker's key and certificate of the first."""
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", folder / "broker.key",
            "-out", folder / "broker.csr")
    (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-days", "2", "-in", folder / "broker.csr", "-CA", folder / "ca.pem", "-CAkey",
            folder / "ca.key", "-CAcreateserial", "-extfile", folder / "extensions", "-out", folder / "broker.crt")
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())


def listeners(cluster, folder):
    """The ports by name; tells the cluster of them."""
    node = cluster.nodes[0]
    ports = {"PLAINTEXT": node.port, **{name: ending.free_port() for name in ("TLS", "LOGIN", "BOTH")}}
    open_to = ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())
    users = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
             f'user_alice="{SECRET}";')
    cluster.settings.update({
        "listeners": f"{open_to},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": open_to,
        "listener.security.protocol.map":
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,TLS:SSL,LOGIN:SASL_PLAINTEXT,BOTH:SASL_SSL",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.login.plain.sasl.jaas.config": users,
        "listener.name.both.plain.sasl.jaas.config": users,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": folder / "broker.pem",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": folder / "ca.pem",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    })
    return {**ports, "NOBODY": ending.free_port()}


def allow(cluster, *words):
    node = cluster.nodes[0]
    subprocess.run(node.java("org.apache.kafka.tools.AclCommand", "--bootstrap-server", cluster.bootstrap, "--add",
                             "--allow-principal", "User:alice", *words), check=True, capture_output=True)


def records():
    return [{"json": {"id": f"T-{i}", "time": "2026-03-02T08:00:00Z", "actor": "anna", "entity": "ticket/1",
                      "changes": [["minutes", i, i + 1]]}} for i in range(20)]


class Case:
    def __init__(self, folder, ports, case):
        self.name, listener, topics, client, self.said = case
        self.home = folder / self.name
        self.home.mkdir()
        (self.home / "right").write_text(SECRET + "\n")
        (self.home / "wrong").write_text(WRONG + "\n")
        for name in ("ca.pem", "other.pem"):
            (self.home / name).write_text((folder / name).read_text())
        (self.home / "dyetrace.yaml").write_text(
            SETTINGS.format(port=ports[listener], topics=topics, client=client))
        self.environment = {**os.environ, "RIGHT": SECRET}

    def ask(self, *words, patience_s=60):
        done = subprocess.run([parts.PROGRAM, *words], cwd=self.home, env=self.environment, capture_output=True,
                              text=True, timeout=patience_s, check=False)
        return done.returncode, done.stdout + done.stderr

    def expect(self, holds, what, words):
        for secret in (SECRET, WRONG):
            if secret in words:
                raise SystemExit(f"{self.name}: a secret is in what {what} says:\n{words}")
        if not holds:
            raise SystemExit(f"{self.name}: {what} does not say {self.said!r}:\n{words}")

    def to_the_end(self):
        status, words = self.ask("run", "--until-end")
        if self.said:
            lines = [line for line in words.splitlines() if self.said in line]
            self.expect(status in (2, 3) and len(lines) == 1, f"run --until-end (status {status})", words)
        else:
            self.expect(status == 0 and "recorded     20" in words, f"run --until-end (status {status})", words)

    def followed(self):
        """Says it within 10 s, and is still there."""
        log = self.home / "log"
        begun = time.monotonic()
        with open(log, "wb") as out:
            process = ending.start([parts.PROGRAM, "run"], cwd=self.home, env=self.environment, stdout=out,
                                   stderr=out, stdin=subprocess.DEVNULL)
        while self.said not in log.read_text() and time.monotonic() - begun < SAID_WITHIN_S:
            time.sleep(0.1)
        took, ended = time.monotonic() - begun, process.poll()
        ending.kill(process)
        self.expect(self.said in log.read_text(), f"run within {SAID_WITHIN_S} s", log.read_text())
        if ended is not None and "ssl.ca.location" != self.said:
            raise SystemExit(f"{self.name}: run has ended with {ended}, it should go on trying:\n{log.read_text()}")
        return took

    def examined(self):
        status, words = self.ask("doctor", "--json")
        checks = [check for check in json.loads(words[words.index("{"):])["checks"] if "tickets" in check["name"]]
        text = "\n".join(f"{check['state']} {check['detail']} {check['remedy']}" for check in checks)
        bad = [check for check in checks if check["state"] == "bad"]
        self.expect(bool(bad) == bool(self.said), f"doctor (status {status})", text)

    def run(self):
        self.to_the_end()
        self.examined()
        took = self.followed() if self.said else 0.0
        print(f"{self.name:16} {'said within %.1f s' % took if self.said else 'all is read'}", flush=True)


def main():
    parts.need(parts.KAFKA_NEWEST, "hand")
    folder = pathlib.Path(os.environ.get("SCRATCH", "/tmp/dyetrace-trouble")).resolve()
    subprocess.run(["rm", "-rf", folder], check=True)
    folder.mkdir(parents=True)
    certificates(folder)
    cluster = broker.Cluster(folder / "kafka")
    ports = listeners(cluster, folder)
    with cluster, hand.Hand(cluster.bootstrap) as hands:
        for topic in ("t", "closed", "seen"):
            hands.create(topic=topic, partitions=2)
            hands.produce(topic=topic, records=records())
        allow(cluster, "--operation", "Read", "--operation", "Describe", "--topic", "t")
        allow(cluster, "--operation", "Describe", "--topic", "seen")
        for case in CASES:
            Case(folder, ports, case).run()


main()

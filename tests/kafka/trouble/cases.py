# SPDX-License-Identifier: Apache-2.0
"""The table of mistakes, and what run and doctor say of each."""

import json
import os
import subprocess
import time

import ending
import parts
from ground import CLIENT_FILES, SECRET, WRONG

SAID_WITHIN_S = 10
AT_ONCE = 6  # cases; they mostly wait

SETTINGS = """store: store
http: {{listen: "off"}}
sources:
  - name: tickets
    type: kafka
    bootstrap.servers: {server}
    {topics}
    kafka: {{{client}}}
    mapping:
      dataset: {{value: helpdesk.ticket}}
      id: id
      time: time
      actor: actor
      entity: entity
      changes: {{list: changes}}
"""

RIGHT, BAD = 'sasl.password: "${file:right}"', 'sasl.password: "${file:wrong}"'
SASL = "security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: alice, "
BOB = SASL.replace("alice", "bob")
TLS = "security.protocol: SSL, "
CA = "ssl.ca.location: ca.pem"
OWN = ", ssl.certificate.location: client.crt, ssl.key.location: client.key"
NOT_TRUSTED = "the broker's certificate is not trusted"
NO_LOGIN = "the broker refuses the login"

# name, listener, topics, client settings, what is said ("": nothing), records that are read, whether `run` starts
CASES = [
    ("right_plain", "PLAINTEXT", "topics: t", "", "", 20),
    ("right_tls", "TLS", "topics: t", TLS + CA, "", 20),
    ("right_sasl", "LOGIN", "topics: t", SASL + RIGHT, "", 20),
    ("right_sasl_tls", "BOTH", "topics: t",
     SASL.replace("PLAINTEXT", "SSL") + 'sasl.password: "${env:RIGHT}", ' + CA, "", 20),
    ("right_certificate", "MUTUAL", "topics: t", TLS + CA + OWN, "", 20),
    ("nobody_there", "NOBODY", "topics: t", "", "nothing listens there", 0),
    ("no_such_host", "no-such-host.invalid:9092", "topics: t", "", "there is no such host", 0),
    ("silent_port", "SILENT", "topics: t", "", "the broker does not answer", 0),
    ("wrong_password", "LOGIN", "topics: t", SASL + BAD, NO_LOGIN, 0),
    ("unknown_user", "LOGIN", "topics: t", SASL.replace("alice", "nobody") + RIGHT, NO_LOGIN, 0),
    ("wrong_mechanism", "LOGIN", "topics: t", SASL.replace("PLAIN,", "SCRAM-SHA-256,") + RIGHT,
     "does not offer this `sasl.mechanism`", 0),
    ("wrong_ca", "TLS", "topics: t", TLS + "ssl.ca.location: other.pem", NOT_TRUSTED, 0),
    ("expired", "EXPIRED", "topics: t", TLS + CA, "has expired", 0),
    ("wrong_host", "STRANGER", "topics: t", TLS + CA, "another host name", 0),
    ("no_certificate", "MUTUAL", "topics: t", TLS + CA, "wants a certificate of the client", 0),
    ("no_ca_file", "TLS", "topics: t", TLS + "ssl.ca.location: nowhere.pem", "ssl.ca.location", 0),
    ("no_password_file", "LOGIN", "topics: t", SASL + 'sasl.password: "${file:nowhere}"', "nowhere", 0),
    ("plain_to_tls", "TLS", "topics: t", "", "as a TLS port does when it is spoken to in plain", 0),
    ("tls_to_plain", "PLAINTEXT", "topics: t", TLS + CA, "does not speak TLS", 0),
    ("plain_to_sasl", "LOGIN", "topics: t", "", "security.protocol", 0),
    ("unknown_topic", "PLAINTEXT", "topics: nosuch", "", "topic nosuch: there is no such topic", 0),
    ("one_of_three", "PLAINTEXT", "topics: [t, nosuch, u]", "", "topic nosuch: there is no such topic", 40),
    ("no_match", "PLAINTEXT", "topics.regex: 'crm[.].*'", "", "no topic matches `topics.regex`", 0),
    ("no_acl", "LOGIN", "topics: closed", SASL + RIGHT, "topic closed: not allowed", 0),
    ("seen_not_read", "LOGIN", "topics: seen", SASL + RIGHT, "topic seen: not allowed", 0),
    ("no_group", "LOGIN", "topics: t", BOB + RIGHT, "the group dyetrace cannot be told how far we are", 20),
]
# Mistakes that are seen before anything is asked of a broker: `run` does not begin.
NOT_BEGUN = {"no_ca_file", "no_password_file"}
UNUSABLE = {"no_ca_file"}
# Nothing is lost by it: it is no failure.
HARMLESS = {"no_group"}


class Case:
    def __init__(self, folder, ports, case):
        self.name, where, topics, client, self.said, self.count = case
        self.home = folder / self.name
        self.home.mkdir()
        (self.home / "right").write_text(SECRET + "\n")
        (self.home / "wrong").write_text(WRONG + "\n")
        for name in CLIENT_FILES:
            (self.home / name).write_text((folder / name).read_text())
        server = f"127.0.0.1:{ports[where]}" if where in ports else where
        (self.home / "dyetrace.yaml").write_text(SETTINGS.format(server=server, topics=topics, client=client))
        self.environment = {**os.environ, "RIGHT": SECRET}
        self.process = None
        self.failures = []
        self.took = 0.0

    def start(self, name, *words):
        """What it says goes to the file of that name."""
        with open(self.home / name, "wb") as out:
            self.process = ending.start([parts.PROGRAM, *words], cwd=self.home, env=self.environment, stdout=out,
                                        stderr=out, stdin=subprocess.DEVNULL)

    def words(self, name):
        return (self.home / name).read_text(errors="replace")

    def ended(self, patience_s=60):
        process, self.process = self.process, None
        try:
            return process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return ending.kill(process)

    def recorded(self):
        """As status says, while the process goes on."""
        kept, self.process = self.process, None
        self.start("status.log", "status", "--json")
        self.ended()
        self.process = kept
        words = self.words("status.log")
        if "{" not in words:
            return 0
        return sum(one["recorded"] for one in json.loads(words[words.index("{"):]).get("partitions", []))

    def expect(self, holds, what, words):
        if SECRET in words or WRONG in words:
            self.failures.append(f"{self.name}: a secret is in what {what} says:\n{words}")
        if not holds:
            self.failures.append(f"{self.name}: {what}: expected {self.said!r}, {self.count} records:\n{words}")

    def judge_end(self):
        status, words = self.ended(), self.words("end.log")
        lines = [line for line in words.splitlines() if self.said in line]
        well = not self.said or self.name in HARMLESS
        right = 0 if well else 2 if self.name in UNUSABLE else 3
        read = self.name in NOT_BEGUN or f"recorded {self.count} " in " ".join(words.split())
        self.expect(status == right and (well or len(lines) == 1) and read,
                    f"run --until-end (status {status}, not {right})", words)

    def judge_doctor(self):
        status, words = self.ended(), self.words("doctor.log")
        checks = [check for check in json.loads(words[words.index("{"):])["checks"] if "tickets" in check["name"]]
        text = "\n".join(f"{check['state']} {check['detail']} | {check['remedy']}" for check in checks)
        ill = [check for check in checks if check["state"] != "good"]
        bad = [check for check in ill if check["state"] == "bad"]
        self.expect(bool(ill) == bool(self.said) and (not bad or status == 1) and
                    bool(bad) == bool(self.said and self.name not in HARMLESS) and
                    all(check["remedy"] for check in ill), f"doctor (status {status})", text or words)

    def judge_run(self, begun):
        while self.said not in self.words("run.log") and time.monotonic() - begun < SAID_WITHIN_S:
            time.sleep(0.05)
        self.took, status = time.monotonic() - begun, self.process.poll()
        ending.kill(self.process)
        self.expect(self.said in self.words("run.log"), f"run within {SAID_WITHIN_S} s", self.words("run.log"))
        if status is not None and self.name not in NOT_BEGUN:
            self.expect(False, f"run goes on (it ended with {status})", self.words("run.log"))


def _run_some(some):
    for case in some:
        case.start("end.log", "run", "--until-end")
    for case in some:
        case.judge_end()
    for case in some:
        case.start("doctor.log", "doctor", "--json")
    for case in some:
        case.judge_doctor()
    begun = time.monotonic()
    followed = [case for case in some if case.said]
    for case in followed:
        case.start("run.log", "run")
    for case in followed:
        case.judge_run(begun)


def run(folder, ports, names):
    """What fails, a text each."""
    wanted = [Case(folder, ports, case) for case in CASES if not names or case[0] in names]
    for i in range(0, len(wanted), AT_ONCE):
        _run_some(wanted[i:i + AT_ONCE])
        for case in wanted[i:i + AT_ONCE]:
            said = f"said within {case.took:.1f} s" if case.said else "all is read"
            print(f"{case.name:18} {'FAILED' if case.failures else said}", flush=True)
    return [failure for case in wanted for failure in case.failures]

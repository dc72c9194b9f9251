# SPDX-License-Identifier: Apache-2.0
"""What the cases stand on: a broker with a port for each way to be refused, certificates, users, ACLs."""

import socket
import subprocess

import ending

SECRET, WRONG = "c0rrect-horse", "wr0ng-battery"

# listener: its protocol and the certificate that it shows
_TLS = {"TLS": "broker", "BOTH": "broker", "MUTUAL": "broker", "EXPIRED": "expired", "STRANGER": "stranger"}
_PROTOCOLS = {"PLAINTEXT": "PLAINTEXT", "LOGIN": "SASL_PLAINTEXT", "BOTH": "SASL_SSL", "TLS": "SSL", "MUTUAL": "SSL",
              "EXPIRED": "SSL", "STRANGER": "SSL"}
CLIENT_FILES = ("ca.pem", "other.pem", "client.crt", "client.key")


def _openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def _authority(folder, name):
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")


def _certificate(folder, name, address="127.0.0.1", days="2"):
    """Of the first authority; NAME.pem is key and certificate, as the broker wants them."""
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key",
             "-out", folder / f"{name}.csr")
    (folder / "extensions").write_text(f"subjectAltName=IP:{address}\n")
    _openssl("x509", "-req", "-days", days, "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey",
             folder / "ca.key", "-CAcreateserial", "-extfile", folder / "extensions", "-out", folder / f"{name}.crt")
    (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())


def certificates(folder):
    for name in ("ca", "other"):
        _authority(folder, name)
    _certificate(folder, "broker")
    _certificate(folder, "client")
    _certificate(folder, "expired", days="-1")
    _certificate(folder, "stranger", address="10.9.8.7")


class Silent:
    """A port that takes connections and says nothing."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self.port = self._socket.getsockname()[1]


def listeners(cluster, folder):
    """The ports by name; tells the cluster of them."""
    node = cluster.nodes[0]
    ports = {name: node.port if name == "PLAINTEXT" else ending.free_port() for name in _PROTOCOLS}
    open_to = ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())
    users = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
             f'user_alice="{SECRET}" user_bob="{SECRET}";')
    cluster.settings.update({
        "listeners": f"{open_to},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": open_to,
        "listener.security.protocol.map":
            ",".join(["CONTROLLER:PLAINTEXT", *(f"{name}:{how}" for name, how in _PROTOCOLS.items())]),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.login.plain.sasl.jaas.config": users,
        "listener.name.both.plain.sasl.jaas.config": users,
        "listener.name.mutual.ssl.client.auth": "required",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": folder / "ca.pem",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:CN=client",
    })
    for name, shown in _TLS.items():
        cluster.settings[f"listener.name.{name.lower()}.ssl.keystore.type"] = "PEM"
        cluster.settings[f"listener.name.{name.lower()}.ssl.keystore.location"] = folder / f"{shown}.pem"
    return {**ports, "NOBODY": ending.free_port()}


def allow(cluster, user, *words):
    node = cluster.nodes[0]
    subprocess.run(node.java("org.apache.kafka.tools.AclCommand", "--bootstrap-server", cluster.bootstrap, "--add",
                             "--allow-principal", f"User:{user}", *words), check=True, capture_output=True)


def records(topic, count=20):
    return [{"json": {"id": f"{topic}-{i}", "time": "2026-03-02T08:00:00Z", "actor": "anna", "entity": "ticket/1",
                      "changes": [["minutes", i, i + 1]]}} for i in range(count)]

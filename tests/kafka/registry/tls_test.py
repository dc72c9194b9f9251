#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The registry's client and TLS: a CA that is trusted or not, a name that is in the certificate
or not, certificates and keys of the client; each mistake with its sentence and what to do."""

import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import threading

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
TALK = os.environ["BUILD"] + "/tests/kafka/registry/registry_talk"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], cwd=SCRATCH, check=True, capture_output=True)


def certificate(name, subject, names, password=None):
    """NAME.pem, signed by ca.pem, and its key."""
    hide = ["-aes256", "-pass", "pass:" + password] if password else []
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key", *hide)
    (SCRATCH / (name + ".ext")).write_text(f"subjectAltName={names}\n")
    unlock = ["-passin", "pass:" + password] if password else []
    openssl("req", "-new", "-key", name + ".key", "-subj", "/CN=" + subject, "-out", name + ".csr", *unlock)
    openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", name + ".ext", "-out", name + ".pem")


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem")


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"schema":"\\"long\\""}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # handshakes that fail are what is tested


def serve(name, clients=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SCRATCH / (name + ".pem"), SCRATCH / (name + ".key"))
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(SCRATCH / "ca.pem")
    server = Server(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"https://127.0.0.1:{server.server_address[1]}"


def talk(url, *files):
    files = [str(SCRATCH / file) if "." in file else file for file in files]
    said = subprocess.run([TALK, url, "-", *files], input="find id 1 5000\nexamine\n", capture_output=True, text=True,
                          check=True, timeout=30)
    return said.stdout.splitlines()


def main():
    if not shutil.which("openssl"):
        print("skipped: no openssl here")
        sys.exit(77)
    authority("ca")
    authority("other")
    certificate("server", "registry", "IP:127.0.0.1")
    certificate("elsewhere", "registry", "DNS:registry.example")
    certificate("client", "dyetrace", "DNS:dyetrace", "secret")
    plain, elsewhere, asks = serve("server"), serve("elsewhere"), serve("server", clients=True)
    trust = "set schema.registry: ssl.ca.location to the CA"
    ours = "correct ssl.ca.location, ssl.certificate.location"
    cases = [
        ("a CA that is trusted", plain, ["ca.pem"], 'known AVRO "long"', None),
        ("no CA", plain, [], "its certificate is not trusted (", trust),
        ("another CA", plain, ["other.pem"], "its certificate is not trusted (", trust),
        ("a CA file that is none", plain, ["server.csr"], "our certificate, key or CA file cannot be used (", ours),
        ("a CA file that is missing", plain, ["missing.pem"], "our certificate, key or CA file cannot be used (", ours),
        ("a certificate for another name", elsewhere, ["ca.pem"], "its certificate is not trusted (", trust),
        ("a client with its certificate", asks, ["ca.pem", "client.pem", "client.key", "secret"], 'known AVRO "long"', None),
        ("a wrong password", asks, ["ca.pem", "client.pem", "client.key", "wrong"],
         "our certificate, key or CA file cannot be used (", ours),
        ("a key of another certificate", asks, ["ca.pem", "client.pem", "server.key", ""],
         "our certificate, key or CA file cannot be used (", ours),
        # The alert that says so may be lost: the server closes at once.
        ("a client without a certificate", asks, ["ca.pem"], ("it ends TLS connections (", "the connection ended before"),
         "set ssl.certificate.location"),
        ("http to a TLS port", "http" + plain[5:], [], "", "write https://"),
    ]
    wrong = 0
    for name, url, files, says, advice in cases:
        found, doctor = talk(url, *files)
        down = f"down schema registry {url}: "
        if advice is None:
            good = found == says and doctor.startswith("well ")
        else:
            good = found.startswith(down) and found[len(down):].startswith(says) and advice in doctor
        good = good and "secret" not in found.replace("schema.registry", "") + doctor
        if not good:
            wrong += 1
            print(f"{name}:\n  {found}\n  {doctor}")
    sys.exit(bool(wrong))


main()

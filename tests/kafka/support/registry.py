# SPDX-License-Identifier: Apache-2.0
"""A real schema registry (Apicurio, in memory) with Confluent's API."""

import json
import pathlib
import signal
import time
import urllib.error
import urllib.request

import ending
import parts


class Registry:
    """`with Registry(folder) as registry:` starts it and ends it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = ending.free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (jar,) = (parts.FETCHED / "registry").glob("apicurio-registry-app-*-runner.jar")
        with open(self.folder / "log", "ab") as log:
            self.process = ending.start(
                [*parts.JAVA, "-Xmx256m", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={self.port}",
                 "-jar", str(jar)], stdout=log, stderr=log, cwd=self.folder)

    def wait(self, patience_s=60):
        end = time.monotonic() + patience_s
        while True:
            try:
                self.ask("/subjects")
                return
            except (OSError, ValueError):
                if self.process.poll() is not None or time.monotonic() > end:
                    words = (self.folder / "log").read_text(errors="replace").splitlines()[-15:]
                    raise RuntimeError("the registry does not start:\n" + "\n".join(words)) from None
                time.sleep(0.1)

    def ask(self, path, body=None, method=None):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode() if body is not None else None,
            {"Content-Type": "application/vnd.schemaregistry.v1+json"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def register(self, subject, schema):
        """The schema's number, for the framing."""
        return self.ask(f"/subjects/{subject}/versions", {"schema": schema})["id"]

    def schema(self, number):
        return self.ask(f"/schemas/ids/{number}")["schema"]

    def freeze(self):
        """Takes connections and does not answer."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        process, self.process = self.process, None
        if process:
            ending.kill(process)  # it keeps nothing

    def __enter__(self):
        self.start()
        self.wait()
        return self

    def __exit__(self, *_):
        self.stop()

# SPDX-License-Identifier: Apache-2.0
"""The driver's end of the hand (tests/kafka/hand): calls are commands, threads may call at once."""

import itertools
import json
import queue
import subprocess
import threading

import ending
import parts


class HandError(RuntimeError):
    """What a command could not do, in the words of the client library."""


class Call:
    """A command under way."""

    def __init__(self, what):
        self.what = what
        self._answer = queue.SimpleQueue()

    def give(self, answer):
        self._answer.put(answer)

    def done(self):
        return not self._answer.empty()

    def wait(self, patience_s=180):
        try:
            answer = self._answer.get(timeout=patience_s)
        except queue.Empty:
            raise HandError(f"{self.what}: no answer in {patience_s} s") from None
        if "error" in answer:
            raise HandError(f"{self.what}: {answer['error']}")
        return answer


class Hand:
    """`hand.create(topic="t", partitions=6)`; `hand.begin("produce", ...)` goes on in the background.

    Each command speaks to `broker`, the bootstrap address, unless it names another."""

    def __init__(self, broker, log=None):
        home = parts.FETCHED / "hand"
        self.broker = broker
        self._numbers = itertools.count(1)
        self._calls = {}
        self._lock = threading.Lock()
        self._process = ending.start(
            [*parts.JAVA, "-Xmx512m", "-cp", f"{home}/classes:{home}/libraries/*", "Hand"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                call = self._calls.pop(answer["id"], None)
            if call:
                call.give(answer)
        with self._lock:
            left, self._calls = self._calls, {}
        for call in left.values():
            call.give({"error": "the hand has ended"})

    def begin(self, do, **wanted):
        call = Call(do)
        wanted.setdefault("broker", self.broker)
        with self._lock:
            number = next(self._numbers)
            self._calls[number] = call
            self._process.stdin.write(json.dumps({"id": number, "do": do, **wanted}) + "\n")
            self._process.stdin.flush()
        return call

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda **wanted: self.begin(name.replace("_", "-"), **wanted).wait()

    def close(self):
        ending.kill(self._process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The registry's client against a real registry (Apicurio): what it says of schemas that are
there and that are not, of a registry that stops, hangs and comes back."""

import json
import os
import pathlib
import shutil
import sys
import time

SOURCE = pathlib.Path(os.environ["SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/kafka/support"))

import ending  # noqa: E402
import parts  # noqa: E402
from registry import Registry  # noqa: E402

A = '{"type":"record","name":"x.A","fields":[{"name":"n","type":"long"}]}'
B = '{"type":"record","name":"x.B","fields":[{"name":"one","type":"A"},{"name":"two","type":"x.A"}]}'
B_ALONE = ('{"type":"record","name":"x.B","fields":[{"name":"one","type":' + A +
           '},{"name":"two","type":"x.A"}]}')
A_WIDER = A[:-2] + ',{"name":"must","type":"long"}]}'
JSON_SCHEMA = '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}'
PROTOBUF = 'syntax = "proto3"; message M { int32 a = 1; }'


class Talk:
    def __init__(self, url, cache=None):
        self.process = ending.start(
            [os.environ["BUILD"] + "/tests/kafka/registry/registry_talk", url] + ([str(cache)] if cache else []),
            stdin=-1, stdout=-1, text=True)

    def __call__(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def until(self, line, beginning, patience_s=20):
        end = time.monotonic() + patience_s
        while True:
            answer = self(line)
            if answer.startswith(beginning):
                return answer
            assert time.monotonic() < end, f"{line}: {answer!r}, not {beginning!r}"
            time.sleep(0.05)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(5) == 0


def equal(what, got, wanted):
    assert got == wanted, f"{what}:\n  got    {got!r}\n  wanted {wanted!r}"


def begins(what, got, wanted):
    assert got.startswith(wanted), f"{what}:\n  got    {got!r}\n  wanted {wanted!r}..."


def fill(registry):
    post = registry.ask
    ids = {"a": post("/subjects/a/versions", {"schema": A})["id"]}
    ids["b"] = post("/subjects/b/versions", {"schema": B, "references": [
        {"name": "x.A", "subject": "a", "version": 1}]})["id"]
    ids["json"] = post("/subjects/j/versions", {"schema": JSON_SCHEMA, "schemaType": "JSON"})["id"]
    ids["protobuf"] = post("/subjects/p/versions", {"schema": PROTOBUF, "schemaType": "PROTOBUF"})["id"]
    return ids


def reads_what_is_there(talk, ids):
    for kind in "id", "global":
        equal("Avro", talk(f"find {kind} {ids['a']} 5000"), "known AVRO " + A)
        equal("references", talk(f"find {kind} {ids['b']} 5000"), "known AVRO " + B_ALONE)
        equal("JSON", talk(f"find {kind} {ids['json']} 5000").split()[:2], ["known", "JSON"])
        equal("Protobuf", talk(f"find {kind} {ids['protobuf']} 5000").split()[:2], ["known", "PROTOBUF"])
        begins("none", talk(f"find {kind} 77777 5000"), "unknown schema registry http://127.0.0.1:")
    equal("beyond an int", talk("find global 9999999999999 5000").split()[0], "unknown")
    equal("nothing to tell", talk("news"), "none")


def registers(talk, registry, ids):
    equal("what is there", talk(f"register a {A}"), f"id {ids['a']}")
    first = talk('register "dye.provenance-value" ' + A)
    equal("another subject", first, f"id {ids['a']}")
    new = talk('register new/value {"type":"fixed","name":"F","size":4}')
    begins("a new one", new, "id ")
    equal("it is there", json.loads(registry.schema(new.split()[1]))["size"], 4)
    equal("again", talk('register new/value {"type":"fixed","name":"F","size":4}'), new)
    registry.ask("/config/a", {"compatibility": "BACKWARD"}, "PUT")
    begins("incompatible", talk(f"register a {A_WIDER}"), "refused subject a: schema registry http")
    begins("no schema", talk('register a {"type":"recrod"}'), "refused subject a: schema registry http")


def tells_down_from_unknown(registry, ids, cache):
    talk = Talk(registry.url, cache)
    equal("kept", talk(f"find id {ids['a']} 5000"), "known AVRO " + A)
    equal("unknown", talk("find id 4242 5000").split()[0], "unknown")
    registry.freeze()
    begins("a registry that hangs", talk.until("find id 5555 5000", "down "), "down schema registry http")
    begins("its sentence", talk("find id 5555 0"), f"down schema registry {registry.url}: no whole answer within 1500 ms")
    begins("told", talk("news"), f"news schema registry {registry.url}: no whole answer")
    begins("doctor", talk("examine"), f"ill schema registry {registry.url}: no whole answer within 1500 ms: look at")
    registry.thaw()
    talk.until("find id 5555 5000", "unknown ")
    talk.until("news", "news the schema registry answers again after ")
    port = registry.port
    registry.stop()
    talk.until("find id 5555 5000", "down ")
    begins("stopped", talk("find id 6666 2000"), f"down schema registry {registry.url}: nobody answers there")
    talk.close()

    talk = Talk(registry.url, cache)
    equal("from the folder", talk(f"find id {ids['a']} 5000"), "known AVRO " + A)
    equal("without a request", talk("counts").split()[0], "0")
    begins("not in the folder", talk(f"find id {ids['protobuf']} 5000"), "down ")
    registry.port = port
    registry.start()
    registry.wait()
    begins("back", talk.until("find id 4242 5000", "unknown "), "unknown ")
    talk.close()


def says_what_is_wrong_with_the_address(registry):
    talk = Talk(f"http://127.0.0.1:{registry.port}")
    begins("Apicurio without its path", talk("find id 1 5000"), f"down schema registry http://127.0.0.1:{registry.port}: answers 404")
    begins("doctor", talk("examine"), f"ill schema registry http://127.0.0.1:{registry.port}: answers 404")
    talk.close()
    talk = Talk(f"http://127.0.0.1:{ending.free_port()},{registry.url}")
    equal("the second address", talk("find id 1 5000").split()[0], "known")
    talk.close()
    talk = Talk(f"https://127.0.0.1:{registry.port}/apis/ccompat/v7")
    begins("TLS to a plain port", talk("find id 1 5000"), f"down schema registry https://127.0.0.1:{registry.port}/apis/ccompat/v7: no TLS connection")
    talk.close()


def main():
    parts.need("registry")
    scratch = pathlib.Path(os.environ["SCRATCH"])
    cache = scratch / "schemas"
    shutil.rmtree(cache, ignore_errors=True)
    with Registry(scratch / "registry") as registry:
        ids = fill(registry)
        talk = Talk(registry.url)
        begins("doctor", talk("examine"), f"well schema registry {registry.url} answers in ")
        reads_what_is_there(talk, ids)
        registers(talk, registry, ids)
        talk.close()
        says_what_is_wrong_with_the_address(registry)
        tells_down_from_unknown(registry, ids, cache)


main()

# SPDX-License-Identifier: Apache-2.0
"""Records that are not what they should be."""

import base64
import json
import time

import stage
from catalogue import case


def poison(one):
    """Bytes, one of each kind, that are no event."""
    number = one.schema["id"] if one.registry else 1
    framed = bytes([0]) + number.to_bytes(4, "big")
    kinds = [b"", b"\0", framed, framed + b"\xff" * 12, framed + b"\x02\x01" * 40, bytes([0]) + (7).to_bytes(4, "big")[:2],
             b"{", b"[]", b'{"id":1}', b'{"time":"never"}', b"\xff\xfe", b"<html></html>", b"x" * 3000,
             json.dumps({"id": "p", "time": "2026-01-20T08:00:00Z", "changes": 5}).encode()]
    return [{"base64": base64.b64encode(kind).decode()} for kind in kinds]


@case("poison-alone", "a topic of nothing but bytes that are no event", short=1, long=5)
def poison_alone(world, name, times):
    one = stage.Stage(world, name)
    kinds = poison(one)
    one.tracker.start()
    for turn in range(times):
        one.note(one.hand.produce(topic=one.topic, records=[
            {"value": kind, "partition": (turn + at) % one.partitions} for at, kind in enumerate(kinds)]))
        begun = time.monotonic()
        one.recovered(begun)
        one.injected(len(kinds))
    one.expect(one.total("recorded") == 0 and one.total("quarantined") + one.total("filtered") == one.verdict.injected,
               "not all of it was set aside")
    return one


@case("poison-one-percent", "one record in a hundred is no event", short=1, long=5)
def poison_mixed(world, name, times):
    one = stage.Stage(world, name)
    kinds = poison(one)
    one.tracker.start()
    for turn in range(times):
        for at in range(14):
            one.feed(99)
            one.note(one.hand.produce(topic=one.topic, records=[
                {"value": kinds[(at + turn) % len(kinds)], "partition": at % one.partitions}]))
            one.injected()
        begun = time.monotonic()
        one.recovered(begun)
    one.expect(one.total("recorded") == 99 * 14 * times, f"{one.total('recorded')} recorded of {99 * 14 * times} good events")
    return one


@case("unknown-schema", "a schema's number that the registry does not know: the settings say quarantine", short=1, long=3)
def unknown_schema(world, name, times):
    one = stage.Stage(world, name, more="on.unknown.schema: quarantine")
    good = one.schema
    one.tracker.start()
    for _ in range(times):
        one.feed(100)
        one.feed(20, schema={"id": 987654, "text": good["text"]}, partition=0)
        one.feed(100)
        begun = time.monotonic()
        one.recovered(begun)
        one.injected(20)
    one.expect(one.total("quarantined") == 20 * times, f"{one.total('quarantined')} quarantined of {20 * times}")
    return one


@case("headers-64k", "headers of 64 KB", short=1, long=3)
def headers(world, name, times):
    one = stage.Stage(world, name)
    many = [[f"h{at}", {"size": 640}] for at in range(50)] + [["big", {"size": 32000}], ["nothing", None], ["", ""]]
    one.tracker.start()
    for _ in range(times):
        one.feed(300, headers=many)
        begun = time.monotonic()
        one.recovered(begun)
        one.injected(300)
    one.expect(one.total("recorded") == one.verdict.injected, f"{one.total('recorded')} recorded of {one.verdict.injected}")
    return one


@case("records-10m", "events of 10 MB between others", short=3, long=20)
def big_records(world, name, times):
    one = stage.Stage(world, name, steps=stage.company.SMALL_STEPS + "limits: {record: 16M}\n",
                      topic_settings={"max.message.bytes": "12000000"})
    one.tracker.start()
    for at in range(times):
        event = {"id": f"big-{at}", "time": "2026-01-20T08:00:00Z", "dataset": "helpdesk.ticket", "entity": "ticket/big",
                 "actor": "somebody", "op": "update", "changes": [["note", None, "n" * 10_000_000]]}
        one.feed(100)
        one.note(one.hand.produce(topic=one.topic, partition=at % one.partitions, records=[{"json": event}]))
        one.feed(100)
        begun = time.monotonic()
        one.recovered(begun)
        one.injected()
    one.expect(one.total("recorded") + one.total("quarantined") == times * 201, "not all of them")
    return one

# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the tracker."""

import json
import random
import re
import time

import parts
import stage
import tracker
from catalogue import case

# So small that a few hundred events pass every point.
TINY_STEPS = """commit: {blocks: 1, every: 10ms}
ledger: {segment: 64k}
batch: {records: 300}
state: {snapshot-records: 300}
"""
# Points that belong to what these trackers are not asked to do.
_ELSEWHERE = ("catalog-rebuilt", "conclusions-removed", "published", "copied")


def points():
    """The names in the table of src/base/fault.c."""
    text = (parts.TREE / "src/base/fault.c").read_text()
    table = text[text.index("fault_names[]"):text.index("NULL,")]
    return [name for name in re.findall(r'^\s*"([a-z-]+)"', table, re.M) if name not in _ELSEWHERE]


def odd_ones(one, number):
    """A record that cannot be decoded and an event of somebody new: their points are passed, too."""
    newcomer = {"id": f"new-{number}", "time": "2026-01-20T08:00:00Z", "dataset": "helpdesk.ticket", "entity": "ticket/new",
                "actor": f"newcomer-{number}", "op": "update", "changes": [["priority", None, "2 - High"]]}
    one.note(one.hand.produce(topic=one.topic, records=[
        {"value": "{ no event", "partition": number % one.partitions},
        {"value": json.dumps(newcomer), "partition": number % one.partitions}]))


@case("kill-points", "kill -9 at every named point", short=1, long=5)
def kill_points(world, name, times):
    one = stage.Stage(world, name, steps=TINY_STEPS)
    number, unpassed = 0, []
    for point in points():
        for passing in range(1, times + 1):
            one.tracker.start(f"{point}:{passing}")
            for _ in range(8):
                number += 1
                odd_ones(one, number)
                one.feed(150)
                if _ends(one.tracker, 0.4):
                    break
            died = one.tracker.stop() == tracker.KILLED  # some are passed at the end only
            begun = time.monotonic()
            one.tracker.start()
            one.caught_up()
            if died:
                one.injected()
                one.verdict.recoveries.append(time.monotonic() - begun)
            elif passing == 1:
                unpassed.append(point)
            one.tracker.kill()
    one.tracker.start()
    one.caught_up()
    one.expect(not unpassed, f"never passed: {', '.join(unpassed)}")
    return one


def _ends(its, patience_s):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if its.process.poll() is not None:
            return True
        time.sleep(0.02)
    return False


@case("random-kills", "kill -9 of the tracker at random moments under load", short=8, long=300)
def random_kills(world, name, times):
    one = stage.Stage(world, name, steps=TINY_STEPS)
    chance = random.Random(7)
    feeding = None
    while one.verdict.injected < times:
        if feeding is None:
            feeding = one.feeding(4000, rate=1500)
        before = sum(part["committed"] for part in one.tracker.partitions().values())
        begun = time.monotonic()
        one.tracker.start()
        one.tracker.wait_until(
            lambda: sum(part["committed"] for part in one.tracker.partitions().values()) > before or feeding is None, "no progress")
        one.verdict.recoveries.append(time.monotonic() - begun)
        time.sleep(chance.random())
        one.injected()
        one.tracker.kill()
        if feeding.done():
            one.note(feeding.wait())
            feeding = None
    if feeding:
        one.note(feeding.wait())
    begun = time.monotonic()
    one.tracker.start()
    one.recovered(begun)
    return one

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the program's influences are those that docs/influence.md defines.

    oracle.py EVENTS INFLUENCES [--least N]

EVENTS and INFLUENCES are what `dyetrace export --what events` and `--what influences` print. Everything is computed
again from EVENTS; the first 20 differences are said one a line, then how much was compared. Exit status 0: all equal.
"""
import argparse
import collections
import math
import sys

from exported import Event, influences, records
from movement import Scales
from replay import Replay, difference

TOLERANCE = 1e-9                            # relative
DISTINCT_ERROR = 5 * 1.04 / math.sqrt(2048)  # five standard errors of what is estimated
SHOWN = 20


def near(expected, got, slack=0.0):
    if expected is None or got is None:
        return expected is None and got is None
    if expected == got:
        return True
    return abs(expected - got) <= TOLERANCE * max(abs(expected), abs(got)) + slack


class Comparison:
    def __init__(self, reported):
        """reported: an iterator over the lines of influences, ascending by record"""
        self.reported = reported
        self.with_scores = True
        self.line = next(reported, None)
        self.replay = Replay()
        self.scales = Scales()
        self.differences = []
        self.events = self.influences = self.scores = self.unequal_bits = 0
        self.statuses = collections.Counter()
        self.by_feature = collections.Counter()

    def differs(self, event, feature, key, what, expected, got):
        self.differences.append(f"record {event.record} event {event.id} feature {feature} key {key!r}: "
                                f"{what}: expected {expected!r}, got {got!r}")

    def record(self, record):
        if not isinstance(record, Event):
            self.replay.note(record)
            if self.replay.clock.now is not None:
                self.scales.clock(self.replay.clock.now)
            return
        self.events += 1
        line = self.reported_of(record.record)
        self.replay.beyond = frozenset(one["feature"] for one in line["features"] if one["status"] == "beyond-limit")
        items = self.replay.event(record)
        self.scales.clock(self.replay.clock.now)
        given = collections.defaultdict(list)
        for one in line["features"]:
            given[one["feature"]].append(one)
        if [one["feature"] for one in line["features"]] != sorted(
                (one["feature"] for one in line["features"]), key=lambda name: self.replay.order.get(name, -1)):
            self.differs(record, "*", None, "order", "the lineage's", [one["feature"] for one in line["features"]])
        expected = collections.defaultdict(list)
        for item in items:
            expected[item.feature.name].append(item)
        for name in dict.fromkeys([*expected, *given]):
            self.feature(record, name, expected[name], given[name])
        self.scales.event(record, items, self.replay.clock.now)
        if self.with_scores:
            self.models(record, items, {one["model"]: one for one in line["models"]})

    def reported_of(self, record):
        """The line of this record; those passed over are of no event."""
        while self.line and self.line["record"] < record:
            self.differences.append(f"record {self.line['record']}: influences of what is no event: {self.line}")
            self.line = next(self.reported, None)
        if not self.line or self.line["record"] > record:
            return {"features": [], "models": []}
        line, self.line = self.line, next(self.reported, None)
        return line

    def feature(self, event, name, expected, given):
        if len(expected) != len(given):
            self.differs(event, name, expected[0].key if expected else None, "influences",
                         [(one.key, one.status, one.before, one.after) for one in expected], given)
            return
        for item, one in zip(expected, given):
            self.influence(event, name, item, one)

    def influence(self, event, name, item, one):
        self.influences += 1
        self.statuses[item.status] += 1
        self.by_feature[name, item.status] += 1
        if item.status != one["status"]:
            self.differs(event, name, item.key, "status", (item.status, item.before, item.after), one)
            return
        if item.left != one.get("left", False):
            self.differs(event, name, item.key, "left", item.left, one)
        if not item.left and item.status != "no-key" and item.feature.key != "none" and item.key != one["key"]:
            self.differs(event, name, item.key, "key", item.key, one["key"])
        if item.loose:
            for what, value in (("before", item.before), ("after", item.after)):
                if (value is None) != (one[what] is None) or value is not None and abs(one[what] - value) > DISTINCT_ERROR * value:
                    self.differs(event, name, item.key, what, f"{value!r} within {DISTINCT_ERROR:.1%}", one[what])
            item.before, item.after = one["before"], one["after"]
        if item.before != one["before"] or item.after != one["after"]:
            for what, value in (("before", item.before), ("after", item.after)):
                if not near(value, one[what]):
                    self.differs(event, name, item.key, what, value, one[what])
                elif value is not None and value != one[what]:
                    self.unequal_bits += 1
        if not near(difference(one["before"], one["after"]), one["movement"]):
            self.differs(event, name, item.key, "movement", item.movement, one["movement"])
        if item.counted and not self.scales.check(name, one["movement"], one["scaled"]):
            self.differs(event, name, item.key, "scaled", f"{one['movement']!r} divided by {self.scales.of[name].range}", one["scaled"])

    def models(self, event, items, given):
        for model, before, before_slack, movement, movement_slack in self.replay.scores(items) if items else []:
            self.scores += 1
            one = given.pop(model.name, None)
            if one is None:
                self.differs(event, model.name, None, "model", (before, movement), None)
                continue
            if not near(before, one["before"], before_slack):
                self.differs(event, model.name, None, "score before", before, one["before"])
            if not near(movement, one["movement"], movement_slack):
                self.differs(event, model.name, None, "model's movement", movement, one["movement"])
        for name in given:
            self.differs(event, name, None, "model", None, given[name])

    def end(self):
        self.reported_of(math.inf)


def compare(event_lines, influence_lines, with_scores=True):
    comparison = Comparison(influences(influence_lines))
    comparison.with_scores = with_scores
    for record in records(event_lines):
        comparison.record(record)
    comparison.end()
    return comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("events")
    parser.add_argument("influences")
    parser.add_argument("--least", type=int, default=0, help="how many events there must be")
    parser.add_argument("--no-scores", action="store_true", help="of a store that does not hold all keys: nor does it know all scores")
    parser.add_argument("--by-feature", action="store_true", help="how many influences of each feature and status")
    asked = parser.parse_args()
    with open(asked.events, encoding="utf-8") as events, open(asked.influences, encoding="utf-8") as given:
        found = compare(events, given, not asked.no_scores)
    for line in found.differences[:SHOWN]:
        print(line)
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(found.statuses.items()))
    print(f"{found.events} events, {found.influences} influences ({statuses}), {found.scores} scores of models: "
          f"{len(found.differences)} differences; {found.unequal_bits} values equal to {TOLERANCE:g} only")
    if asked.by_feature:
        for (name, status), count in sorted(found.by_feature.items()):
            print(f"{name:40} {status:12} {count}")
    if found.events < asked.least:
        print(f"fewer than {asked.least} events")
        return 1
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())

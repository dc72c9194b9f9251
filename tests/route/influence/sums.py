#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether pages say the sums that follow from the exported events, and whose a value is.

    sums.py EVENTS [--features N] [--seed N]

Run where the settings are, with the program as $DYETRACE. For N features and all models `dyetrace feature|model NAME --by …` is
compared with movement.py, and of N keys `feature NAME --key KEY` with whose.py: shares add up to 1, the heaviest origins
lie within the bound that is stated.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys

from exported import Event, records
from movement import EXPIRY, Sums, effective, shares
from replay import Replay
from whose import Whose

SPLITS = ("team", "system", "channel", "field", "actor")
ALL = "1000"
GREAT = 1e307   # sums beyond it stop at the greatest double: they depend on the order and are not compared


def ask(*words):
    done = subprocess.run([os.environ["DYETRACE"], *words, "--json"], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


def near(expected, got, size):
    return got is not None and abs(expected - got) <= 1e-9 * max(size, abs(expected)) + 1e-300


class Chosen(Sums):
    """Sums of some subjects only."""

    def __init__(self, replay, names):
        super().__init__(replay)
        self.names = names

    def subjects(self, items):
        kept = [item for item in items if item.feature.name in self.names]
        for subject, moved, fields in super().subjects(items if self.names["all"] else kept):
            if subject[0] == "model" or subject[1] in self.names:
                yield subject, moved, fields


class Page:
    """One page of the program against the sums."""

    def __init__(self, sums, shorts, subject):
        self.sums, self.shorts, self.subject = sums, shorts, subject
        self.problems = []

    def wrong(self, what, expected, got):
        self.problems.append(f"{self.subject[0]} {self.subject[1]}: {what}: expected {expected!r}, got {got!r}")

    def cell(self, what, expected, got):
        if expected[0] != got["events"]:
            self.wrong(what, expected, got)
        elif expected[1] < GREAT and not (near(expected[1], got["moved"], expected[1]) and near(expected[2], got["net"], expected[1])):
            self.wrong(what, expected, got)

    def compare(self):
        cells = self.sums.by(self.subject, "team")
        for by in SPLITS:
            page = ask(self.subject[0], self.subject[1], "--by", by, "--top", ALL)
            if isinstance(page, str):
                if cells:
                    self.wrong(f"by {by}", "a page", page)
                continue
            if "parts" not in page:
                if cells or "unknown" not in page:
                    self.wrong(f"by {by}", "parts", page)
                continue
            self.split(by, page)
            self.total(page, cells)
        return self.problems

    def split(self, by, page):
        expected = self.sums.by_actor(self.subject) if by == "actor" else self.sums.by(self.subject, by)
        if by == "actor":
            expected = {self.shorts[actor]: cell for actor, cell in expected.items()}
        got = {one["name"]: one for one in page["parts"]}
        for name in set(expected) | set(got):
            if name not in got or name not in expected:
                self.wrong(f"by {by}, {name!r}", expected.get(name), got.get(name))
            else:
                self.cell(f"by {by}, {name!r}", expected[name], got[name])
        if any(cell[1] >= GREAT for cell in expected.values()):
            return
        whole = math.fsum(one["share"] for one in page["parts"] if one["share"] is not None)
        if expected and math.fsum(cell[1] for cell in expected.values()) > 0 and abs(whole - 1) > 1e-9:
            self.wrong(f"shares by {by}", 1, whole)
        for name, share in shares(expected).items():
            if name in got and abs(share - (got[name]["share"] or 0)) > 1e-9:
                self.wrong(f"share of {by} {name!r}", share, got[name]["share"])

    def total(self, page, cells):
        self.cell("total", [sum(cell[i] for cell in cells.values()) for i in range(3)], page["total"])
        expiry = self.sums.by(self.subject, None)[EXPIRY]
        if expiry[1] < GREAT and not near(expiry[1], page["expiry"]["moved"], expiry[1]) or expiry[1] < GREAT and not near(
                expiry[2], page["expiry"]["net"], expiry[1]):
            self.wrong("expiry", expiry, page["expiry"])
        if "contributors" in page:
            actors = self.sums.by_actor(self.subject)
            if page["contributors"]["actors"] != len(actors):
                self.wrong("how many actors", len(actors), page["contributors"])
            if all(cell[1] < GREAT for cell in actors.values()) and not near(effective(actors), page["contributors"].get("effective", 0), 1):
                self.wrong("effective contributors", effective(actors), page["contributors"])


def key_words(feature, key, shorts):
    if feature.key == "none":
        return []
    if feature.key == "actor":
        return [] if key is None else ["--key", shorts[key]]
    return [] if key is None else ["--key", key]


def whose_problems(whose, replay, shorts, name, key):
    feature = replay.lineage.by_name[name]
    words = key_words(feature, key, shorts)
    if not words:
        return
    page = ask("feature", name, *words)
    if isinstance(page, str):
        yield f"{name} {key!r}: {page}"
        return
    value = replay.columns[name].value(key)
    if not page["estimated"] and not (value is None and page["value"] is None) and not near(value or 0, page["value"], abs(value or 0)):
        yield f"{name} {key!r}: value: expected {value!r}, got {page['value']!r}"
    shown = {None if one["actor"] == "unknown" else one["actor"]: one["weight"] for one in page["origins"]}
    exact = {shorts[actor]: weight for actor, weight in whose.weights(name, key).items()}
    if page["exact"]:
        if list(shown) != list(exact):
            yield f"{name} {key!r}: whose number it is: expected {list(exact)}, got {list(shown)}"
        return
    yield from whose.problems(name, key, exact, shown, page["remainder"], page["error_bound"], page["total"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("events")
    parser.add_argument("--features", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    random_ = random.Random(asked.seed)
    with open(asked.events, encoding="utf-8") as lines:
        past = list(records(lines))
    replay = Replay()
    for note in past:
        if not isinstance(note, Event) and note.what == "lineage":
            replay.epoch(note.body)
    names = [feature.name for feature in replay.lineage.features]
    names = random_.sample(names, min(asked.features, len(names)))
    models = [model.name for model in replay.lineage.models]
    replay = Replay()
    sums, whose, shorts = Chosen(replay, dict.fromkeys(names, True) | {"all": bool(models)}), Whose(replay), {}
    for record in past:
        if isinstance(record, Event):
            shorts[record.actor] = record.short if record.actor else None
            sums.event(record, replay.event(record))
        else:
            replay.note(record)
    problems = []
    for subject in [*(("feature", name) for name in names), *(("model", name) for name in models)]:
        problems += Page(sums, shorts, subject).compare()
    keys = 0
    for name in names:
        if not replay.lineage.by_name[name].source:
            for key in list(replay.columns[name].rows)[-3:]:
                keys += 1
                problems += whose_problems(whose, replay, shorts, name, key)
    for line in problems[:20]:
        print(line[:600])
    print(f"{len(names)} features and {len(models)} models by {', '.join(SPLITS)}; whose {keys} values are: {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

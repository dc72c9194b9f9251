#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Influences beside enumerated Shapley values: all numbers of docs/shapley.md.

    shapley.py make FOLDER               settings, lineage and events of twelve people over fourteen days
    shapley.py check EVENTS INFLUENCES   of what `dyetrace export` prints of them: sums of influences and expiry are the
                                         movement of the models, of each day and of all; the tables of the page
"""
import collections
import itertools
import json
import math
import pathlib
import random
import sys

from aggregates import ROWS, Observation
from canonical import Feature
from exported import Event, influences, records
from lineage_text import lineage_text
from oracle import near
from replay import Replay

DAY = 86_400_000
START = 1_775_001_600_000   # 2026-04-01
PEOPLE = ("ana", "ben", "cem", "dora", "emil", "fay", "gus", "hana", "ivo", "jan", "kim", "lea")
KINDS = ("repair", "refund", "advice", "order", "return", "visit", "recall", "claim")


# --- Shapley values ------------------------------------------------------------------------

def shapley(players, worth):
    """{player: value}; worth(frozenset) is asked once for each of the 2^n coalitions.
    Source: L. S. Shapley, "A value for n-person games", 1953."""
    n = len(players)
    of = {}
    for size in range(n + 1):
        for coalition in itertools.combinations(players, size):
            of[frozenset(coalition)] = worth(frozenset(coalition))
    weight = [math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) for size in range(n)]
    return {player: math.fsum(weight[len(coalition)] * (of[coalition | {player}] - value)
                              for coalition, value in of.items() if player not in coalition) for player in players}


def value_of(feature, taken):
    """The feature's value when only these observations were made; none counts as 0."""
    row = ROWS[feature.aggregate](feature)
    for one in taken:
        row.add(0, one)
    return row.value() or 0.0


# --- the small example ---------------------------------------------------------------------

SMALL = (("ana", 4, "repair"), ("ben", 8, "repair"), ("cem", 3, "refund"))
SMALL_FEATURES = (("count", "count"), ("sum", "sum"), ("mean", "mean"), ("max", "max"), ("distinct", "distinct kinds"), ("last", "last"))


def small_rows():
    """| feature | influence of each | Shapley value of each |"""
    for aggregate, name in SMALL_FEATURES:
        feature = Feature({"name": name, "key": "none", "aggregate": aggregate})
        seen = {person: Observation(float(number), kind, False, (at,), None) for at, (person, number, kind) in enumerate(SMALL)}
        people = [person for person, _, _ in SMALL]
        moved = [value_of(feature, list(seen.values())[:at + 1]) - value_of(feature, list(seen.values())[:at]) for at in range(len(people))]
        values = shapley(people, lambda those: value_of(feature, [one for person, one in seen.items() if person in those]))
        yield [name, *map(written, moved), *(written(values[person]) for person in people), written(sum(moved))]


def written(number):
    text = f"{number:+.2f}"
    return "0" if text in ("+0.00", "-0.00") else text.replace("-", "−")


# --- twelve people -------------------------------------------------------------------------

FEATURES = [
    {"name": "visits", "dataset": "shop", "key": "none", "aggregate": "count"},
    {"name": "takings", "dataset": "shop", "fields": ["price"], "encode": "numeric", "key": "none", "aggregate": "sum"},
    {"name": "price", "dataset": "shop", "fields": ["price"], "encode": "numeric", "key": "none", "aggregate": "mean"},
    {"name": "dearest", "dataset": "shop", "fields": ["price"], "encode": "numeric", "key": "none", "aggregate": "max",
     "window": ("7d", "1d", "0s")},
    {"name": "kinds", "dataset": "shop", "fields": ["kind"], "key": "none", "aggregate": "distinct"},
    {"name": "refunds", "dataset": "shop", "fields": ["kind"], "value": "refund", "key": "none", "aggregate": "share",
     "window": ("7d", "1d", "0s")},
    {"name": "pace", "dataset": "shop", "key": "none", "aggregate": "rate", "window": ("7d", "1d", "0s")},
]
MODELS = [
    {"name": "stock", "kind": "linear", "intercept": 5, "inputs": [("visits", 0.4), ("takings", 0.02), ("price", -0.3), ("dearest", 0.1)]},
    {"name": "complaint", "kind": "logistic", "intercept": -1.5,
     "inputs": [("kinds", 0.25), ("refunds", 2.0), ("pace", 0.15), ("dearest", 0.03), ("price", 0.05)]},
]
SETTINGS = """store: dyetrace-store
keys: dyetrace.key
lineage: lineage.yaml
sources:
  - name: shop
    type: file
    path: events.jsonl
    format: jsonl
    mapping:
      dataset: {value: shop}
      id: id
      time: {field: ms, format: unix-ms}
      actor: who
      changes: {list: changes}
"""


def made_events():
    dice = random.Random(12)
    chance = dice.random
    for at in range(168):
        person = PEOPLE[min(int(chance() ** 1.7 * len(PEOPLE)), len(PEOPLE) - 1)]
        price = round(2 + 40 * chance() ** 3, 2)
        yield {"id": f"{person}/{at}", "ms": START + at * DAY // 12 + int(chance() * 3_600_000), "who": person,
               "changes": [["price", None, price], ["kind", None, KINDS[int(chance() ** 2 * len(KINDS))]]]}


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dyetrace.yaml").write_text(SETTINGS)
    (folder / "lineage.yaml").write_text(lineage_text(["shop"], FEATURES, MODELS))
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made_events()))


class Log:
    """The exported events with what each moved, and what expired before it by the oracle."""

    def __init__(self, event_lines, influence_lines):
        reported = {line["record"]: line for line in influences(influence_lines)}
        self.replay = Replay()
        self.expired = collections.defaultdict(list)   # model: [(position of the event that let it go, movement)]
        self.replay.on_expiry = self.expiry
        self.events, self.lines = [], []
        for record in records(event_lines):
            if not isinstance(record, Event):
                self.replay.note(record)
                continue
            self.events.append(record)
            line = reported[record.record]
            self.lines.append({one["model"]: one for one in line["models"]} | {one["feature"]: one for one in line["features"]})
            self.replay.event(record)

    def expiry(self, moment, feature, key, before, after):
        for model in MODELS:
            for name, weight in model["inputs"]:
                if name == feature.name:
                    self.expired[model["name"]].append((len(self.events) - 1, weight * ((after or 0) - (before or 0))))

    def moved(self, model, first, end):
        """Influences and expiry from event `first` to before event `end`; expiry that an event's clock let go comes before it."""
        events = math.fsum(self.lines[i][model]["movement"] for i in range(first, end))
        return events, math.fsum(moved for at, moved in self.expired[model] if first < at <= end)

    def by_person(self, model):
        sums = collections.defaultdict(list)
        for event, line in zip(self.events, self.lines):
            if model in line:
                sums[event.id.split("/")[0]].append(line[model]["movement"])
        return {person: math.fsum(those) for person, those in sums.items()}

    def worth(self, model):
        """What the model's score moved when only these people had sent anything, the clock as it is."""
        taken = {}
        for feature in self.replay.lineage.features:
            taken[feature.name] = [
                (event.id.split("/")[0], one) for event in self.events
                if not feature.pane or event.time // feature.pane >= feature.first(self.replay.clock.now)
                for one in self.replay.observations(feature, event)]
        inputs = [(self.replay.lineage.by_name[name], weight) for name, weight in model["inputs"]]

        def worth(those):
            return math.fsum(weight * value_of(feature, [one for person, one in taken[feature.name] if person in those])
                             for feature, weight in inputs)
        return worth


def problems_of(log):
    """Of each day and of all: the score's movement is the sum of influences and expiry."""
    last = len(log.events) - 1
    days = [next(i for i, event in enumerate(log.events) if event.time >= START + day * DAY) for day in range(14)] + [last]
    for model in MODELS:
        name = model["name"]
        for first, end in [*zip(days, days[1:]), (0, last)]:
            moved = log.lines[end][name]["before"] - log.lines[first][name]["before"]
            events, expiry = log.moved(name, first, end)
            if not near(moved, events + expiry, 1e-9):
                yield f"model {name}, events {first} to {end}: the score moved by {moved!r}, influences and expiry by {events + expiry!r}"


def large_rows(log):
    """| person | influences | Shapley | of each model |, then expiry and the sums, and problems."""
    columns, problems = [], []
    for model in MODELS:
        moved, values = log.by_person(model["name"]), shapley(PEOPLE, log.worth(model))
        whole, expiry = log.moved(model["name"], 0, len(log.events))
        total = log.lines[-1][model["name"]]
        score = total["before"] + total["movement"] - model["intercept"]
        if not near(score, whole + expiry, 1e-9) or not near(score, math.fsum(values.values()), 1e-9):
            problems.append(f"model {model['name']}: moved by {score!r}; influences and expiry {whole + expiry!r}, Shapley {math.fsum(values.values())!r}")
        columns.append((moved, values, expiry, score))
    rows = [[person] + [written(one[person]) for moved, values, _, _ in columns for one in (moved, values)] for person in PEOPLE]
    rows.append(["(expiry)"] + [text for _, _, expiry, _ in columns for text in (written(expiry), "")])
    rows.append(["all"] + [text for _, _, _, score in columns for text in (written(score), written(score))])
    return rows, problems


def additive_problems(log):
    """Of counts and sums without a window influence is the Shapley value."""
    for name in ("visits", "takings"):
        model = {"name": name, "inputs": [(name, 1.0)]}
        moved, values = log.by_person(name), shapley(PEOPLE, log.worth(model))
        for person in PEOPLE:
            if not near(moved[person], values[person], 1e-9):
                yield f"feature {name}: {person} moved it by {moved[person]!r}, the Shapley value is {values[person]!r}"


def row_text(cells):
    return "| " + " | ".join(cells) + " |"


def check(events, given, page):
    with open(events, encoding="utf-8") as event_lines, open(given, encoding="utf-8") as influence_lines:
        log = Log(event_lines, influence_lines)
    problems = [*problems_of(log), *additive_problems(log)]
    rows, more = large_rows(log)
    problems += more
    text = pathlib.Path(page).read_text(encoding="utf-8") if page else ""
    for cells in [*small_rows(), *rows]:
        if row_text(cells) not in text:
            problems.append(f"the page does not say: {row_text(cells)}")
    return problems


def main():
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]))
        return 0
    problems = check(*sys.argv[2:5])
    print("\n".join(problems) or "sums of influences and expiry are the models' movement; the page says the same numbers")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

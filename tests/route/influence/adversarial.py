#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a stream that means no good, and lineages with every aggregate, key and window.

    adversarial.py FOLDER [--seed N] [--events N]

FOLDER gets dyetrace.yaml, lineage.1.yaml to lineage.3.yaml, and slices/NN/: what each run finds appended to its files
(the file source reads one after another, so that partitions interleave from run to run), with slices/NN/lineage saying
which lineage is in force then.
"""
import argparse
import json
import pathlib
import random

from lineage_text import lineage_text

DAY = 86_400_000
START = 1_772_323_200_000   # 2026-03-01
SLICES = 15
SPAN = 14 * 3_600_000        # of one slice; several files over the same one, so that windows of a day see all
BURST = 8                    # events of a file within a second or two
AGGREGATES = ("last", "count", "sum", "mean", "min", "max", "distinct", "share", "rate")
KEYS = ("entity", "team", "system", "channel", "actor", "none", "field:group")
WINDOWS = {"ever": None, "day": ("1d", "1d", "0s"), "sliding": ("7d", "12h", "2h"), "second": ("1s", "100ms", "0s"),
           "decade": ("3650d", "1d", "30d")}

TEAMS = ["Red", "Blue", "Ünïcode ☃ 台灣", "null", "", "a\"b\\c", None, None]
SYSTEMS = ["crm", "erp", "5", None]
CHANNELS = ["Phone", "Email", "Web", None]
OPS = ["create", "update", "close"]
GROUPS = ["g1", "g2", "g3", None, "null", "", 5, 5.0, "5", True, "true", 0.1, "0.1", -0.5, "Große Gruppe", "\u2028"]
STATES = ["new", "open", "done", None, "null", True, False, 1, 1.0, "", "ﬀ", "e\u0301", "\u00e9"]
NUMBERS = [0, 1, 2, 3, 10, 100, -1, -7, 0.1, 0.2, 0.3, -0.0, 1e308, -1e308, 1.7976931348623157e308, 5e-324, -5e-324,
           2.2250738585072014e-308, 1e16, 9007199254740993, 9223372036854775807, -9223372036854775808, 1e-300, True, False,
           None, "12", "12.5", "-3e2", "1e308", "1e999", "NaN", "inf", "-Infinity", "", " 5", "5 ", "+5", ".5", "5.", "0x10",
           "1_000", "٣", "007", "-0", "null", "twelve"]


NUMERIC = ("last", "sum", "mean", "min", "max")


# --- lineages ----------------------------------------------------------------------------

def plain(aggregate, key, window, name, **more):
    one = {"name": name, "dataset": "desk.ticket", "key": key, "aggregate": aggregate, **more}
    if aggregate in NUMERIC:
        one.setdefault("fields", ["amount"])
        one.setdefault("encode", "numeric")
    elif aggregate == "distinct":
        one.setdefault("fields", ["state"])
    elif aggregate == "share":
        one.setdefault("fields", ["state"])
        one.setdefault("value", "done")
    elif key in ("system", "channel", "field:group"):
        one.setdefault("fields", ["count", "amount"])
    if WINDOWS[window]:
        one["window"] = WINDOWS[window]
    return one


def every_kind():
    for aggregate in AGGREGATES:
        for key in KEYS:
            for window in WINDOWS:
                if aggregate != "rate" or WINDOWS[window]:
                    yield plain(aggregate, key, window, f"{aggregate} {key} {window}")


def special():
    """Filters, encodings, several fields, nulls, and more different values than are counted exactly."""
    codes = {"new": 1, "open": 2.5, "done": -3, "null": 7, "true": 0.1, "1": 1e308}
    yield plain("sum", "team", "sliding", "coded", fields=["state"], encode=codes)
    yield plain("mean", "none", "ever", "coded with other", fields=["state"], encode=codes, other=0.3)
    yield plain("last", "entity", "ever", "numbers with other", other=-1)
    yield plain("min", "channel", "day", "several fields", fields=["weight", "amount"], other=1000)
    yield plain("last", "entity", "sliding", "last of several", fields=["weight", "amount", "count"])
    yield plain("count", "system", "sliding", "changes of several", fields=["weight", "amount", "state", "never"])
    yield plain("distinct", "none", "sliding", "distinct of several", fields=["weight", "amount", "state"])
    yield plain("share", "team", "sliding", "share of null", value=None)
    yield plain("share", "team", "ever", "share of the text null", value="null")
    yield plain("share", "none", "decade", "share of one", value="1")
    yield plain("count", "team", "sliding", "filtered by words", fields=["amount"],
                filter=[("channel", ["Phone", "Email"]), ("op", ["create", "update"]), ("system", ["crm", None])])
    yield plain("sum", "none", "sliding", "filtered by fields", filter=[("state", ["done", None, "1"]), ("field:team", ["x", None])])
    yield plain("max", "field:group", "ever", "filtered by a null team", filter=[("team", [None, "Red"])])
    yield plain("distinct", "none", "ever", "many codes", fields=["code"])
    yield plain("distinct", "none", "sliding", "many codes of a week", fields=["code"])
    yield plain("distinct", "none", "day", "many codes of a day", fields=["code"])
    yield plain("distinct", "channel", "decade", "many codes of a channel", fields=["code"])
    yield plain("count", "field:code", "sliding", "count of each code", fields=["code"])
    yield {"name": "orders", "dataset": "shop.order", "key": "entity", "aggregate": "count"}
    yield {"name": "order sum", "dataset": "shop.order", "fields": ["amount"], "encode": "numeric", "key": "field:group",
           "aggregate": "sum", "window": WINDOWS["sliding"]}


def chains():
    """Each aggregate of each key over sources of every kind; then features of those."""
    sources = ["last entity ever", "mean field:group sliding", "sum entity day", "count team sliding", "max actor decade",
               "share channel sliding", "rate field:group day", "min entity second", "distinct system sliding", "sum field:group ever",
               "count of each code", "mean actor sliding", "last entity sliding"]
    at = 0
    for aggregate in ("last", "count", "sum", "mean", "min", "max", "rate"):
        for key in ("entity", "team", "system", "channel", "actor", "none"):
            for window in ("ever", "sliding") if aggregate != "rate" else ("day", "sliding"):
                one = {"name": f"chain {aggregate} {key} {window}", "feature": sources[at % len(sources)], "key": key,
                       "aggregate": aggregate}
                if WINDOWS[window]:
                    one["window"] = WINDOWS[window]
                yield one
                at += 1
    for aggregate, source, key, window in (
            ("max", "chain mean team ever", "none", None), ("sum", "chain count team sliding", "channel", None),
            ("mean", "chain sum channel sliding", "none", WINDOWS["sliding"]), ("count", "chain last actor ever", "team", None),
            ("last", "chain max system sliding", "none", None), ("min", "chain min entity ever", "team", WINDOWS["day"])):
        yield {"name": f"second {aggregate} {key}", "feature": source, "key": key, "aggregate": aggregate,
               **({"window": window} if window else {})}
    yield {"name": "third", "feature": "second sum channel", "key": "none", "aggregate": "sum"}
    yield {"name": "fourth", "feature": "third", "key": "team", "aggregate": "last"}
    yield {"name": "codes of channels", "feature": "many codes of a channel", "key": "none", "aggregate": "sum"}


def models(features, random_):
    names = [one["name"] for one in features]
    tame = [name for name in names if not any(word in name for word in ("sum", "mean", "last", "min", "max", "coded", "number", "third", "fourth"))]
    for i in range(6):
        chosen = random_.sample(tame if i % 2 else names, 12)
        yield {"name": f"model {i}", "kind": ("linear", "logistic")[i // 2 % 2], "intercept": random_.uniform(-3, 3),
               "inputs": [(name, random_.choice((-1, 1)) * random_.uniform(0.001, 3)) for name in chosen]}
    yield {"name": "guessed", "kind": "opaque", "inputs": [(name, 0.25 if i % 2 else None) for i, name in enumerate(names[::29])]}
    yield {"name": "unused", "kind": "linear", "intercept": 1, "inputs": [("never", 2.0)]}


def lineages(random_):
    """Three: all; some gone and some changed in mid-window; all again."""
    features = [*every_kind(), *special(), *chains()]
    features.append(plain("count", "none", "ever", "never", filter=[("op", ["no such"])]))
    sources = {one.get("feature") for one in features}
    scored = list(models(features, random_))
    used = {name for model in scored for name, _ in model["inputs"]}
    second = []
    for i, one in enumerate(features):
        if i % 5 == 0 and one["name"] not in sources and one["name"] not in used:
            continue
        if i % 7 == 0 and "window" in one and one["key"] != "actor":
            one = {**one, "window": ("14d", "1d", "3h")}
        second.append(one)
    random_.shuffle(second)
    scored_again = [{**model, "inputs": [(name, weight and weight * 2) for name, weight in model["inputs"]]} for model in scored[::-1]]
    datasets = ["desk.ticket", "shop.order"]
    return [lineage_text(datasets, features, scored), lineage_text(datasets, second, scored_again),
            lineage_text(datasets, features, scored)]


# --- events ------------------------------------------------------------------------------

class Stream:
    """The events of one file: its own clock, which goes on, stands, goes back and jumps."""

    def __init__(self, random_, name, pace):
        self.random, self.name, self.pace = random_, name, pace
        self.made, self.jumped = 0, False

    def time(self, at):
        chance = self.random.random()
        if chance < 0.93:
            self.jumped = False
        if chance < 0.62:
            return at + self.random.randrange(1500)
        if chance < 0.80:
            return at                                               # the same again
        if chance < 0.85:
            return at + self.random.randrange(self.pace)
        if chance < 0.90:
            return at - self.random.randrange(6 * 3_600_000)
        if chance < 0.92:
            return at - self.random.randrange(12 * DAY)
        if chance < 0.93:
            return at - self.random.randrange(80 * 365 * DAY)        # before 1970, too
        if chance < 0.945 and not self.jumped:                      # lone jumps: two in a row would be believed
            self.jumped = True
            return at + (40 * DAY if chance < 0.94 else 100 * 365 * DAY)
        self.jumped = False
        return at + self.random.choice((-1000, -1, 0, 1, 999))

    def event(self, at):
        random_ = self.random
        self.made += 1
        record = {"id": f"{self.name}-{self.made}", "ms": self.time(at), "dataset": "desk.ticket" if random_.random() < 0.95 else "shop.order",
                  "entity": f"ticket/{int(random_.paretovariate(0.7)) % 3000}", "op": random_.choice(OPS)}
        for key, values in (("team", TEAMS), ("system", SYSTEMS), ("channel", CHANNELS)):
            record[key] = random_.choice(values)
        record["actor"] = random_.choice((None, f"person {int(random_.paretovariate(0.8)) % 700}"))
        changes = {}
        if random_.random() < 0.3:
            changes["amount"] = random_.choice(NUMBERS) if random_.random() < 0.5 else random_.gauss(0, 50)
        if random_.random() < 0.2:
            changes["weight"] = random_.choice(NUMBERS)
        if random_.random() < 0.1:
            changes["count"] = random_.randrange(5)
        if random_.random() < 0.22:
            changes["state"] = random_.choice(STATES)
        if random_.random() < 0.45:
            changes["group"] = random_.choice(GROUPS) if random_.random() < 0.8 else f"group {random_.randrange(2000)}"
        if random_.random() < 0.4:
            changes["code"] = f"code {random_.randrange(4000)}"
        if random_.random() < 0.05:
            changes["team"] = random_.choice(("x", None))
        record["changes"] = [[name, None, value] for name, value in changes.items()]
        return record


SETTINGS = """store: dyetrace-store
keys: dyetrace.key
lineage: lineage.yaml
sources:
  - name: tickets
    type: file
    path: "tickets/*.jsonl"
    format: jsonl
    mapping:
      dataset: dataset
      id: id
      time: {field: ms, format: unix-ms}
      actor: actor
      team: team
      system: system
      channel: channel
      entity: entity
      op: op
      changes: {list: changes}
  - name: bare
    type: file
    path: "bare/*.jsonl"
    format: jsonl
    mapping:
      dataset: dataset
      id: id
      time: {field: ms, format: unix-ms}
      channel: channel
      op: op
      changes: {list: changes}
"""


def slices(random_, events):
    """[{file: [record]}]: each run's share of each file, over nearly the same days."""
    streams = [Stream(random_, name, pace) for name, pace in
               (("tickets/a", 200_000), ("tickets/b", 150_000), ("tickets/ü c", 900_000), ("bare/z", 400_000))]
    made = []
    share = events // SLICES + 1
    for i in range(SLICES):
        start = START + SPAN * i
        files = {}
        for stream, part in zip(streams, (0.4, 0.35, 0.1, 0.15)):
            count = round(share * part)
            if i == 6 and stream.name == "tickets/b":
                continue                                            # silent in one run
            step = SPAN // count
            files[stream.name] = [stream.event(start + step * (at // BURST * BURST)) for at in range(count)]
        made.append(files)
    for at, record in enumerate(made[-2]["tickets/ü c"][-3:]):      # a jump that is believed
        record["ms"] = START + SPAN * SLICES + 40 * DAY + at
    for at, record in enumerate(made[-1]["bare/z"][-4:]):
        record["ms"] = START + 100 * 365 * DAY + at
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--events", type=int, default=11_000)
    asked = parser.parse_args()
    random_ = random.Random(asked.seed)
    asked.folder.mkdir(parents=True, exist_ok=True)
    (asked.folder / "dyetrace.yaml").write_text(SETTINGS)
    for i, text in enumerate(lineages(random_)):
        (asked.folder / f"lineage.{i + 1}.yaml").write_text(text)
    for i, files in enumerate(slices(random_, asked.events)):
        folder = asked.folder / "slices" / f"{i:02}"
        for name, made in files.items():
            path = folder / f"{name}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(record, ensure_ascii=i % 2 == 0) + "\n" for record in made))
        (folder / "lineage").write_text(f"{i * 3 // SLICES + 1}\n")


if __name__ == "__main__":
    main()

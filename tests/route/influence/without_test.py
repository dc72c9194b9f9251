#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`dyetrace without` against a fresh store that was fed what remains.

A simulated company is recorded; for each kind of choice the lines of the left-out events (told by `export`) are
taken out of the log, the rest is recorded in a store of its own, and the values of features and
models there must be those of the side without, step by step and to the last bit.
"""
import bisect
import csv
import io
import json
import os
import shutil
import subprocess
import sys

DYETRACE, SCRATCH = os.environ["DYETRACE"], os.environ["SCRATCH"]
failures = 0


def wrong(words):
    global failures
    failures += 1
    print("WRONG:", words)


def run(folder, *words, status=0):
    done = subprocess.run([DYETRACE, *words], cwd=folder, capture_output=True, text=True)
    if done.returncode != status:
        wrong(f"{' '.join(words)}: exit {done.returncode}, not {status}: {done.stderr.strip()}")
    return done


def lines(folder, *words):
    return [json.loads(line) for line in run(folder, "export", *words).stdout.splitlines()]


def matches(event, by, name, start, end):
    at = {"team": "team", "channel": "channel", "system": "system", "actor": "actor_short"}
    if by == "event":
        return event["id"] == name
    return event[at[by]] == name and (not start or event["time"] >= start) and (not end or event["time"] < end)


def fresh_store(company, events, left_out, number):
    """The same company, whose log lacks the lines of the events that are left out."""
    folder = f"{SCRATCH}/fresh{number}"
    shutil.copytree(company, folder, ignore=shutil.ignore_patterns("dyetrace-store", "events.jsonl"))
    # A person's pseudonym is drawn at random: keys of persons are those of the first store.
    os.makedirs(f"{folder}/dyetrace-store", mode=0o700)
    shutil.copy(f"{company}/dyetrace-store/identity.db", f"{folder}/dyetrace-store/")
    with open(f"{company}/events.jsonl", encoding="utf-8") as log:
        all_lines = log.readlines()
    gone = {event["offset"] for event in left_out}
    with open(f"{folder}/events.jsonl", "w", encoding="utf-8") as log:
        log.writelines(line for i, line in enumerate(all_lines) if i not in gone)
    run(folder, "run", "--until-end")
    return folder


class Steps:
    """A series, of which only changes are written, as a function of time."""

    def __init__(self, series, side):
        self.times = [row["time"] for row in series]
        self.values = [row[side] for row in series]

    def at(self, time):
        i = bisect.bisect_right(self.times, time) - 1
        return self.values[i] if i >= 0 else None


def compare(what, ours, theirs, final):
    """ours: with a side without; theirs: of the fresh store, where one last event is left out."""
    a, b = Steps(ours["series"], "without"), Steps(theirs["series"], "with")
    for time in sorted(set(a.times[1:]) | set(b.times[1:])):
        # Where a side has no step yet there is nothing to compare.
        if time >= max(a.times[0], b.times[0]) and a.at(time) != b.at(time):
            wrong(f"{what} at {time}: {a.at(time)} without, {b.at(time)} in a fresh store")
            return 0
    if ours[final] != theirs["with"]:
        wrong(f"{what} at the end: {ours[final]} without, {theirs['with']} in a fresh store")
    return len(a.times)


def what_if(folder, words, named):
    return json.loads(run(folder, "without", "--json", *words, *named).stdout)


def check_choice(company, events, lineage, number, by, name, start=None, end=None):
    left_out = [event for event in events if matches(event, by, name, start, end)]
    words = [f"--{by}", name]
    words += ["--from", start] if start else []
    words += ["--to", end] if end else []
    fresh = fresh_store(company, events, left_out, number)
    last = [event["id"] for event in events if event not in left_out][-1]
    compared = 0
    for feature in lineage["features"]:
        ours = what_if(company, words, ["--feature", feature["name"]])
        if ours["left_out"] != len(left_out) or ours["events"] != len(events):
            wrong(f"{ours['left_out']} of {ours['events']} left out, not {len(left_out)} of {len(events)}")
        for value in ours["values"][:4]:
            key = ["--key", value["key"]] if value.get("key") is not None else []
            if "key" in value and value["key"] is None:
                continue
            theirs = what_if(fresh, ["--event", last], ["--feature", feature["name"], *key])
            compared += compare(f"{by} {name}: {feature['name']} {key}", value, theirs["values"][0], "without")
    for model in lineage["models"]:
        ours = what_if(company, words, ["--model", model["name"]])
        theirs = what_if(fresh, ["--event", last], ["--model", model["name"]])
        compared += compare(f"{by} {name}: {model['name']}", ours["movement"], theirs["movement"], "without")
        for value in ours["values"][:3]:
            theirs = what_if(fresh, ["--event", last], ["--model", model["name"], "--key", value["key"]])
            # An entity of which nothing remains has no score there, and here the one before its first event.
            if theirs["values"][0]["with"] is not None and value["without"] != theirs["values"][0]["with"]:
                wrong(f"{by} {name}: score of {value['key']}: {value['without']}, {theirs['values'][0]['with']} in a fresh store")
    print(f"{by} {name}: {len(left_out)} events left out, {compared} steps compared")
    if compared < 100:
        wrong(f"{by} {name}: only {compared} steps were compared")


def make_many(folder):
    """Few events a day on so many entities, by a feature with a window, that values are followed by a second pass alone."""
    os.makedirs(folder)
    with open(f"{folder}/dyetrace.yaml", "w", encoding="utf-8") as file:
        file.write("""store: dyetrace-store
keys: dyetrace.key
lineage: lineage.yaml
sources:
  - name: orders
    type: file
    path: events.jsonl
    format: jsonl
    mapping: {dataset: dataset, id: id, time: {field: time, format: iso8601, zone: UTC}, actor: actor, team: team,
      system: system, channel: channel, entity: entity, op: op, changes: {list: changes}}
""")
    with open(f"{folder}/lineage.yaml", "w", encoding="utf-8") as file:
        file.write("""version: 1
datasets: [{name: orders}]
features:
  - {name: newest, dataset: orders, field: amount, encode: numeric, key: entity, aggregate: last}
  - {name: usual, dataset: orders, field: amount, encode: numeric, key: entity, aggregate: mean, window: {size: 7d, pane: 1d}}
models:
  - {name: worth, version: '1', kind: linear, intercept: 1, inputs: [{feature: newest, weight: 2}, {feature: usual, weight: 3}]}
""")
    with open(f"{folder}/events.jsonl", "w", encoding="utf-8") as file:
        for i in range(1500):
            # 100 entities in the first days, 200 in all: there are too many while the first are met.
            file.write(json.dumps({
                "id": f"e{i}", "time": f"2026-03-{1 + i // 60:02}T{i // 60 % 24:02}:{i % 60:02}:00Z", "dataset": "orders",
                "actor": f"u{i % 7}", "team": "t", "system": "s", "channel": "web" if i * 7919 % 3 else "phone",
                "entity": f"o{i * 37 % (100 if i < 500 else 200)}", "op": "update",
                "changes": [["amount", None, i * 53 % 997 + i]]}) + "\n")


def check_many():
    folder = f"{SCRATCH}/many"
    make_many(folder)
    run(folder, "run", "--until-end")
    events = [line for line in lines(folder) if line["kind"] == "event"]
    lineage = json.loads(run(folder, "lineage", "show", "--json").stdout)
    check_choice(folder, events, lineage, 5, "channel", "web")


def check_exclude(company, events, name):
    left_out = [event for event in events if event["team"] == name]
    run(company, "exclude", "--team", name, "--out", f"{SCRATCH}/omit.jsonl")
    with open(f"{SCRATCH}/omit.jsonl", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    positions = [row for row in rows if row["kind"] == "position"]
    if [row["offset"] for row in positions] != [event["offset"] for event in left_out]:
        wrong("exclude does not name the positions of the team")
    if rows[0]["kind"] != "exclude" or rows[0]["name"] != name or not rows[0]["checkpoint"]:
        wrong(f"exclude: the header is {rows[0]}")
    if rows[-1] != {"kind": "end", "positions": len(left_out)}:
        wrong(f"exclude: the end is {rows[-1]}")
    for model in (row for row in rows if row["kind"] == "model"):
        for trained in model["trained"]:
            if trained["events"] > sum(event["time"] < trained["cut"] for event in left_out):
                wrong(f"exclude: {model['model']} was trained on more than there are")
        if model["refit"] != bool(model["trained"]):
            wrong(f"exclude: {model['model']} is to be fitted again: {model['refit']}")
    if run(company, "exclude", "--team", name).stdout.count("\n") != len(rows):
        wrong("exclude prints something else than it writes")


def check_csv(company, name, feature):
    table = run(company, "without", "--channel", name, "--feature", feature).stdout.splitlines()
    rows = list(csv.reader(io.StringIO(run(company, "without", "--channel", name, "--feature", feature, "--csv").stdout)))
    shown = [line.split() for line in table[4:] if line and not line.startswith("…")]
    cells = [[cell or "none" for cell in row] for row in rows[1:]]
    if rows[0] != ["key", "step", "with", "without", "difference"] or [c[-4:] for c in shown] != [c[-4:] for c in cells]:
        wrong(f"--csv of {feature} is not what the screen shows")


def check_refusals(company, team, feature):
    cases = [
        (["--team", team[:-1] + "x", "--feature", feature], 1, f"no event is from team {team[:-1]}x; did you mean {team}?"),
        (["--team", team, "--feature", feature[:-1] + "_"], 1, f"the lineage names no feature {feature[:-1]}_; did you mean {feature}?"),
        (["--team", team, "--from", "2030-01-01", "--feature", feature], 1, f"no event is from team {team} between these times"),
        (["--team", team, "--model", feature], 1, f"{feature} is no model: say --feature"),
        (["--team", team], 2, "say of what: --feature NAME or --model NAME"),
        (["--feature", feature], 2, "say which events to leave out: one of --team, --actor, --channel, --system, --event"),
        (["--team", team, "--channel", "web", "--feature", feature], 2, "say which events to leave out: one of"),
        (["--team", team, "--feature", feature, "--model", "m"], 2, "--feature and --model exclude each other"),
        (["--team", team, "--feature", feature, "--from", "2026-02-01", "--to", "2026-01-01"], 2, "is not after --from 2026-02-01"),
        (["--team", team, "--feature", feature, "--from", "yesterday"], 2, "--from yesterday: a time such as"),
        (["--team", team, "--feature", feature, "--csv", "--json"], 2, "--json and --csv exclude each other"),
        (["--actor", "anna.meier", "--feature", feature], 2, "anna.meier is no pseudonym"),
        (["--event", "no-such-event", "--feature", feature], 1, "no-such-event"),
        (["--team", team, "--feature", "group_backlog", "--key", "x"], 2, "group_backlog has one value for all, not one for each key"),
    ]
    for words, status, sentence in cases:
        done = run(company, "without", *words, status=status)
        if sentence not in done.stderr:
            wrong(f"without {words}: {done.stderr.strip()!r} does not say {sentence!r}")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    company = f"{SCRATCH}/company"
    run(SCRATCH, "simulate", "--people", "60", "--days", "28", "--seed", "11", company)
    run(company, "run", "--until-end")
    events = [line for line in lines(company) if line["kind"] == "event"]
    lineage = json.loads(run(company, "lineage", "show", "--json").stdout)
    team = next(event["team"] for event in events if event["team"])
    actor = next(event["actor_short"] for event in events[200:] if event["actor"])
    middle, later = events[len(events) // 3]["time"], events[len(events) // 2]["time"]
    check_choice(company, events, lineage, 1, "team", team)
    check_choice(company, events, lineage, 2, "channel", "web", middle, later)
    check_choice(company, events, lineage, 3, "actor", actor)
    check_choice(company, events, lineage, 4, "system", events[0]["system"], middle)
    check_many()
    check_exclude(company, events, team)
    check_csv(company, "web", "channel_discount")
    check_csv(company, "web", "order_amount")
    check_refusals(company, team, "channel_discount")
    print("all as it should be" if not failures else f"{failures} wrong")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())

"""Compares what the pages of a simulated company say with the sums of the exported influences."""

import csv
import datetime
import io
import json
import math
import subprocess
import sys
from collections import defaultdict

program = sys.argv[1]
failures = 0


def check(good, what):
    global failures
    if not good:
        failures += 1
        print("wrong:", what)


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def ask(*words):
    done = subprocess.run([program, *words, "--json"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def fails(status, sentence, *words):
    done = subprocess.run([program, *words], capture_output=True, text=True)
    check(done.returncode == status and sentence in done.stderr,
          f"{words}: status {done.returncode}, {done.stderr.strip()!r}, expected {status}, {sentence!r}")


events, notes = {}, []
for line in open("events.exported.jsonl"):
    record = json.loads(line)
    if record["kind"] == "event":
        events[record["record"]] = record
influences = [json.loads(line) for line in open("influences.jsonl")]

# Every movement, with whose it was: (kind, name) -> list of (event, movement).
moved = defaultdict(list)
for conclusion in influences:
    event = events[conclusion["record"]]
    for feature in conclusion["features"]:
        if feature["status"] in ("counted", "estimated"):
            moved["feature", feature["feature"]].append((event, feature["movement"]))
    for model in conclusion["models"]:
        moved["model", model["model"]].append((event, model["movement"]))

WORDS = {"team": "team", "system": "system", "channel": "channel", "actor": "actor_short"}


def sums(items, key):
    added = defaultdict(lambda: [0, 0.0, 0.0])
    for event, movement in items:
        cell = added[key(event)]
        cell[0] += 1
        cell[1] += abs(movement)
        cell[2] += movement
    return added


def same(cell, document, what):
    check(cell[0] == document["events"], f"{what}: {document['events']} events, expected {cell[0]}")
    check(near(cell[1], document["moved"]), f"{what}: moved {document['moved']}, expected {cell[1]}")
    check(math.isclose(cell[2], document["net"], rel_tol=1e-9, abs_tol=1e-6),
          f"{what}: net {document['net']}, expected {cell[2]}")


def day_of(event):
    return event["time"][:10]


pages = 0
for (kind, name), items in sorted(moved.items()):
    for by, word in WORDS.items():
        page = ask(kind, name, "--by", by, "--top", "1000")
        expected = sums(items, lambda event: event[word])
        pages += 1
        check(len(page["parts"]) == len(expected), f"{kind} {name} by {by}: {len(page['parts'])} parts")
        for part in page["parts"]:
            same(expected[part["name"]], part, f"{kind} {name} by {by}, {part['name']}")
        check(near(sum(part["share"] or 0 for part in page["parts"]), 1) or page["total"]["moved"] == 0,
              f"{kind} {name} by {by}: the shares' sum")
    same(sums(items, lambda event: 0)[0], page["total"], f"{kind} {name}: all")
    days = sums(items, day_of)
    for day in page["days"]:
        same(days[day["day"]], day, f"{kind} {name} on {day['day']}")
    check(sum(day["events"] for day in page["days"]) == len(items), f"{kind} {name}: the days' sum")
    weights = [cell[1] for cell in sums(items, lambda event: event["actor"]).values()]
    if sum(weights) > 0:
        effective = sum(weights) ** 2 / sum(weight * weight for weight in weights)
        check(near(page["contributors"]["effective"], effective),
              f"{kind} {name}: effective contributors {page['contributors']}, expected {effective}")
    check(page["contributors"]["actors"] == len(weights), f"{kind} {name}: how many actors")

# Hours: only what lies in the span counts.
name, items = max(moved.items(), key=lambda item: len(item[1]))
times = sorted(event["time_ms"] for event, _ in items)
hour = 3600000
start, end = times[len(times) // 3] // hour * hour, times[2 * len(times) // 3] // hour * hour
text = [datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (start, end)]
page = ask(*name, "--by", "channel", "--from", text[0], "--to", text[1])
same(sums([item for item in items if start <= item[0]["time_ms"] < end], lambda event: 0)[0], page["total"], "a span of hours")
check(page["from"] == text[0] and page["to"] == text[1], "the span as asked")

# Top rows and the others; CSV is what the screen says.
page = ask(*name, "--by", "actor", "--top", "3")
check(len(page["parts"]) == 4 and page["parts"][3]["name"] == "(others)", "three rows and the others")
for top in (1, 2, 3, 7, 20, 1000):
    shown = [part["moved"] for part in ask(*name, "--by", "actor", "--top", str(top))["parts"] if part["name"] != "(others)"]
    weights = sorted((cell[1] for cell in sums(items, lambda event: event["actor"]).values()), reverse=True)
    check(len(shown) == min(top, len(weights)) and all(map(near, shown, weights)), f"the heaviest {top} come first")
check(sum(part["events"] for part in page["parts"]) == len(items), "the others are all others")
printed = subprocess.run([program, *name, "--by", "actor", "--top", "3", "--csv"], capture_output=True, text=True).stdout
rows = list(csv.DictReader(io.StringIO(printed)))
check([row["actor"] for row in rows] == [part["name"] for part in page["parts"]], "CSV: the same rows")
for row, part in zip(rows, page["parts"]):
    for key in ("share", "moved", "net", "events"):
        check(float(row[key]) == part[key], f"CSV: {key} of {row['actor']}")

# Actors.
by_actor = defaultdict(lambda: defaultdict(list))
for (kind, subject), items in moved.items():
    for event, movement in items:
        by_actor[event["actor_short"]][kind, subject].append((event, movement))
busiest = sorted(by_actor, key=lambda actor: -sum(map(len, by_actor[actor].values())))
for actor in busiest[:5] + busiest[-2:]:
    page = ask("actor", actor)
    # The movement of opaque models is estimated, and not among the exported scores.
    opaque = [row for row in page["models"] if ("model", row["name"]) not in moved]
    page["models"] = [row for row in page["models"] if row not in opaque]
    check(page["influences"] - sum(row["events"] for row in opaque) == sum(map(len, by_actor[actor].values())), f"actor {actor}: influences")
    for kind, key in (("feature", "features"), ("model", "models")):
        for row in page[key]:
            same(sums(by_actor[actor][kind, row["name"]], lambda event: 0)[0], row, f"actor {actor}, {row['name']}")
        check(len(page[key]) == sum(1 for one in by_actor[actor] if one[0] == kind), f"actor {actor}: {key}")

# Receipts: before, after and the models' movement of some events, by position.
for conclusion in influences[:: max(1, len(influences) // 40)]:
    event = events[conclusion["record"]]
    receipt = ask("trace", event["id"])["reaches"]
    shown = {(one["name"], influence["before"], influence["after"], influence["status"])
             for one in receipt["features"] for influence in one["influences"]}
    said = {(one["feature"], one["before"], one["after"], one["status"]) for one in conclusion["features"]}
    check(shown == said, f"receipt of {event['id']}: {shown} and {said}")
    for model in conclusion["models"]:
        one = [one for one in receipt["models"] if one["name"] == model["model"]][0]
        if "movement" in one:
            check(near(one["movement"], model["movement"]), f"receipt of {event['id']}: {model}")
        if "probability" in one:
            check(near(one["probability"]["after"], 1 / (1 + math.exp(-one["after"]))), f"probability of {event['id']}")

# One value, and whose it is: the newest number's origin; the heaviest within their bound.
last = {}
for conclusion in influences:
    for feature in conclusion["features"]:
        if feature["status"] == "counted":
            last[feature["feature"], feature.get("key")] = (feature["after"], events[conclusion["record"]])
asked = 0
for (feature, key), (after, event) in sorted(last.items(), key=str):
    if not key or feature != "item_price" or asked == 5:
        continue
    asked += 1
    value = ask("feature", feature, "--key", key)
    check(value["value"] == after, f"{feature} of {key}: {value['value']}, expected {after}")
    check(value["exact"] and value["origins"][0]["actor"] == event["actor_short"], f"{feature} of {key}: whose")
check(asked == 5, "five values were asked for")

fails(1, "there is no feature ticket_prioriti; did you mean ticket_priority?", "feature", "ticket_prioriti")
fails(1, "there is no model sla_breech; did you mean sla_breach?", "model", "sla_breech")
fails(1, "nothing moved ticket_priority in that time", "feature", "ticket_priority", "--from", "2031-01-01")
fails(2, "--from is not before --to", "feature", "ticket_priority", "--from", "2026-01-09", "--to", "2026-01-09")
fails(2, "team", "feature", "ticket_priority", "--by", "teem")
fails(1, "is no pseudonym", "actor", "samir.haas")
fails(1, "moved a feature in that time", "actor", "babab-babab")
fails(1, "has no value for item/none", "feature", "item_price", "--key", "item/none")

print(f"{pages} pages of {len(moved)} features and models, {len(influences)} conclusions: "
      + ("all as it should be" if not failures else f"{failures} wrong"))
sys.exit(failures > 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who moved the SLA-breach model of examples/servicenow most in March 2016: the ten lines of docs/sla-breach.md.

    sla_breach.py EVENTS LOG [PAGE]

EVENTS is what `dyetrace export --what events` prints, LOG the log itself (gzip), for the account that an event names: the export has
its pseudonym. Everything else is computed here. With PAGE (and the program as $DYETRACE): whether it says these lines; without, the lines.
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys

from canonical import moment
from exported import Event, records
from movement import EXPIRY, HOUR, Sums, effective, shares
from replay import Replay

MODEL = ("model", "sla_breach")
FIRST, END = moment("2016-03-01T00:00:00Z") // HOUR, moment("2016-04-01T00:00:00Z") // HOUR
ROBOT = "Updated by 908"


def robots_events(log):
    """The ids of the robot account's events."""
    with gzip.open(log, "rt", encoding="utf-8") as lines:
        return {one["id"] for one in map(json.loads, lines) if one["actor"] == ROBOT}


class March:
    """Sums of all movement, and what the robot account did in the month."""

    def __init__(self, event_lines, own):
        replay = Replay()
        self.sums, self.robot = Sums(replay), None
        self.opened, self.opened_by_robot, self.priorities = 0, 0, []
        for record in records(event_lines):
            if not isinstance(record, Event):
                replay.note(record)
                continue
            items = replay.event(record)
            self.sums.event(record, items)
            if record.id in own:
                self.robot = record.actor
            if FIRST <= record.time // HOUR < END:
                self.take(record, items, record.id in own, replay.lineage)

    def take(self, event, items, own, lineage):
        self.opened += event.op == "create"
        self.opened_by_robot += own and event.op == "create"
        if own:
            weight, = (weight for name, weight, _ in lineage.models[0].inputs if name == "incident_priority")
            self.priorities += [abs(weight * item.movement) for item in items if item.feature.name == "incident_priority"]


def percent(share):
    return f"{100 * share:.1f} %"


def signed(number):
    return f"{number:+,.0f}".replace("-", "−")


def ten_lines(march):
    sums = march.sums
    teams, channels = (sums.by(MODEL, by, FIRST, END) for by in ("team", "channel"))
    actors = sums.by_actor(MODEL, FIRST // 24, END // 24)
    expiry = sums.by(MODEL, None, FIRST, END)[EXPIRY]
    count, magnitude, moved = (sum(cell[i] for cell in teams.values()) for i in range(3))
    yield f"| all | {count:,} | 100.0 % | {magnitude:,.0f} | {signed(moved)} |"
    for words, most in ((teams, 5), (channels, 3)):
        part = shares(words)
        for word in sorted(words, key=lambda word: -words[word][1])[:most]:
            cell = words[word]
            yield f"| {'team' if words is teams else 'channel'} {word or 'unknown'} | {cell[0]:,} | {percent(part[word])} | {cell[1]:,.0f} | {signed(cell[2])} |"
    cell = actors[march.robot]
    yield f"| the robot account | {cell[0]:,} | {percent(shares(actors)[march.robot])} | {cell[1]:,.0f} | {signed(cell[2])} |"
    yield (f"{len(actors)} accounts moved it, as much as {effective(actors):.1f} who move equally; {len(teams)} teams as much as "
           f"{effective(teams):.1f}. Expiry moved it by {signed(expiry[2])}.")
    yield (f"The robot account opened {march.opened_by_robot:,} of {march.opened:,} incidents; their first priorities alone are "
           f"{sum(march.priorities):,.0f} of its {cell[1]:,.0f}.")


def page_problems(march):
    """What the program's own page says of the month, beside."""
    for by in ("team", "channel"):
        done = subprocess.run([os.environ["DYETRACE"], "model", "sla_breach", "--by", by, "--from", "2016-03-01", "--to", "2016-04-01",
                               "--top", "1000", "--json"], capture_output=True, text=True, check=True)
        got = {one["name"]: [one["events"], one["moved"], one["net"]] for one in json.loads(done.stdout)["parts"]}
        expected = march.sums.by(MODEL, by, FIRST, END)
        if set(got) != set(expected):
            yield f"by {by}: expected {sorted(map(str, expected))}, got {sorted(map(str, got))}"
        for name in set(got) & set(expected):
            if not all(abs(a - b) <= 1e-9 * expected[name][1] for a, b in zip(got[name], expected[name])):
                yield f"by {by}, {name}: expected {expected[name]}, got {got[name]}"


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        march = March(lines, robots_events(sys.argv[2]))
    said = list(ten_lines(march))
    if len(sys.argv) < 4:
        print("\n".join(said))
        return 0
    page = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
    wrong = [f"the page does not say: {line}" for line in said if line not in page] + list(page_problems(march))
    print("\n".join(wrong) or "the page says what is computed, and so does the program")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

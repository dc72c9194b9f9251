# SPDX-License-Identifier: Apache-2.0
"""Movement added up, and the scale, as docs/influence.md defines them; on top of replay.py."""
import collections
import math

from replay import bounded, difference

DAY, HOUR = 86_400_000, 3_600_000
OPEN_DAYS = 16
EXPIRY = "(expiry)"
BUCKETS, PER_OCTAVE = 512, 32


def oldest_open(clock):
    """A day has ended when the clock is an hour past it."""
    return (clock - HOUR) // DAY


def hour_of(time, clock):
    """The hour (since 1970) in which a movement at this time counts."""
    oldest = oldest_open(clock)
    day = time // DAY
    if day < oldest:
        return oldest * 24
    if day >= oldest + OPEN_DAYS:
        return (oldest + OPEN_DAYS) * 24 - 1
    return time // HOUR


def added(numbers):
    total = 0.0
    for number in numbers:
        total = bounded(total + number)
    return total


class Sums:
    """[count, magnitude, signed] of each subject: by hour and word, by day and actor."""

    def __init__(self, replay):
        self.replay = replay
        self.words = collections.defaultdict(lambda: [0, 0.0, 0.0])   # (subject, hour, by, word)
        self.actors = collections.defaultdict(lambda: [0, 0.0, 0.0])  # (subject, day, actor)
        replay.on_expiry = self.expiry

    @staticmethod
    def add(cell, moved, count=1):
        cell[0] += count
        cell[1] = bounded(cell[1] + abs(moved))
        cell[2] = bounded(cell[2] + moved)

    def subjects(self, items):
        """(subject, movement, {field: movement}) of an event's items: features, then models."""
        moved = collections.defaultdict(list)
        for item in items:
            if item.counted:
                moved[item.feature.name].append(item)
        for name, those in moved.items():
            fields = collections.defaultdict(float)
            for item in those:
                for field, part in item.parts:
                    fields[field] = bounded(fields[field] + part)
            yield ("feature", name), added(item.movement for item in those), fields
        for model in self.replay.lineage.models:
            total, fields, any_ = 0.0, collections.defaultdict(float), False
            for name, weight, sensitivity in model.inputs:
                for item in moved.get(name, ()):
                    if model.kind != "opaque":
                        any_, total = True, bounded(total + bounded(weight * item.movement))
                        for field, part in item.parts:
                            fields[field] = bounded(fields[field] + bounded(weight * part))
                    elif sensitivity is not None:
                        any_, total = True, bounded(total + bounded(sensitivity * abs(item.movement)))
                        for field, part in item.parts:
                            fields[field] = bounded(fields[field] + bounded(sensitivity * abs(part)))
            if any_:
                yield ("model", model.name), total, fields

    def event(self, event, items):
        if not items:
            return
        hour = hour_of(event.time, self.replay.clock.now)
        for subject, moved, fields in self.subjects(items):
            for by in ("team", "system", "channel"):
                self.add(self.words[subject, hour, by, getattr(event, by)], moved)
            for field, part in fields.items():
                self.add(self.words[subject, hour, "field", field], part)
            self.add(self.actors[subject, hour // 24, event.actor], moved)

    def expiry(self, moment, feature, key, before, after):
        moved = difference(before, after)
        hour = hour_of(moment, moment)
        self.add(self.words[("feature", feature.name), hour, None, EXPIRY], moved)
        for model in self.replay.lineage.models:
            for name, weight, sensitivity in model.inputs:
                if name == feature.name and (weight is not None or sensitivity is not None):
                    part = bounded(weight * moved) if weight is not None else bounded(sensitivity * abs(moved))
                    self.add(self.words[("model", model.name), hour, None, EXPIRY], part)

    def by(self, subject, by, first=-math.inf, end=math.inf):
        """{word: [count, magnitude, signed]} of hours from first to before end."""
        found = collections.defaultdict(lambda: [0, 0.0, 0.0])
        for (one, hour, split, word), cell in self.words.items():
            if one == subject and split == by and first <= hour < end:
                found[word] = [found[word][0] + cell[0], *(bounded(a + b) for a, b in zip(found[word][1:], cell[1:]))]
        return found

    def by_actor(self, subject, first=-math.inf, end=math.inf):
        """The same of days."""
        found = collections.defaultdict(lambda: [0, 0.0, 0.0])
        for (one, day, actor), cell in self.actors.items():
            if one == subject and first <= day < end:
                found[actor] = [found[actor][0] + cell[0], *(bounded(a + b) for a, b in zip(found[actor][1:], cell[1:]))]
        return found


def shares(cells):
    """{word: its part of the sum of magnitudes}"""
    total = added(cell[1] for cell in cells.values())
    return {word: cell[1] / total for word, cell in cells.items()} if total else {}


def effective(cells):
    """The effective number of contributors."""
    squares = math.fsum(share * share for share in shares(cells).values())
    return 1 / squares if squares else 0.0


# --- the scale -----------------------------------------------------------------------------

def bucket(value, per_octave=PER_OCTAVE):
    """Which bucket of the histogram: octaves in equal steps."""
    if value == 0:
        return 0, 0, 0
    mantissa, exponent = math.frexp(abs(value))
    return (1 if value > 0 else -1), exponent, int((mantissa - 0.5) * 2 * per_octave)


class Scale:
    """The scale in force of one feature, with how far off the histogram may be."""

    def __init__(self):
        self.days = {}      # open day: its values
        self.range = None   # (least, greatest) the scale may be

    def add(self, day, value):
        self.days.setdefault(day, []).append(value)

    def end(self, oldest):
        for day in sorted(day for day in self.days if day < oldest):
            self.range = self.of(sorted(self.days.pop(day)))

    @staticmethod
    def of(values):
        joined = 0
        while len({bucket(value, PER_OCTAVE >> joined) for value in values}) > BUCKETS:
            joined += 1
        half = (1 << joined) / (2 * PER_OCTAVE) * 1.0001

        def at(ordered, share):
            return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
        low, high = at(values, 0.25), at(values, 0.75)
        median = at(sorted(map(abs, values)), 0.5)
        error = (abs(low) * half) + (abs(high) * half)
        least, greatest = ((bounded(bounded(high - low) + sign * error)) / 1.349 for sign in (-1, 1))
        return (max(least, median * (1 - half) / 1000, 1e-9), max(greatest, median * (1 + half) / 1000, 1e-9))


class Scales:
    def __init__(self):
        self.of = collections.defaultdict(Scale)
        self.oldest = None

    def clock(self, now):
        """Before the event at this clock counts."""
        oldest = oldest_open(now)
        if oldest != self.oldest:
            for scale in self.of.values():
                scale.end(oldest)
            self.oldest = oldest

    def event(self, event, items, now):
        """Takes the values that the event left."""
        day = hour_of(event.time, now) // 24
        for item in items:
            if item.counted and item.after is not None:
                self.of[item.feature.name].add(day, item.after)

    def check(self, name, movement, scaled):
        """Whether `scaled` is the movement divided by a scale that the histogram may give."""
        span = self.of[name].range if name in self.of else None
        if span is None or scaled is None:
            return span is None and scaled is None
        ends = sorted(bounded(movement / end) for end in span)
        slack = 1e-9 * max(map(abs, ends))
        return ends[0] - slack <= scaled <= ends[1] + slack

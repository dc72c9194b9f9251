# SPDX-License-Identifier: Apache-2.0
"""The aggregates of docs/influence.md, kept up step by step: rows of observations in panes, and rows of members.

Sums are whole numbers of 2^-1074, so they are exact whatever is added and taken away, and are rounded once.
"""
import bisect
import heapq
import sys

UNIT_BITS = 1074
UNIT = 1 << UNIT_BITS
GREATEST = sys.float_info.max
DISTINCT_EXACT = 512


def exact(number):
    """A finite double as a whole number of units."""
    numerator, denominator = number.as_integer_ratio()
    return numerator << (UNIT_BITS + 1 - denominator.bit_length())


def rounded(units):
    """The nearest double, ties to even; beyond its range the greatest finite one."""
    try:
        return units / UNIT
    except OverflowError:
        return GREATEST if units > 0 else -GREATEST


def quotient(units, n):
    """The sum as it is, rounded to 53 bits, divided by how many."""
    try:
        return units / UNIT / n
    except OverflowError:
        beyond = abs(units).bit_length() - 53
        kept, rest = divmod(units, 1 << beyond)
        half = 1 << beyond - 1
        kept += rest > half or rest == half and kept & 1
        return (kept << beyond) / (UNIT * n)


class Row:
    """What all rows answer; a row holds something while it has panes."""
    estimated = False

    def holds(self):
        return bool(self.panes)


class Observation:
    __slots__ = ("number", "units", "value", "hit", "order", "field")

    def __init__(self, number, value, hit, order, field):
        self.number, self.value, self.hit, self.order, self.field = number, value, hit, order, field
        self.units = None


class Count(Row):
    """How many; `rate` divides by the window's days."""

    def __init__(self, feature):
        self.panes, self.n, self.days = {}, 0, feature.days
        self.value = self.rate if feature.aggregate == "rate" else self.count

    def add(self, pane, observation):
        self.n += 1
        self.panes[pane] = self.panes.get(pane, 0) + 1

    def drop(self, pane):
        self.n -= self.panes.pop(pane)

    def count(self):
        return float(self.n)

    def rate(self):
        return self.n / self.days


class Sum(Row):
    """Their exact sum; `mean` divides it by how many."""

    def __init__(self, feature):
        self.panes, self.n, self.units = {}, 0, 0
        self.value = self.mean if feature.aggregate == "mean" else self.sum

    def add(self, pane, observation):
        if observation.units is None:
            observation.units = exact(observation.number)
        self.n += 1
        self.units += observation.units
        n, units = self.panes.get(pane, (0, 0))
        self.panes[pane] = n + 1, units + observation.units

    def drop(self, pane):
        n, units = self.panes.pop(pane)
        self.n -= n
        self.units -= units

    def sum(self):
        return rounded(self.units)

    def mean(self):
        return quotient(self.units, self.n) if self.n else None


class Extreme(Row):
    """The least or the greatest number."""

    def __init__(self, feature):
        self.panes, self.best, self.choose = {}, None, min if feature.aggregate == "min" else max

    def add(self, pane, observation):
        number = observation.number
        self.panes[pane] = self.choose(self.panes.get(pane, number), number)
        self.best = number if self.best is None else self.choose(self.best, number)

    def drop(self, pane):
        if self.panes.pop(pane) == self.best:
            self.best = self.choose(self.panes.values(), default=None)

    def value(self):
        return self.best


class Last(Row):
    """The number of the newest: by time, partition, offset; of one event the later field."""

    def __init__(self, feature):
        self.panes, self.newest = {}, None

    def add(self, pane, observation):
        one = observation.order, observation.number
        if pane not in self.panes or one[0] >= self.panes[pane][0]:
            self.panes[pane] = one
        if self.newest is None or one[0] >= self.newest[0]:
            self.newest = one

    def drop(self, pane):
        if self.panes.pop(pane) is self.newest:
            self.newest = max(self.panes.values(), key=lambda one: one[0], default=None)

    def value(self):
        return self.newest and self.newest[1]


class Distinct(Row):
    """How many different values; beyond its bound it is estimated from then on."""

    def __init__(self, feature):
        self.panes, self.in_panes, self.estimated = {}, {}, False

    def add(self, pane, observation):
        value = observation.value
        held = self.panes.setdefault(pane, set())
        if value not in held:
            held.add(value)
            self.in_panes[value] = self.in_panes.get(value, 0) + 1
            self.estimated |= len(self.in_panes) > DISTINCT_EXACT

    def drop(self, pane):
        for value in self.panes.pop(pane):
            self.in_panes[value] -= 1
            if not self.in_panes[value]:
                del self.in_panes[value]

    def value(self):
        return float(len(self.in_panes))


class Share(Row):
    """Which part of the new values is the feature's."""

    def __init__(self, feature):
        self.panes, self.n, self.hits = {}, 0, 0

    def add(self, pane, observation):
        n, hits = self.panes.get(pane, (0, 0))
        self.panes[pane] = n + 1, hits + observation.hit
        self.n += 1
        self.hits += observation.hit

    def drop(self, pane):
        n, hits = self.panes.pop(pane)
        self.n -= n
        self.hits -= hits

    def value(self):
        return self.hits / self.n if self.n else None


ROWS = {"last": Last, "count": Count, "rate": Count, "sum": Sum, "mean": Sum, "min": Extreme, "max": Extreme,
        "distinct": Distinct, "share": Share}


class Members(Row):
    """One key of a feature of a feature: the newest values of the source's keys that belong to it."""

    def __init__(self, feature):
        self.aggregate, self.days = feature.aggregate, feature.days
        self.held = {}      # source key: (value, sequence)
        self.units = 0      # of sum and mean
        self.ordered = []   # of min and max: (value, source key's number)
        self.newest = []    # of last: a heap of (-sequence, source key), stale ones among them
        self.loose = set()  # source keys whose value is estimated

    @property
    def estimated(self):
        return bool(self.loose)

    def holds(self):
        return bool(self.held)

    def put(self, source, value, sequence, estimated=False):
        self.take(source)
        if estimated and self.aggregate not in ("count", "rate"):
            self.loose.add(source)
        self.held[source] = value, sequence
        if self.aggregate in ("sum", "mean"):
            self.units += exact(value)
        elif self.aggregate in ("min", "max"):
            bisect.insort(self.ordered, value)
        elif self.aggregate == "last":
            heapq.heappush(self.newest, (-sequence, source))

    def take(self, source):
        if source not in self.held:
            return
        value, _ = self.held.pop(source)
        self.loose.discard(source)
        if self.aggregate in ("sum", "mean"):
            self.units -= exact(value)
        elif self.aggregate in ("min", "max"):
            del self.ordered[bisect.bisect_left(self.ordered, value)]

    def value(self):
        n = len(self.held)
        if self.aggregate == "count":
            return float(n)
        if self.aggregate == "rate":
            return n / self.days
        if self.aggregate == "sum":
            return rounded(self.units)
        if not n:
            return None
        if self.aggregate == "mean":
            return quotient(self.units, n)
        if self.aggregate in ("min", "max"):
            return self.ordered[0 if self.aggregate == "min" else -1]
        while self.newest[0][1] not in self.held or self.held[self.newest[0][1]][1] != -self.newest[0][0]:
            heapq.heappop(self.newest)
        return self.held[self.newest[0][1]][0]

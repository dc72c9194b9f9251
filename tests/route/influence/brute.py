# SPDX-License-Identifier: Apache-2.0
"""docs/influence.md the slow way, to check replay.py: nothing is kept up, every value is computed from the whole past.

For streams of a few hundred events of one epoch. It takes numbers, keys and filters from replay.py and the clock, too;
what it does not take is how values are kept, how windows let go, and how members move.
"""
from fractions import Fraction

from aggregates import GREATEST
from replay import NO_KEY, Item, Replay


def item_of(feature, key, status, before=None, after=None, left=False):
    item = Item(feature, key, status, before, left)
    item.after = after
    return item


def one_sum(numbers):
    total = sum(map(Fraction, numbers), Fraction(0))
    try:
        return float(total)
    except OverflowError:
        return GREATEST if total > 0 else -GREATEST


def one_mean(numbers):
    """Sums beyond the range of doubles are halved often enough, which is exact."""
    total, halvings = sum(map(Fraction, numbers), Fraction(0)), 0
    while abs(total) >= 2 ** 1023:
        total, halvings = total / 2, halvings + 1
    return float(Fraction(float(total)) * 2 ** halvings / len(numbers))


def aggregate(feature, taken):
    """taken: [(order, number, value, hit)]"""
    numbers = [one[1] for one in taken]
    count = len(taken)
    if feature.aggregate == "count":
        return float(count)
    if feature.aggregate == "rate":
        return count / (feature.size / 86_400_000)
    if feature.aggregate == "distinct":
        return float(len({one[2] for one in taken}))
    if feature.aggregate == "sum":
        return one_sum(numbers)
    if not count:
        return None
    if feature.aggregate == "mean":
        return one_mean(numbers)
    if feature.aggregate == "share":
        return sum(one[3] for one in taken) / count
    if feature.aggregate == "last":
        return sorted(enumerate(taken), key=lambda one: (one[1][0], one[0]))[-1][1][1]
    return (min if feature.aggregate == "min" else max)(numbers)


class Brute:
    def __init__(self, lineage_text):
        self.rules = Replay()
        self.rules.epoch(lineage_text)
        self.lineage = self.rules.lineage
        self.past = {feature.name: [] for feature in self.lineage.features}  # plain: (pane, key, order, number, value, hit)
        self.moves = {feature.name: [] for feature in self.lineage.features}  # of a feature: (pane, key or NO_KEY, source key)

    def release(self, note):
        self.rules.clock.release(note.released)

    def inside(self, feature, pane):
        return not feature.pane or pane >= feature.first(self.rules.clock.now)

    def has(self, feature, key):
        """Whether anything of this key is in its window."""
        if feature.source:
            return any(member for member in self.membership(feature) if member[0] == key)
        return any(one[1] == key and self.inside(feature, one[0]) for one in self.past[feature.name])

    def membership(self, feature):
        """[(key, source key)], the one moved last at the end."""
        source = self.lineage.by_name[feature.source]
        last = {}
        dropped = set()
        for at, (pane, key, source_key) in enumerate(self.moves[feature.name]):
            last[source_key] = at, pane, key
        found = []
        for source_key, (at, pane, key) in sorted(last.items(), key=lambda one: one[1][0]):
            if key is not NO_KEY and self.inside(feature, pane) and self.has(source, source_key) and source_key not in dropped:
                found.append((key, source_key))
        return found

    def value(self, feature, key):
        if feature.source:
            source = self.lineage.by_name[feature.source]
            members = [source_key for one, source_key in self.membership(feature) if one == key]
            taken = [((at,), self.value(source, source_key), None, False) for at, source_key in enumerate(members)]
            return aggregate(feature, taken)
        return aggregate(feature, [one[2:] for one in self.past[feature.name]
                                   if one[1] == key and self.inside(feature, one[0])])

    def event(self, event):
        own = self.rules.clock.event(event.partition, event.time)
        items = []
        for feature in self.lineage.features:
            if feature.source or feature.dataset != event.dataset:
                continue
            changed = set(event.fields)
            needed = {field for word, field, _ in feature.filters if word == "field"}
            needed |= {feature.key_field} if feature.key == "field" else set()
            if not needed <= changed or feature.fields and not changed & set(feature.fields):
                continue
            if not self.rules.passes(feature, event):
                continue
            self.plain(feature, event, own, items)
        return sorted(items, key=lambda item: (self.rules.order[item.feature.name], not item.left))

    def plain(self, feature, event, own, items):
        key = self.rules.key(feature, event)
        if key is NO_KEY:
            items.append(item_of(feature, None, "no-key"))
            return
        pane = event.time // feature.pane if feature.pane else 0
        if feature.pane and (not self.inside(feature, pane) or pane < feature.first(own)):
            items.append(item_of(feature, key, "late"))
            return
        counted = [one for one in self.rules.observations(feature, event) if one]
        if not counted:
            items.append(item_of(feature, key, "no-number"))
            return
        # All that may move, as it is now: the values of every key that a feature of a feature has.
        above = self.above(feature)
        keys = {one.name: {key for _, key, _ in self.moves[one.name]} - {NO_KEY} for one in above}
        for one in above:
            keys[one.name].add(self.rules.key(one, event))
            keys[one.name].discard(NO_KEY)
        before = {(one.name, key): self.value(one, key) for one in above for key in keys[one.name]}
        members = {one.name: dict((source, key) for key, source in self.membership(one)) for one in above}
        was = self.value(feature, key)
        self.past[feature.name] += [(pane, key, one.order, one.number, one.value, one.hit) for one in counted]
        items.append(item_of(feature, key, "counted", was, self.value(feature, key)))
        moved = {feature.name: [key]}
        for one in above:
            self.computed(one, event, moved, before, members[one.name], items)

    def computed(self, feature, event, moved, before, members, items):
        key = self.rules.key(feature, event)
        pane = event.time // feature.pane if feature.pane else 0
        touched = []
        for source_key in moved[feature.source]:
            if source_key in members:
                touched.append(members[source_key])
            self.moves[feature.name].append((pane, key, source_key))
        now = dict((source, one) for one, source in self.membership(feature))
        touched += [key for source_key in moved[feature.source] if source_key in now]
        left = [one for one in dict.fromkeys(touched) if one != key]
        moved[feature.name] = left + ([key] if key in touched else [])
        for one in moved[feature.name]:
            items.append(item_of(feature, one, "counted", before[feature.name, one], self.value(feature, one), left=one != key))
        wanted = any(self.has(self.lineage.by_name[feature.source], source_key) for source_key in moved[feature.source])
        if key is NO_KEY and (wanted or touched):
            items.append(item_of(feature, None, "no-key"))
        elif touched and key not in touched:
            items.append(item_of(feature, key, "counted", before[feature.name, key], self.value(feature, key)))

    def above(self, feature):
        """What is computed from it, nearest first."""
        found, at = [feature], 0
        while at < len(found):
            found += [one for one in self.lineage.features if one.source == found[at].name]
            at += 1
        return found[1:]

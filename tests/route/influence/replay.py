# SPDX-License-Identifier: Apache-2.0
"""docs/influence.md, followed word by word: events and notes in, influences and scores out.

It shares no code with the program and has not been written from it.
"""
import heapq
import math

from aggregates import GREATEST, ROWS, Members, Observation
from canonical import Lineage
from exported import Event, number_of, text_of

JUMP = 30 * 86_400_000
NO_KEY = object()


def bounded(number):
    """Beyond the range of a double: the greatest finite one."""
    return number if math.isfinite(number) else math.copysign(GREATEST, number)


def difference(before, after):
    """A movement: none counts as 0."""
    return bounded((after or 0.0) - (before or 0.0))


class Item:
    """The influence of one event on one key of one feature."""
    __slots__ = ("feature", "key", "left", "status", "before", "after", "loose", "parts")

    def __init__(self, feature, key, status, before=None, left=False):
        self.feature, self.key, self.status, self.before, self.after, self.left = feature, key, status, before, None, left
        self.loose = False   # an estimate goes into it
        self.parts = []      # (field, movement) of each observation

    @property
    def counted(self):
        return self.status in ("counted", "estimated")

    @property
    def movement(self):
        return difference(self.before, self.after) if self.counted else 0.0


class Found(dict):
    """The items of one event, by feature and key."""

    def moved(self, feature, key, status, before, after, loose, field, left=False):
        item = self.get((feature.name, key))
        if item is None:
            item = self[feature.name, key] = Item(feature, key, status, before, left)
        item.after, item.loose = after, item.loose or loose
        if status == "estimated":
            item.status = status
        item.parts.append((field, difference(before, after)))

    def aside(self, feature, key, status):
        self[feature.name, NO_KEY if status == "no-key" else key] = Item(feature, key, status)


class Clock:
    """The least of all partitions' times; it never goes back."""

    def __init__(self):
        self.now, self.times, self.lone, self.released = None, {}, {}, set()

    def event(self, partition, time):
        """Takes one event's time; gives the time of its partition, with this event."""
        if partition not in self.times:
            self.times[partition] = time
            for other in self.times:
                if other[:2] == partition[:2] and other[2] < partition[2]:
                    self.released.add(other)
        else:
            self.believe(partition, time)
        self.released.discard(partition)
        self.advance()
        return self.times[partition]

    def believe(self, partition, time):
        first = self.lone.pop(partition, None)
        if time <= self.times[partition] + JUMP:
            self.times[partition] = max(self.times[partition], time)
        elif first is not None and abs(time - first) <= JUMP:
            self.times[partition] = time
        else:
            self.lone[partition] = time

    def release(self, partition):
        if partition in self.times:
            self.released.add(partition)
            self.advance()

    def advance(self):
        held = [time for partition, time in self.times.items() if partition not in self.released]
        if held:
            self.now = min(held) if self.now is None else max(self.now, min(held))


class Column:
    """All keys of one feature, and which panes hold what."""

    def __init__(self, feature):
        self.feature = feature
        self.rows = {}
        self.panes, self.lowest = {}, []   # pane: keys in the order in which they got it
        self.make = Members if feature.source else ROWS[feature.aggregate]
        self.empty = self.make(feature).value()
        self.members = {}                  # of a feature of a feature: source key: (key, pane, sequence)

    def value(self, key):
        row = self.rows.get(key)
        return self.empty if row is None else row.value()

    def loose(self, key):
        row = self.rows.get(key)
        return row is not None and row.estimated

    def row(self, key):
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = self.make(self.feature)
        return row

    def hold(self, pane, key):
        keys = self.panes.get(pane)
        if keys is None:
            keys = self.panes[pane] = {}
            heapq.heappush(self.lowest, pane)
        keys[key] = True

    def lose(self, pane, key):
        """A member that leaves a pane and comes back comes last."""
        self.panes.get(pane, {}).pop(key, None)

    def leaving(self, first):
        while self.lowest and self.lowest[0] < first:
            pane = heapq.heappop(self.lowest)
            yield pane, self.panes.pop(pane)


class Replay:
    def __init__(self):
        self.clock = Clock()
        self.lineage = None
        self.columns, self.definitions = {}, {}
        self.remembered = {}   # (dataset, entity): {field: value}
        self.sequence = 0
        self.classes = {}
        self.beyond = frozenset()   # features whose key the program said not to hold; which ones is its order, not ours
        self.on_observation = None  # called with feature, key, pane, event, observation
        self.on_expiry = None  # called with moment, feature, key, before, after

    # --- epochs ------------------------------------------------------------------------

    def epoch(self, text):
        self.lineage = Lineage(text)
        definitions = {feature.name: self.lineage.definition(feature.name) for feature in self.lineage.features}
        kept = {name: column for name, column in self.columns.items() if definitions.get(name) == self.definitions.get(name)}
        self.columns = {}
        for feature in self.lineage.in_order():
            self.columns[feature.name] = kept.get(feature.name) or Column(feature)
            self.columns[feature.name].feature = feature
        self.definitions = definitions
        self.order = {feature.name: i for i, feature in enumerate(self.lineage.features)}
        self.computed = {}     # source name: features of it
        for feature in self.lineage.features:
            if feature.source:
                self.computed.setdefault(feature.source, []).append(self.columns[feature.name])
        self.key_fields = {}
        for feature in self.lineage.features:
            if feature.key == "field":
                self.key_fields.setdefault(feature.dataset, set()).add(feature.key_field)
        self.classes = {}
        self.scored = [model for model in self.lineage.models if model.kind in ("linear", "logistic")]
        self.inputs = {model.name: [(self.columns[name], weight) for name, weight, _ in model.inputs] for model in self.scored}

    # --- one record --------------------------------------------------------------------

    def note(self, note):
        if note.what == "lineage":
            self.epoch(note.body)
        elif note.what == "partition-released":
            self.clock.release(note.released)
            self.expire()

    def event(self, event):
        """Gives the items, in the lineage's order, before anything that is scored; see scores()."""
        before = self.clock.now
        own = self.clock.event(event.partition, event.time)
        if self.clock.now != before:
            self.expire()
        if self.lineage is None:
            return []
        self.remember(event)
        self.was = self.score_inputs(event)
        found = Found()
        for column in self.reached(event):
            self.observe(column, event, own, found)
        return sorted(found.values(), key=lambda item: (self.order[item.feature.name], not item.left))

    def reached(self, event):
        """The plain features that this event may reach: a matter of its dataset and fields alone."""
        name = event.dataset, event.fields
        if name not in self.classes:
            changed = set(event.fields)
            self.classes[name] = [
                self.columns[one.name] for one in self.lineage.features
                if not one.source and one.dataset == event.dataset and (not one.fields or changed & set(one.fields))
                and (one.key != "field" or one.key_field in changed)
                and all(field in changed for word, field, _ in one.filters if word == "field")]
        return self.classes[name]

    def remember(self, event):
        fields = self.key_fields.get(event.dataset)
        if fields and event.entity is not None:
            for name in fields & event.changes.keys():
                self.remembered.setdefault((event.dataset, event.entity), {})[name] = text_of(event.changes[name])

    # --- plain features ----------------------------------------------------------------

    @staticmethod
    def passes(feature, event):
        for word, field, values in feature.filters:
            if (text_of(event.changes[field]) if word == "field" else getattr(event, word)) not in values:
                return False
        return True

    @staticmethod
    def key(feature, event):
        if feature.key == "none":
            return ""
        if feature.key == "field":
            return text_of(event.changes[feature.key_field])
        if feature.key == "entity" and event.entity is None:
            return NO_KEY
        return getattr(event, feature.key)

    def late(self, feature, event, own):
        if feature.pane is None:
            return False
        return event.time // feature.pane < max(feature.first(own), feature.first(self.clock.now))

    def observations(self, feature, event):
        """One for each changed field, None for one without a number."""
        order = event.time, event.partition, event.offset
        if not feature.fields:
            yield Observation(None, None, False, order, None)
            return
        for name in feature.fields:
            if name not in event.changes:
                continue
            value, number = event.changes[name], None
            if feature.codes is not None:
                text = text_of(value)
                number = feature.codes.get("null" if text is None else text)
            elif feature.numeric:
                number = number_of(value)
            if feature.codes is not None or feature.numeric:
                number = feature.other if number is None else number
                if number is None:
                    yield None
                    continue
                number += 0.0
            text = text_of(value)
            yield Observation(number, text, text == feature.value, order, name)

    def observe(self, column, event, own, found):
        feature = column.feature
        if not self.passes(feature, event):
            return
        key = self.key(feature, event)
        if key is NO_KEY:
            found.aside(feature, None, "no-key")
            return
        if self.late(feature, event, own):
            found.aside(feature, key, "late")
            return
        counted = [one for one in self.observations(feature, event) if one]
        if not counted:
            found.aside(feature, key, "no-number")
            return
        if feature.name in self.beyond:
            found.aside(feature, key, "beyond-limit")
            return
        row = column.row(key)
        pane = event.time // feature.pane if feature.pane else 0
        if feature.pane:
            column.hold(pane, key)
        before = row.value()
        for one in counted:
            row.add(pane, one)
            if self.on_observation:
                self.on_observation(feature, key, pane, event, one)
            after = row.value()
            status = "estimated" if row.estimated else "counted"
            found.moved(feature, key, status, before, after, row.estimated, one.field)
            before = after
            for above in self.computed.get(feature.name, ()):
                self.join(above, column, [key], status, event, one.field, found)

    # --- features of features ----------------------------------------------------------

    def join(self, column, source, moved, status, event, field, found):
        """The event moved these keys of the source; they belong to the event's key from now on."""
        feature = column.feature
        key = self.key(feature, event)
        pane = event.time // feature.pane if feature.pane else 0
        inside = not feature.pane or pane >= feature.first(self.clock.now)
        touched, wanted = {}, False
        for source_key in moved:
            self.sequence += 1
            was = column.members.get(source_key)
            if source_key in column.members:
                left = column.members[source_key][0]
                touched.setdefault(left, (column.value(left), column.loose(left)))
                self.leave(column, source_key)
            row = source.rows.get(source_key)
            has = row is not None and row.holds()
            wanted |= has
            if has and inside and key is not NO_KEY and feature.name not in self.beyond:
                touched.setdefault(key, (column.value(key), column.loose(key)))
                column.members[source_key] = key, pane, self.sequence
                column.row(key).put(source_key, row.value(), self.sequence, row.estimated)
                if feature.pane:
                    column.hold(pane, source_key)
            if was is not None and (source_key not in column.members or was[1] != pane):
                column.lose(was[1], source_key)
        keys = [name for name in touched if name != key] + ([key] if key in touched else [])
        for name in keys:
            before, loose = touched[name]
            found.moved(feature, name, status, before, column.value(name), loose or column.loose(name), field, left=name != key)
        if key is NO_KEY and (wanted or touched):
            found.aside(feature, None, "no-key")
        elif feature.name in self.beyond:
            found.aside(feature, key, "beyond-limit")
        elif touched and key not in touched:
            # Its own key stands there though nothing came to it.
            found.moved(feature, key, status, column.value(key), column.value(key), column.loose(key), field)
        for above in self.computed.get(feature.name, ()):
            self.join(above, column, keys, status, event, field, found)

    @staticmethod
    def leave(column, source_key):
        key, _, _ = column.members.pop(source_key)
        column.rows[key].take(source_key)

    # --- what leaves windows -----------------------------------------------------------

    def expire(self):
        """Moment by moment, at one moment in the lineage's order of features, each key for itself."""
        if self.lineage is None or self.clock.now is None:
            return
        leaving = []
        for feature in self.lineage.features:
            if feature.pane:
                for pane, keys in self.columns[feature.name].leaving(feature.first(self.clock.now)):
                    moment = (pane + feature.panes) * feature.pane + feature.lateness
                    leaving.append((moment, self.order[feature.name], pane, keys))
        for moment, order, pane, keys in sorted(leaving, key=lambda one: one[:2]):
            self.moment = moment
            column = self.columns[self.lineage.features[order].name]
            for key in keys:
                if not column.feature.source:
                    before = column.value(key)
                    column.rows[key].drop(pane)
                    self.expired(column, key, before)
                elif key in column.members and column.members[key][1] == pane:
                    row_key = column.members[key][0]
                    before = column.value(row_key)
                    self.leave(column, key)
                    self.expired(column, row_key, before)

    def expired(self, column, key, before):
        """A value changed by itself: what is computed from it stays with its key, or leaves."""
        row = column.rows[key]
        after = row.value()
        if self.on_expiry:
            self.on_expiry(self.moment, column.feature, key, before, after)
        holds = row.holds()
        for above in self.computed.get(column.feature.name, ()):
            if key in above.members:
                above_key, pane, sequence = above.members[key]
                above_before = above.value(above_key)
                if holds:
                    above.rows[above_key].put(key, after, sequence, row.estimated)
                else:
                    self.leave(above, key)
                    above.lose(pane, key)
                self.expired(above, above_key, above_before)
        if not holds:
            del column.rows[key]

    # --- models ------------------------------------------------------------------------

    def score_key(self, feature, event):
        if feature.key == "field":
            if event.entity is None:
                changed = event.dataset == feature.dataset and feature.key_field in event.changes
                return text_of(event.changes[feature.key_field]) if changed else NO_KEY
            return self.remembered.get((feature.dataset, event.entity), {}).get(feature.key_field, NO_KEY)
        return self.key(feature, event)

    def score_inputs(self, event):
        """Of each linear and logistic model the values of its inputs before the event counts."""
        seen = {}
        for model in self.scored:
            for column, _ in self.inputs[model.name]:
                name = column.feature.name
                if name not in seen:
                    key = self.score_key(column.feature, event)
                    row = None if key is NO_KEY else column.rows.get(key)
                    estimated = row is not None and row.estimated
                    seen[name] = (0.0 if key is NO_KEY else column.value(key) or 0.0), estimated
        return seen

    def scores(self, items):
        """[(model, before, its slack, movement, its size)] of the models that a counted item reaches."""
        result = []
        moved = {}
        for item in items:
            if item.counted:
                moved.setdefault(item.feature.name, []).append(item.movement)
        for model in self.scored:
            if not any(name in moved for name, _, _ in model.inputs):
                continue
            before, size, slack, movement, moved_size = model.intercept, abs(model.intercept), 0.0, 0.0, 0.0
            for name, weight, _ in model.inputs:
                value, estimated = self.was[name]
                part = bounded(weight * value)
                before, size = bounded(before + part), bounded(size + abs(part))
                slack += abs(part) * 0.12 if estimated else 0.0
                for one in moved.get(name, ()):
                    part = bounded(weight * one)
                    movement, moved_size = bounded(movement + part), bounded(moved_size + abs(part))
            result.append((model, before, size * 1e-9 + slack, movement, moved_size * 1e-9))
        return result


def run(records):
    """Gives (event, items, scores) of each event; the plain use of the above."""
    replay = Replay()
    for record in records:
        if isinstance(record, Event):
            items = replay.event(record)
            yield record, items, replay.scores(items) if items else []
        else:
            replay.note(record)

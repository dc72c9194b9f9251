#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The oracle on itself: small cases computed by hand from docs/influence.md, and random streams against brute.py."""
import json
import os
import random
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import canonical
from adversarial import GROUPS, NUMBERS, STATES
from aggregates import GREATEST, Distinct
from brute import Brute
from exported import Event, number_of, text_of
from lineage_text import lineage_text
from movement import EXPIRY, Scale, Scales, Sums, effective, hour_of, shares
from oracle import Comparison
from replay import Clock, Replay

DAY, HOUR = 86_400_000, 3_600_000


class Note:
    def __init__(self, what, body=None, released=None):
        self.what, self.body, self.released, self.record, self.epoch = what, body, released, 0, None


def line(time, changes=(), partition="p", incarnation=1, offset=None, **more):
    line.offset = getattr(line, "offset", 0) + 1
    return {"record": line.offset, "kind": "event", "source": "s", "partition": partition, "incarnation": incarnation,
            "offset": line.offset if offset is None else offset, "time_ms": time, "id": None, "dataset": "d", "entity": "e",
            "op": None, "actor": None, "team": None, "system": None, "channel": None,
            "changes": [{"field": name, "old": None, "new": value} for name, value in dict(changes).items()], **more}


def event(*args, **more):
    return Event(line(*args, **more))


def feature(aggregate, key="none", window=None, fields=("x",), name="f", **more):
    one = {"name": name, "key": key, "aggregate": aggregate, **more}
    if "feature" not in one:
        one.setdefault("dataset", "d")
        if fields:
            one["fields"] = list(fields)
        if aggregate in ("last", "sum", "mean", "min", "max"):
            one.setdefault("encode", "numeric")
    if window:
        one["window"] = window
    return one


def lineage(*features, models=()):
    return lineage_text(["d"], features, models)


def begin(*features, models=()):
    replay = Replay()
    replay.epoch(lineage(*features, models=models))
    return replay


def moves(replay, *events):
    """[(status, before, after)] of all items of the events, those that a feature left marked."""
    return [(item.status, item.before, item.after) + (("left",) if item.left else ())
            for one in events for item in replay.event(one)]


class Aggregates(unittest.TestCase):
    def test_each_aggregate_of_three_observations(self):
        cases = [("last", None, 1, 4, 2), ("count", 0, 1, 2, 3), ("sum", 0, 1, 5, 7), ("mean", None, 1, 2.5, 7 / 3),
                 ("min", None, 1, 1, 1), ("max", None, 1, 4, 4), ("distinct", 0, 1, 2, 3)]
        for aggregate, *values in cases:
            replay = begin(feature(aggregate))
            expected = [("counted", before, after) for before, after in zip(values, values[1:])]
            self.assertEqual(moves(replay, *(event(i, {"x": x}) for i, x in enumerate((1, 4, 2)))), expected, aggregate)

    def test_share_is_of_one_value(self):
        replay = begin(feature("share", value="a"))
        self.assertEqual(moves(replay, event(0, {"x": "a"}), event(0, {"x": "b"}), event(0, {"x": None})),
                         [("counted", None, 1), ("counted", 1, 0.5), ("counted", 0.5, 1 / 3)])

    def test_rate_is_per_day_of_the_window(self):
        replay = begin(feature("rate", window=("2d", "1d", "0s"), fields=()))
        self.assertEqual(moves(replay, event(0), event(0)), [("counted", 0, 0.5), ("counted", 0.5, 1)])

    def test_last_goes_by_time_then_partition_then_offset(self):
        replay = begin(feature("last"))
        self.assertEqual(moves(replay, event(5, {"x": 1}, "b", offset=3), event(4, {"x": 2}, "c"), event(5, {"x": 3}, "a", offset=9),
                               event(5, {"x": 4}, "b", offset=2), event(5, {"x": 5}, "b", offset=3), event(5, {"x": 6}, "c", offset=0)),
                         [("counted", None, 1), ("counted", 1, 1), ("counted", 1, 1), ("counted", 1, 1), ("counted", 1, 5), ("counted", 5, 6)])

    def test_a_sum_forgets_what_is_taken_back(self):
        replay = begin(feature("sum"))
        self.assertEqual(moves(replay, *(event(0, {"x": x}) for x in (0.1, 1e308, 1e308, -1e308, -1e308)))[-1][2], 0.1)

    def test_a_sum_beyond_doubles_is_the_greatest(self):
        replay = begin(feature("sum"), feature("mean", name="g"))
        got = moves(replay, event(0, {"x": 1e308}), event(0, {"x": 1e308}), event(0, {"x": -1.5e308}))
        self.assertEqual(got[2], ("counted", 1e308, GREATEST))
        self.assertEqual(got[3], ("counted", 1e308, 1e308))
        self.assertEqual(got[4], ("counted", GREATEST, 5e307))

    def test_a_mean_is_of_the_sum_as_it_is(self):
        replay = begin(feature("mean"))
        self.assertEqual(moves(replay, *(event(0, {"x": GREATEST}) for _ in range(3)))[2][2], GREATEST)

    def test_a_movement_beyond_doubles_is_the_greatest(self):
        replay = begin(feature("last"))
        replay.event(event(0, {"x": -1e308}))
        self.assertEqual(replay.event(event(1, {"x": 1e308}))[0].movement, GREATEST)

    def test_distinct_is_estimated_from_513_on(self):
        row = Distinct(canonical.Feature({"name": "f", "key": "none", "aggregate": "distinct"}))
        for i in range(512):
            row.add(0, type("O", (), {"value": str(i)}))
        self.assertFalse(row.estimated)
        row.add(0, type("O", (), {"value": "one more"}))
        self.assertTrue(row.estimated)

    def test_several_fields_are_one_influence(self):
        replay = begin(feature("count", fields=("x", "y", "z")), feature("last", fields=("y", "x"), name="g"))
        self.assertEqual(moves(replay, event(0, {"y": 1, "x": 2})), [("counted", 0, 2), ("counted", None, 1)])


class Values(unittest.TestCase):
    def test_texts_that_are_numbers(self):
        cases = [("5", 5), ("-3e2", -300), ("1e999", None), ("+5", None), (".5", None), ("5.", None), ("007", None), (" 5", None),
                 ("NaN", None), (True, 1), (None, None), ("-0", 0), (-0.0, 0), (9007199254740993, 9007199254740992)]
        for given, expected in cases:
            self.assertEqual(number_of(given), expected, given)
        self.assertEqual(str(number_of(-0.0)), "0.0")

    def test_values_are_compared_as_texts(self):
        self.assertEqual([text_of(one) for one in (5, 5.0, "5", 0.1, True, None, "null", 1e300)],
                         ["5", "5", "5", "0.1", "true", None, "null", "1e+300"])

    def test_what_has_no_code_counts_as_other_or_moves_nothing(self):
        codes = {"a": 1, "null": 4}
        replay = begin(feature("sum", encode=codes), feature("sum", encode=codes, other=0.5, name="g"))
        self.assertEqual(moves(replay, event(0, {"x": "b"}), event(0, {"x": None})),
                         [("no-number", None, None), ("counted", 0, 0.5), ("counted", 0, 4), ("counted", 0.5, 4.5)])

    def test_of_several_fields_one_with_a_number_is_enough(self):
        replay = begin(feature("sum", fields=("x", "y")))
        self.assertEqual(moves(replay, event(0, {"x": "no", "y": 2})), [("counted", 0, 2)])


class Keys(unittest.TestCase):
    def test_unknown_and_null_are_keys_of_their_own(self):
        replay = begin(feature("count", key="team"), feature("count", key="field:k", fields=("k",), name="g"))
        got = moves(replay, event(0, {"x": 1, "k": None}), event(0, {"x": 1, "k": "null"}, team="t"), event(0, {"x": 1, "k": None}))
        self.assertEqual([after for _, _, after in got], [1, 1, 1, 1, 2, 2])

    def test_an_event_without_an_entity_has_no_key(self):
        replay = begin(feature("count", key="entity"))
        self.assertEqual(moves(replay, event(0, {"x": 1}, entity=None)), [("no-key", None, None)])

    def test_a_field_key_must_be_changed(self):
        replay = begin(feature("count", key="field:k"))
        self.assertEqual(moves(replay, event(0, {"x": 1})), [])

    def test_filters_look_at_words_and_new_values(self):
        replay = begin(feature("count", filter=[("team", ["t", None]), ("x", ["1", None])]))
        self.assertEqual(len(moves(replay, event(0, {"x": 1.0}))), 1)
        self.assertEqual(len(moves(replay, event(0, {"x": None}, team="t"))), 1)
        self.assertEqual(len(moves(replay, event(0, {"x": "null"}), event(0, {"x": 1}, team="u"))), 0)


class Clocks(unittest.TestCase):
    def test_the_least_of_all_partitions_and_never_back(self):
        clock = Clock()
        a, b = ("s", "a", 1), ("s", "b", 1)
        self.assertEqual([clock.event(*one) and clock.now for one in ((a, 5), (a, 9), (b, 7), (b, 12), (a, 3))], [5, 9, 9, 9, 9])
        clock.release(a)
        self.assertEqual(clock.now, 12)
        clock.release(b)
        clock.event(a, 10)
        self.assertEqual(clock.now, 12)

    def test_a_lone_jump_is_not_believed_two_are(self):
        clock = Clock()
        clock.event(("s", "a", 1), 1)
        self.assertEqual(clock.event(("s", "a", 1), 40 * DAY), 1)
        self.assertEqual(clock.event(("s", "a", 1), 2), 2)
        self.assertEqual(clock.event(("s", "a", 1), 41 * DAY), 2)
        self.assertEqual(clock.event(("s", "a", 1), 90 * DAY), 2)
        self.assertEqual(clock.event(("s", "a", 1), 70 * DAY), 70 * DAY)
        self.assertEqual(clock.event(("s", "a", 1), 100 * DAY), 100 * DAY)

    def test_a_newer_incarnation_releases_the_older(self):
        clock = Clock()
        clock.event(("s", "p", 1), 5)
        clock.event(("s", "q", 1), 9)
        clock.event(("s", "p", 2), 7)
        self.assertEqual(clock.now, 7)


class Windows(unittest.TestCase):
    def test_a_window_of_two_days_and_what_leaves_it(self):
        replay = begin(feature("sum", window=("2d", "1d", "0s")))
        left = []
        replay.on_expiry = lambda moment, feature, key, before, after: left.append((before, after))
        got = moves(replay, event(0, {"x": 1}), event(DAY, {"x": 2}), event(2 * DAY, {"x": 4}), event(DAY, {"x": 8}), event(DAY - 1, {"x": 16}))
        self.assertEqual(got, [("counted", 0, 1), ("counted", 1, 3), ("counted", 2, 6), ("counted", 6, 14), ("late", None, None)])
        self.assertEqual(left, [(3, 2)])

    def test_lateness_keeps_a_pane_longer(self):
        replay = begin(feature("count", window=("1d", "1d", "1h")))
        self.assertEqual(moves(replay, event(0, {"x": 1}), event(DAY + HOUR - 1, {"x": 1}), event(0, {"x": 1}), event(DAY + HOUR, {"x": 1}),
                               event(0, {"x": 1})),
                         [("counted", 0, 1), ("counted", 1, 2), ("counted", 2, 3), ("counted", 1, 2), ("late", None, None)])

    def test_lateness_goes_by_the_events_own_partition(self):
        replay = begin(feature("count", window=("1d", "1d", "0s")))
        moves(replay, event(0, {"x": 1}, "slow"))
        self.assertEqual(moves(replay, event(5 * DAY, {"x": 1}, "fast"), event(0, {"x": 1}, "fast"), event(1, {"x": 1}, "slow")),
                         [("counted", 1, 2), ("late", None, None), ("counted", 2, 3)])

    def test_what_lies_ahead_of_the_clock_counts(self):
        replay = begin(feature("count", window=("1d", "1d", "0s")))
        self.assertEqual(moves(replay, event(0, {"x": 1}), event(400 * DAY, {"x": 1}), event(1, {"x": 1})),
                         [("counted", 0, 1), ("counted", 1, 2), ("counted", 2, 3)])

    def test_a_release_lets_the_clock_go_on(self):
        replay = begin(feature("max", window=("1d", "1d", "0s")))
        moves(replay, event(0, {"x": 9}, "a"), event(DAY, {"x": 1}, "b"))
        replay.note(Note("partition-released", released=(b"s", b"a", 1)))
        self.assertEqual(moves(replay, event(DAY, {"x": 2}, "b")), [("counted", 1, 2)])


class Chains(unittest.TestCase):
    def test_a_source_key_moves_from_one_key_to_another(self):
        replay = begin(feature("last", key="entity"), {"name": "g", "feature": "f", "key": "team", "aggregate": "sum"})
        got = moves(replay, event(0, {"x": 3}, team="a"), event(1, {"x": 5}, entity="e2", team="a"), event(2, {"x": 4}, team="b"))
        self.assertEqual(got, [("counted", None, 3), ("counted", 0, 3), ("counted", None, 5), ("counted", 3, 8),
                               ("counted", 3, 4), ("counted", 8, 5, "left"), ("counted", 0, 4)])

    def test_expiry_moves_what_is_computed_from_it(self):
        replay = begin(feature("count", key="entity", window=("1d", "1d", "0s")), {"name": "g", "feature": "f", "key": "none", "aggregate": "mean"})
        moves(replay, event(0, {"x": 1}), event(0, {"x": 1}), event(0, {"x": 1}, entity="e2"))
        self.assertEqual(moves(replay, event(DAY, {"x": 1}, entity="e3")), [("counted", 0, 1), ("counted", None, 1)])

    def test_who_leaves_a_pane_and_comes_back_comes_last(self):
        replay = begin(feature("sum", key="entity"), {"name": "g", "feature": "f", "key": "none", "aggregate": "sum", "window": ("2d", "1d", "0s")})
        left = []
        replay.on_expiry = lambda *said: left.append(said[-2:])
        moves(replay, event(0, {"x": 1}), event(0, {"x": 5}, entity="e2"), event(DAY, {"x": 1}), event(0, {"x": 1}),
              event(2 * DAY, {"x": 7}, entity="e3"))
        self.assertEqual(left, [(8, 3), (3, 0)])

    def test_a_pane_behind_its_own_window_makes_the_key_leave(self):
        replay = begin(feature("sum", key="entity"), {"name": "g", "feature": "f", "key": "none", "aggregate": "sum", "window": ("1d", "1d", "0s")})
        moves(replay, event(DAY, {"x": 1}), event(DAY, {"x": 2}, entity="e2"))
        self.assertEqual(moves(replay, event(0, {"x": 10})), [("counted", 1, 11), ("counted", 3, 2)])

    def test_of_an_estimate_is_an_estimate(self):
        replay = begin(feature("distinct", key="team"), {"name": "g", "feature": "f", "key": "none", "aggregate": "max"})
        items = [item for i in range(513) for item in replay.event(event(0, {"x": i}))]
        self.assertEqual([one.status for one in items[-4:]], ["counted"] * 2 + ["estimated"] * 2)


class Epochs(unittest.TestCase):
    def test_what_has_not_changed_goes_on(self):
        first = lineage(feature("count"), feature("sum", name="g"), {"name": "h", "feature": "g", "key": "none", "aggregate": "last"})
        second = lineage(feature("sum", name="g", other=1), {"name": "h", "feature": "g", "key": "none", "aggregate": "last"}, feature("count"))
        replay = Replay()
        replay.epoch(first)
        moves(replay, event(0, {"x": 2}))
        replay.epoch(second)
        self.assertEqual(moves(replay, event(0, {"x": 3})), [("counted", 0, 3), ("counted", None, 3), ("counted", 1, 2)])
        replay.epoch(lineage(feature("sum", name="g", other=1)))
        replay.epoch(second)
        self.assertEqual(moves(replay, event(0, {"x": 3})), [("counted", 3, 6), ("counted", None, 6), ("counted", 0, 1)])


class Models(unittest.TestCase):
    def test_movement_and_score(self):
        features = (feature("last", key="entity"), feature("count", key="field:k", fields=("k",), name="g"))
        replay = begin(*features, models=[{"name": "m", "kind": "linear", "intercept": 0.5, "inputs": [("f", 2.0), ("g", -1.0)]}])
        replay.event(event(0, {"x": 3, "k": "a"}))
        items = replay.event(event(1, {"x": 4}))
        (model, before, _, movement, _), = replay.scores(items)
        self.assertEqual((model.name, before, movement), ("m", 0.5 + 2 * 3 - 1, 2))
        items = replay.event(event(2, {"k": "b"}))
        (_, before, _, movement, _), = replay.scores(items)
        self.assertEqual((before, movement), (0.5 + 2 * 4, -1))


class Movement(unittest.TestCase):
    def test_sums_by_word_field_and_actor(self):
        replay = begin(feature("sum", fields=("x", "y")), models=[{"name": "m", "kind": "linear", "inputs": [("f", -2.0)]},
                                                                  {"name": "o", "kind": "opaque", "inputs": [("f", 0.5)]}])
        sums = Sums(replay)
        for one in (event(0, {"x": 3, "y": -1}, team="a", actor="p"), event(HOUR, {"x": -4}, team="b", actor="q"), event(HOUR, {"x": 2}, team="a", actor="p")):
            sums.event(one, replay.event(one))
        self.assertEqual(sums.by(("feature", "f"), "team"), {"a": [2, 4, 4], "b": [1, 4, -4]})
        self.assertEqual(sums.by(("feature", "f"), "field"), {"x": [3, 9, 1], "y": [1, 1, -1]})
        self.assertEqual(sums.by(("model", "m"), "team", 0, 1), {"a": [1, 4, -4]})
        self.assertEqual(sums.by(("model", "o"), "team"), {"a": [2, 2, 2], "b": [1, 2, 2]})
        self.assertEqual(shares(sums.by_actor(("feature", "f"))), {"p": 0.5, "q": 0.5})
        self.assertEqual(effective(sums.by_actor(("feature", "f"))), 2)

    def test_expiry_stands_beside_at_the_moment_when_it_left(self):
        replay = begin(feature("sum", window=("2h", "1h", "30m")))
        sums = Sums(replay)
        for one in (event(0, {"x": 3}), event(5 * HOUR, {"x": 1})):
            sums.event(one, replay.event(one))
        self.assertEqual(sums.words[("feature", "f"), 2, None, EXPIRY], [1, 3, -3])

    def test_early_and_late_movements_count_in_an_open_day(self):
        clock = 10 * DAY + HOUR
        cases = [(10 * DAY + 5 * HOUR, 245), (10 * DAY - 1, 240), (0, 240), (26 * DAY - 1, 623), (26 * DAY, 623), (99 * DAY, 623)]
        for time, expected in cases:
            self.assertEqual(hour_of(time, clock), expected, time)
        self.assertEqual(hour_of(9 * DAY, clock - 1), 9 * 24)

    def test_the_scale_is_the_last_ended_days(self):
        least, greatest = Scale.of([float(i) for i in range(1, 101)])
        self.assertLess(least, 50 / 1.349)
        self.assertGreater(greatest, 50 / 1.349)
        self.assertLess(greatest - least, 3.2)
        self.assertEqual(Scale.of([0.0, 0.0]), (1e-9, 1e-9))
        least, greatest = Scale.of([2000.0] * 5)
        self.assertTrue(least <= 2 <= greatest)

    def test_scaled_before_and_after_the_first_day(self):
        replay, scales = begin(feature("last")), Scales()
        for time, x in ((0, 1000), (DAY, 1000), (DAY + HOUR, 7)):
            one = event(time, {"x": x})
            items = replay.event(one)
            scales.clock(replay.clock.now)
            scaled = scales.check("f", items[0].movement, None), scales.check("f", items[0].movement, items[0].movement)
            scales.event(one, items, replay.clock.now)
            self.assertEqual(scaled, (time < DAY + HOUR, time >= DAY + HOUR))


class Lineage(unittest.TestCase):
    def test_the_canonical_text_is_read(self):
        with open(os.path.join(os.environ.get("SOURCE", "../../.."), "tests/fixtures/lineage/everything.canonical.yaml"), encoding="utf-8") as file:
            read = canonical.Lineage(file.read())
        by = read.by_name
        self.assertEqual(by["order_states"].codes, {"": 0.0, "\x01": 0.1, "null": 1e300, "\u2028\ufeff": 3.0})
        self.assertEqual(by["incident_priority"].filters[1:], [("field", "impact", frozenset({None, "1 - High"})), ("field", "team", frozenset({"a"}))])
        self.assertEqual((by["reopened"].key_field, by["reopened"].size, by["reopened"].lateness), ("assignment_group", 14 * DAY, 90 * 60_000))
        self.assertEqual((by["emptied"].fields, by["emptied"].value), (['na"me\\ ü'], None))
        self.assertEqual(read.models[0].inputs, [("incident_priority", 0.8, None), ("busiest_team", -3.0, None)])


class AgainstBruteForce(unittest.TestCase):
    """Random small streams: values that are kept up are those that are computed from the whole past."""

    def features(self, random_):
        windows = (None, ("1d", "1d", "0s"), ("3d", "12h", "6h"), ("1s", "100ms", "0s"), ("3650d", "1d", "1d"))
        keys = ("entity", "team", "none", "actor", "field:k")
        made = []
        for i, aggregate in enumerate(("last", "count", "sum", "mean", "min", "max", "distinct", "share", "rate") * 2):
            window = random_.choice(windows[1:] if aggregate == "rate" else windows)
            more = {"value": "done"} if aggregate == "share" else {}
            fields = ("s",) if aggregate in ("share", "distinct") else random_.choice((("x",), ("x", "y")))
            made.append(feature(aggregate, random_.choice(keys), window, fields, f"f{i}", **more))
        for i in range(14):
            aggregate = random_.choice(("last", "count", "sum", "mean", "min", "max", "rate"))
            window = random_.choice(windows[1:] if aggregate == "rate" else windows)
            source = random_.choice(made)["name"]
            made.append(feature(aggregate, random_.choice(keys[:4]), window, name=f"c{i}", feature=source))
        random_.shuffle(made)
        return made

    def event(self, random_, at):
        changes = {"x": random_.choice(NUMBERS + [1.5, 2, 3] * 10)} if random_.random() < 0.8 else {}
        if random_.random() < 0.4:
            changes["y"] = random_.randrange(5)
        if random_.random() < 0.6:
            changes["s"] = random_.choice(STATES)
        if random_.random() < 0.8:
            changes["k"] = random_.choice(GROUPS[:6])
        time = at + random_.choice((0, 0, 10, HOUR, -HOUR, -DAY, -5 * DAY, 12 * HOUR, 40 * DAY))
        return event(time, changes, random_.choice("ab"), entity=random_.choice(("e1", "e2", "e3", None)),
                     team=random_.choice(("t", "u", None)), actor=random_.choice(("p", "q", None)))

    def test_streams(self):
        for seed in range(12):
            random_ = random.Random(seed)
            text = lineage(*self.features(random_))
            replay, brute = Replay(), Brute(text)
            replay.epoch(text)
            for i in range(150):
                if random_.random() < 0.03:
                    note = Note("partition-released", released=(b"s", random_.choice((b"a", b"b")), 1))
                    replay.note(note)
                    brute.release(note)
                one = self.event(random_, i * 2 * HOUR)
                got = [(item.feature.name, item.key, item.left, item.status, item.before, item.after) for item in replay.event(one)]
                expected = [(item.feature.name, item.key, item.left, item.status, item.before, item.after) for item in brute.event(one)]
                self.assertEqual(got, expected, f"seed {seed}, event {i}")


class Compared(unittest.TestCase):
    """The comparison sees what is wrong."""

    def reported(self, **wrong):
        text = lineage(feature("sum"), models=[{"name": "m", "kind": "linear", "intercept": 1, "inputs": [("f", 2.0)]}])
        given = {"feature": "f", "status": "counted", "before": 0, "after": 3, "movement": 3, "scaled": None}
        model = {"model": "m", "before": 1, "movement": 6}
        given.update((key, value) for key, value in wrong.items() if key in given)
        model.update({"movement": wrong["model"]} if "model" in wrong else {})
        one = event(0, {"x": 3})
        comparison = Comparison(iter([{"record": one.record, "features": [given][:wrong.get("count", 1)], "models": [model]}]))
        comparison.record(Note("lineage", text))
        comparison.record(one)
        return comparison.differences

    def test_equal(self):
        self.assertEqual(self.reported(), [])
        self.assertEqual(self.reported(after=3 + 2e-9), [])

    def test_each_difference_is_seen(self):
        for wrong in ({"after": 3 + 1e-8}, {"before": None}, {"status": "late"}, {"movement": 2}, {"model": 6.1}, {"count": 0}):
            self.assertIn(len(self.reported(**wrong)), (1, 2), wrong)


if __name__ == "__main__":
    unittest.main()

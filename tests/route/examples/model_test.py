#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What fit.py of the examples stands on: settings, features, the model, the check. No log is needed."""
import gzip
import math
import os
import pathlib
import random
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["SOURCE"], "examples", "fit"))
import model

DAY = 86_400_000


def event(day, entity, team="a", op="update", **changes):
    return model.Event(day * DAY, entity, op, team, "desk", "Phone", changes)


def inputs(*features):
    given = [dict(feature, name=str(i)) for i, feature in enumerate(features)]
    return model.Inputs({"features": given}, {"inputs": [{"feature": f["name"]} for f in given]})


def after(events, feature, entity, day):
    """A feature's value for an entity on a day, after these events."""
    kept = inputs(feature)
    for one in events:
        kept.take(one)
    return kept.at(entity, day * DAY)[0]


class Settings(unittest.TestCase):
    def test_blocks_flows_quotes_and_comments_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.yaml")
            path.write_text('# first\na: {b: field:case:x, "c d": [1, -2.5, ~, true, "null",\n    e f]}  # why\n'
                            'list:\n  - name: "x # y"\n    inner:\n      - {k: v}\n      - plain\nlast: 2016-05-01\n')
            self.assertEqual(model.settings(path), {
                "a": {"b": "field:case:x", "c d": [1, -2.5, None, True, "null", "e f"]},
                "list": [{"name": "x # y", "inner": [{"k": "v"}, "plain"]}], "last": "2016-05-01"})


class Log(unittest.TestCase):
    def test_a_time_without_a_zone_is_utc(self):
        self.assertEqual(model.moment("1970-01-02T00:00"), DAY)
        self.assertEqual(model.moment("1970-01-02T01:00:00+01:00"), DAY)

    def test_a_wide_row_changes_what_differs_and_is_not_empty(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.csv.gz")
            path.write_bytes(gzip.compress(b"id,x,y,t\n1,a,b,0\n2,a,,1\n1,a,,2\n1,c,b,3\n"))
            self.assertEqual(list(model.wide_rows(path, ["x", "y"], "id", "t")),
                             [(("1", "0"), {"x": "a", "y": "b"}), (("2", "1"), {"x": "a"}), (("1", "2"), {}),
                              (("1", "3"), {"x": "c"})])


class Features(unittest.TestCase):
    def test_a_window_has_the_pane_of_now_and_those_before(self):
        events = [event(day, "e", team="a") for day in (1, 4, 9, 10)]
        week = {"key": "team", "aggregate": "count", "window": {"size": "7d", "pane": "1d"}}
        self.assertEqual([after(events, week, "e", day) for day in (10, 11, 15, 17)], [3, 2, 2, 0])

    def test_last_is_the_newest_number_and_other_moves_nothing(self):
        rank = {"field": "p", "encode": {"low": 1, "high": 3}, "key": "entity", "aggregate": "last"}
        events = [event(1, "e", p="high"), event(2, "e", p="odd"), event(3, "f", p="low")]
        self.assertEqual(after(events, rank, "e", 4), 3)
        self.assertEqual(after(events, dict(rank, other=7), "e", 4), 7)
        self.assertEqual(after(events, rank, "unknown", 4), 0)

    def test_a_filter_on_a_field_needs_that_field_changed(self):
        waits = {"field": "s", "filter": [{"field": "s", "is": ["wait"]}, {"field": "channel", "is": ["Phone"]}],
                 "key": "entity", "aggregate": "count"}
        events = [event(1, "e", s="wait"), event(1, "e", s="go"), event(1, "e", x=1), event(1, "e", s="wait")]
        self.assertEqual(after(events, waits, "e", 1), 2)

    def test_a_filter_on_the_operation_counts_those_alone(self):
        payments = {"filter": [{"field": "op", "is": ["Payment"]}], "key": "entity", "aggregate": "count"}
        events = [event(1, "e", op="Payment"), event(1, "e"), event(1, "e", op="Payment", x=1)]
        self.assertEqual(after(events, payments, "e", 1), 2)

    def test_distinct_counts_values_once_and_share_its_value(self):
        events = [event(1, "e", s=v) for v in (1, 2, 1, 1.0, False)]
        self.assertEqual(after(events, {"field": "s", "key": "entity", "aggregate": "distinct"}, "e", 1), 3)
        self.assertEqual(after(events, {"field": "s", "key": "entity", "aggregate": "share", "value": 1}, "e", 1), 0.6)

    def test_an_entity_sees_the_feature_of_the_group_that_it_has_now(self):
        load = {"field": "g", "key": "field:g", "aggregate": "count"}
        events = [event(1, "e", g="x"), event(1, "f", g="x"), event(1, "e", x=1), event(2, "f", g="y")]
        self.assertEqual([after(events, load, entity, 2) for entity in "ef"], [2, 1])


class Model(unittest.TestCase):
    def setUp(self):
        dice = random.Random(7)
        self.cases = []
        for _ in range(400):
            x = [dice.gauss(0, 1), float(dice.randrange(3))]
            self.cases.append(model.Case(x, int(dice.random() < 1 / (1 + math.exp(0.5 - x[0] + 0.5 * x[1])))))

    def test_no_small_step_makes_the_penalised_likelihood_greater(self):
        def likelihood(beta):
            odds = [(beta[0] + model.dot(beta[1:], case.inputs)) * (1 if case.outcome else -1) for case in self.cases]
            return -sum(math.log1p(math.exp(-z)) for z in odds) - model.RIDGE / 2 * model.dot(beta[1:], beta[1:])
        beta = model.logistic(self.cases)
        for i in range(len(beta)):
            for step in (-1e-3, 1e-3):
                moved = beta[:i] + [beta[i] + step] + beta[i + 1:]
                self.assertLess(likelihood(moved), likelihood(beta))

    def test_auc_is_the_share_of_pairs_ranked_right(self):
        beta = [0.0, 0.0, 1.0]  # the second input has three values: many ties
        true = [case.inputs[1] for case in self.cases if case.outcome]
        false = [case.inputs[1] for case in self.cases if not case.outcome]
        pairs = sum((a > b) + (a == b) / 2 for a in true for b in false)
        self.assertAlmostEqual(model.auc(beta, self.cases), pairs / len(true) / len(false), 12)


class Check(unittest.TestCase):
    def test_a_weight_that_is_off_is_named(self):
        declared = {"intercept": 1.0, "inputs": [{"feature": "a", "weight": 2.001}, {"feature": "b", "weight": -0.5}]}
        self.assertEqual(model.wrong_weights(declared, [1.0, 2.0, -0.5]), [])
        self.assertEqual(model.wrong_weights(declared, [1.0, 2.1, 0.5]),
                         ["lineage.yaml: a is 2.001, found 2.100", "lineage.yaml: b is -0.5, found 0.5000"])

    def test_a_page_that_says_another_figure_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "lineage.yaml").write_text("# it ranks\n# 50.1 % right\n")
            pathlib.Path(folder, "README.md").write_text("it ranks 50.2 %\nright")
            self.assertEqual(model.wrong_words(pathlib.Path(folder), "ranks 50.1 % right"),
                             ["README.md does not say: ranks 50.1 % right"])

    def test_four_digits_have_no_exponent(self):
        self.assertEqual([model.four_digits(x) for x in (1234.56, 3.21149, -0.00078561, 1e-28)],
                         ["1235", "3.211", "-0.0007856", "0"])


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""Whose a value is (docs/influence.md), exactly: every origin's weight, to compare with the heaviest that are shown."""
import collections

from movement import added

HELD = 8


class Whose:
    def __init__(self, replay):
        self.replay = replay
        self.taken = collections.defaultdict(list)   # (column, which an epoch may begin anew, key): [(pane, actor, observation)]
        replay.on_observation = self.observation

    def observation(self, feature, key, pane, event, one):
        self.taken[self.replay.columns[feature.name], key].append((pane, event.actor, one))

    def inside(self, name, key):
        feature = self.replay.lineage.by_name[name]
        first = feature.first(self.replay.clock.now) if feature.pane else 0
        return feature, [(actor, one) for pane, actor, one in self.taken[self.replay.columns[name], key] if not feature.pane or pane >= first]

    def weights(self, name, key):
        """{actor: weight}; of last, min and max the one whose number it is."""
        feature, inside = self.inside(name, key)
        if feature.aggregate == "last":
            actor, _ = max(inside, key=lambda one: one[1].order)
            return {actor: 1.0}
        if feature.aggregate in ("min", "max"):
            best = (min if feature.aggregate == "min" else max)(one.number for _, one in inside)
            return {next(actor for actor, one in inside if one.number == best): 1.0}
        weights = collections.defaultdict(list)
        for actor, one in inside:
            weights[actor].append(abs(one.number) if feature.aggregate == "sum" else 1.0)
        return {actor: added(those) for actor, those in weights.items()}

    @staticmethod
    def problems(name, key, exact, shown, remainder, bound, total):
        """exact: {actor: weight}; shown: {actor: lower bound of its weight}, the heaviest."""
        whole = added(exact.values())
        if whole > 1e307:   # weights beyond the range of a double stop at its end
            return
        slack = 1e-9 * whole
        if abs(total - whole) > slack:
            yield f"{name} {key!r}: total {total!r}, exactly {whole!r}"
        if bound > whole / (HELD + 1) + slack:
            yield f"{name} {key!r}: the bound of the error is {bound!r}, more than a ninth of {whole!r}"
        if abs(total - added(shown.values()) - remainder) > slack:
            yield f"{name} {key!r}: the remainder is {remainder!r}, not the total less what is shown"
        for actor, weight in shown.items():
            if not weight - slack <= exact.get(actor, 0.0) <= weight + bound + slack:
                yield f"{name} {key!r}: {actor} has {exact.get(actor, 0.0)!r}, not between {weight!r} and {weight + bound!r}"
        for actor, weight in exact.items():
            if actor not in shown and weight > bound + slack:
                yield f"{name} {key!r}: {actor} is missing with {weight!r}, more than the bound {bound!r}"

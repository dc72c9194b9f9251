# SPDX-License-Identifier: Apache-2.0
"""The table of cases: a name, what is done, and how often in the short and in the long form."""

import dataclasses
import typing


@dataclasses.dataclass
class Case:
    name: str
    what: str
    play: typing.Callable
    short: int
    long: int


CASES = {}


def case(name, what, short=1, long=5):
    """Registers play(world, name, times), which gives a stage.Verdict."""
    def register(play):
        CASES[name] = Case(name, what, play, short, long)
        return play
    return register

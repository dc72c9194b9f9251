#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Why late_decision claims no weights: what the log tells of applications that are decided late.

A case is an application two weeks after its first step, if it is not decided and not due by then:
the inputs are what events before that moment left. What came true is known at its deadline: it is
decided by then or not. Fitted on those due before the cut; held out are those that reach their two
weeks from the cut on and are due within the log.

Three fits: with all inputs, with all but responsible_load, and with those alone that read no column
of the case but its channel. For no column of a case ever changes in this export, so what it says
may be what was known last.
"""
import collections
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fit"))
import model

DAY_MS = 86_400_000
TWO_WEEKS_MS = 14 * DAY_MS
COLUMNS = ("case", "time:timestamp", "concept:name", "org:group", "case:channel", "case:startdate", "case:deadline",
           "case:enddate")


class Application:
    """What the rows of an application say, times in ms; end is None if it is not decided in the log."""

    def __init__(self, first, start, due, end):
        self.first, self.start, self.due, self.end = first, start, due, end
        self.moved = False  # whether a column of the case changed after the first row


def cases(rows, inputs, cut):
    """The cases to fit on, those held out, and all applications by name."""
    applications, scored, waiting = {}, {}, collections.deque()
    for (case, time, op, team, channel, start, due, end), changes in rows:
        time = model.moment(time)
        while waiting and waiting[0][0] <= time:
            moment, entity = waiting.popleft()
            scored[entity] = inputs.at(entity, moment)
        if case not in applications:
            dates = model.moment(start), model.moment(due), model.moment(end) if end else None
            applications[case] = Application(time, *dates)
            waiting.append((time + TWO_WEEKS_MS, case))
        elif any(column.startswith("case:") for column in changes):
            applications[case].moved = True
        inputs.take(model.Event(time, case, op, None if team == "EMPTY" else team, "permits", channel, changes))
    sides = [], []
    for case, values in scored.items():
        due, end, moment = applications[case].due, applications[case].end, applications[case].first + TWO_WEEKS_MS
        is_open = due > moment and (end is None or end > moment)
        if is_open and (due < cut or cut <= moment and due < time):
            sides[moment >= cut].append(model.Case(values, int(end is None or end > due)))
    return *sides, applications


def tried(title, declared, sides, places):
    """Fits on some of the inputs and says what came out; the share of later pairs ranked right."""
    own, later = [[model.Case([case.inputs[i] for i in places], case.outcome) for case in side] for side in sides]
    beta = model.logistic(own)
    print(title)
    model.show({"inputs": [declared["inputs"][i] for i in places]}, beta, own, later)
    return model.auc(beta, later)


def sentences(all_worth, rest_worth, steps_worth, later, applications):
    """What lineage.yaml and README.md have to say: what the fits are worth, and why the best does not count."""
    late, bound = model.base_rate(later), model.percent(model.chance(later))
    far = sum(a.due - a.start > 57 * DAY_MS for a in applications)
    moved = sum(a.moved for a in applications)
    return [f"On what the steps tell, it ranks {model.percent(steps_worth)} of all pairs right among the {len(later)} "
            f"later ones ({late} late): chance, which gives 50.0 % ± {bound}.",
            f"With the columns of the case it ranks {model.percent(all_worth)} right, but they change in {moved} of "
            f"{len(applications):,} applications, and {far} name, from the first row on, a "
            f"deadline more than 57 days after their start: the usual is 56.",
            f"Without responsible_load, which goes by the column that says who is responsible, "
            f"{model.percent(rest_worth)} are left"]


def wrong(arguments, declared, said, steps_worth, later):
    """What --check has to complain of."""
    complaints = [words for sentence in said for words in model.wrong_words(arguments.folder, sentence)]
    if declared["kind"] != "opaque":
        complaints.append("lineage.yaml: late_decision is not opaque")
    if abs(steps_worth - 0.5) > model.chance(later):
        complaints.append("the steps alone rank better than chance: late_decision may claim weights")
    return complaints


def main():
    arguments, lineage, declared = model.start(__file__, "late_decision")
    columns = model.settings(arguments.folder / "dyetrace.yaml")["sources"][0]["mapping"]["changes"]["wide"]
    inputs = model.Inputs(lineage, declared)
    rows = model.wide_rows(arguments.log, columns, *COLUMNS)
    own, later, applications = cases(rows, inputs, model.moment(declared["trained"][0]["cut"]))
    every = range(len(inputs.features))
    rest = [i for i in every if inputs.features[i].name != "responsible_load"]
    steps = [i for i in every if not any(field.startswith("case:") for field in inputs.features[i].needs())]
    all_worth = tried("All inputs:", declared, (own, later), every)
    rest_worth = tried("All but responsible_load:", declared, (own, later), rest)
    steps_worth = tried("Those that read no column of the case but its channel:", declared, (own, later), steps)
    said = sentences(all_worth, rest_worth, steps_worth, later, applications.values())
    print("\n".join(said))
    model.finish(arguments, wrong(arguments, declared, said, steps_worth, later))


if __name__ == "__main__":
    main()

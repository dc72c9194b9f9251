#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
The weights of collection, found again from the log: which penalties end in credit collection.

A case is a fine at the moment its penalty is added: the inputs are what earlier events left. What
came true is whether it is sent for credit collection within three years: collections are sent in
batches nine months to two years apart. So the model of 2008 is fitted on the penalties of before 2005,
whose ends are known at the cut; held out are those from the cut on whose ends the log still knows.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fit"))
import model

THREE_YEARS_MS = 3 * 365 * 86_400_000


def events(path, columns):
    """The log as dyetrace.yaml maps it."""
    for (case, time, op), changes in model.wide_rows(path, columns, "case", "time:timestamp", "concept:name"):
        yield model.Event(model.moment(time), case, op, None, "fines", None, changes)


def cases(log, inputs, cut):
    """The cases to fit on and those held out."""
    penalty, collected = {}, {}
    for event in log:
        if event.op == "Add penalty":
            penalty[event.entity] = (event.time, inputs.at(event.entity, event.time))
        if event.op == "Send for Credit Collection":
            collected[event.entity] = event.time
        inputs.take(event)
    end = event.time
    sides = [], []
    for entity, (time, values) in penalty.items():
        known = time + THREE_YEARS_MS
        if known < cut or cut <= time and known <= end:
            sides[time >= cut].append(model.Case(values, int(collected.get(entity, known + 1) <= known)))
    return sides


def sentence(beta, own, later):
    """What lineage.yaml and README.md have to say."""
    own_rate, later_rate = model.base_rate(own), model.base_rate(later)
    own_worth, later_worth = model.percent(model.auc(beta, own)), model.percent(model.auc(beta, later))
    return (f"Fitted on the {len(own):,} penalties of before 2005 ({own_rate} collected), it ranks {own_worth} of "
            f"their pairs right, and {later_worth} of those of the {len(later):,} from 2008 to June 2010 "
            f"({later_rate} collected).")


def main():
    arguments, lineage, declared = model.start(__file__, "collection")
    columns = model.settings(arguments.folder / "dyetrace.yaml")["sources"][0]["mapping"]["changes"]["wide"]
    cut = model.moment(declared["trained"][0]["cut"])
    own, later = cases(events(arguments.log, columns), model.Inputs(lineage, declared), cut)
    beta = model.logistic(own)
    model.show(declared, beta, own, later)
    said = sentence(beta, own, later)
    print(said)
    model.finish(arguments, model.wrong_weights(declared, beta) + model.wrong_words(arguments.folder, said))


if __name__ == "__main__":
    main()

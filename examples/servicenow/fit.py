#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
The weights of sla_breach, found again from the log: which incidents break their service level.

A case is an incident at the moment it is first resolved: the inputs are what the events before the
resolving one left. Of an incident that is created resolved nothing is known before: it is no case.
What came true is known when the incident is closed: made_sla is false or true then. Fitted on the
incidents closed before the cut; held out are those first resolved from the cut on.
"""
import gzip
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fit"))
import model


def events(path):
    """The log as dyetrace.yaml maps it."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield model.Event(model.moment(row["time"]), row["entity"], row["op"], row["team"], row["system"],
                              row["channel"], {field: new for field, _, new in row["changes"]})


def cases(log, inputs, cut):
    """The cases to fit on and those held out."""
    resolved, broken, closed = {}, {}, {}
    for event in log:
        state, entity = event.changes.get("incident_state"), event.entity
        if state == "Resolved" and entity not in resolved:
            resolved[entity] = (event.time, inputs.at(entity, event.time) if event.op != "create" else None)
        if "made_sla" in event.changes:
            broken[entity] = int(event.changes["made_sla"] is False)
        if state == "Closed":
            closed[entity] = (event.time, broken[entity])
        inputs.take(event)
    sides = [], []
    for entity, (time, values) in resolved.items():
        if values and (time >= cut or closed[entity][0] < cut):
            sides[time >= cut].append(model.Case(values, closed[entity][1]))
    return sides


def sentence(beta, own, later, cut):
    """What lineage.yaml and README.md have to say."""
    own_rate, later_rate = model.base_rate(own), model.base_rate(later)
    own_worth, later_worth = model.percent(model.auc(beta, own)), model.percent(model.auc(beta, later))
    return (f"Fitted on the {len(own):,} incidents closed before {cut} ({own_rate} broken), it ranks {later_worth} of "
            f"all pairs of a kept and a broken service level right among the {len(later):,} first resolved later "
            f"({later_rate} broken), and {own_worth} among its own.")


def main():
    arguments, lineage, declared = model.start(__file__, "sla_breach")
    cut = declared["trained"][0]["cut"]
    own, later = cases(events(arguments.log), model.Inputs(lineage, declared), model.moment(cut))
    beta = model.logistic(own)
    model.show(declared, beta, own, later)
    said = sentence(beta, own, later, cut)
    print(said)
    model.finish(arguments, model.wrong_weights(declared, beta) + model.wrong_words(arguments.folder, said))


if __name__ == "__main__":
    main()

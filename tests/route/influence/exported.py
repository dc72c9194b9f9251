# SPDX-License-Identifier: Apache-2.0
"""The JSON lines of `dyetrace export` (docs/export.md), read into plain objects."""
import json
import math
import re

DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # a number as JSON writes them
INFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Hashed:
    """A text that is known by its digest only."""

    def __init__(self, mac):
        self.mac = mac


def value_of(given):
    if isinstance(given, dict):
        return INFINITE[given["number"]] if "number" in given else Hashed(given["mac"])
    return given


def text_of(value):
    """A value as keys, filters, codes and `value` compare it; None is the value null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Hashed):
        return "\0" + value.mac
    if not math.isfinite(value):
        return repr(value)
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def number_of(value):
    """What `encode: numeric` makes of a value; None: no number. -0 is 0."""
    if isinstance(value, str):
        if not DECIMAL.fullmatch(value):
            return None
        value = float(value)
    elif value is None or isinstance(value, Hashed):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value + 0.0 if math.isfinite(value) else None


class Event:
    __slots__ = ("record", "partition", "offset", "time", "id", "dataset", "entity", "op", "actor", "team", "system",
                 "channel", "changes", "fields", "short")

    def __init__(self, line):
        self.record, self.offset, self.time, self.id = line["record"], line["offset"], line["time_ms"], line.get("id")
        self.partition = (line["source"].encode(), line["partition"].encode(), line["incarnation"])
        self.dataset, self.entity, self.op = line["dataset"], line["entity"], line["op"]
        self.actor, self.team, self.system, self.channel = line["actor"], line["team"], line["system"], line["channel"]
        self.short = line.get("actor_short")
        self.changes = {change["field"]: value_of(change["new"]) for change in line["changes"]}
        self.fields = tuple(sorted(self.changes, key=lambda name: name.encode()))


class Note:
    __slots__ = ("record", "what", "epoch", "body", "released")

    def __init__(self, line):
        self.record, self.what, self.epoch, self.body = line["record"], line["what"], line.get("epoch"), line["body"]
        released = line.get("released")
        self.released = released and (released["source"].encode(), released["partition"].encode(), released["incarnation"])


def records(lines):
    """Events and notes in the order of the ledger."""
    for line in lines:
        parsed = json.loads(line)
        if parsed["kind"] == "event":
            yield Event(parsed)
        elif parsed["kind"] == "note":
            yield Note(parsed)


def influences(lines):
    """{"record", "features", "models"} in the order of the ledger"""
    return map(json.loads, lines)

# SPDX-License-Identifier: Apache-2.0
"""Writes a lineage file from plain dictionaries, for streams that are made here."""
import json


def text(value):
    if value is None:
        return "null"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def feature_lines(one):
    yield f"  - name: {text(one['name'])}"
    for key in ("dataset", "feature"):
        if key in one:
            yield f"    {key}: {text(one[key])}"
    if "fields" in one:
        yield "    fields:"
        yield from (f"      - {text(field)}" for field in one["fields"])
    if isinstance(one.get("encode"), dict):
        yield "    encode:"
        yield from (f"      {text(code)}: {number!r}" for code, number in one["encode"].items())
    elif "encode" in one:
        yield "    encode: numeric"
    if "encode" in one:
        yield f"    other: {one.get('other', 'error-count')}"
    if "filter" in one:
        yield "    filter:"
        for field, values in one["filter"]:
            yield f"      - field: {text(field) if ':' in field else field}"
            yield "        is:"
            yield from (f"          - {text(value)}" for value in values)
    yield f"    key: {text(one['key']) if ':' in one['key'] else one['key']}"
    yield f"    aggregate: {one['aggregate']}"
    if "value" in one:
        yield f"    value: {text(one['value'])}"
    if "window" in one:
        size, pane, lateness = one["window"]
        yield f"    window: {{size: {size}, pane: {pane}, lateness: {lateness}}}"


def model_lines(one):
    yield f"  - name: {text(one['name'])}"
    yield "    version: \"1\""
    yield f"    kind: {one['kind']}"
    if one["kind"] != "opaque":
        yield f"    intercept: {one.get('intercept', 0)}"
    yield "    inputs:"
    for feature, weight in one["inputs"]:
        if one["kind"] != "opaque":
            yield f"      - {{feature: {text(feature)}, weight: {weight!r}}}"
        elif weight is None:
            yield f"      - {{feature: {text(feature)}}}"
        else:
            yield f"      - {{feature: {text(feature)}, sensitivity: {weight!r}, source: \"made up\", date: 2026-01-01T00:00:00Z}}"


def lineage_text(datasets, features, models=()):
    lines = ["version: 1", "datasets:"]
    lines += [f"  - name: {text(name)}" for name in datasets]
    lines.append("features:")
    for one in features:
        lines += feature_lines(one)
    if models:
        lines.append("models:")
        for one in models:
            lines += model_lines(one)
    return "\n".join(lines) + "\n"

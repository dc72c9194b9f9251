# SPDX-License-Identifier: Apache-2.0
"""The canonical text of a lineage (schemas/lineage.md), read into features and models.

Only the subset of YAML that the canonical text uses: blocks of two-space steps, flow maps, texts in double
quotes. What has no quotes is a number, a word, a duration or a time; null without quotes is None.
"""
import datetime
import re

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", " ": " ",
           '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}


def unquoted(inner):
    """The text between double quotes."""
    def one(match):
        mark = match.group(1)
        return chr(int(mark[1:], 16)) if len(mark) > 1 else ESCAPES[mark]
    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", one, inner)


class Quoted(str):
    """A text that stood in quotes, so that "null" is not null."""


def scalar(text):
    if text.startswith('"'):
        return Quoted(unquoted(text[1:-1]))
    return None if text == "null" else text


def split_key(text):
    """`key: rest` or `"key": rest`; None when the text is no entry of a map."""
    match = re.match(r'("(?:[^"\\]|\\.)*"|[^\s":{\[][^":]*):(?: +(.*))?$', text, re.S)
    return match and (scalar(match.group(1)), match.group(2) or "")


def flow(text):
    """{a: 1, "b": {c: d}}"""
    result, key, stack = {}, None, []
    position = 1
    while position < len(text):
        if text[position] in " ,":
            position += 1
        elif text[position] == "}":
            position += 1
            if not stack:
                return result
            outer, name = stack.pop()
            outer[name] = result
            result = outer
        else:
            match = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s":{}]+): *').match(text, position)
            key, position = scalar(match.group(1)), match.end()
            if text[position] == "{":
                stack.append((result, key))
                result, position = {}, position + 1
                continue
            match = re.compile(r'"(?:[^"\\]|\\.)*"|[^,{}]+').match(text, position)
            result[key], position = scalar(match.group().strip()), match.end()
    raise ValueError(f"no end: {text}")


def value(text):
    return flow(text) if text.startswith("{") else scalar(text)


class Blocks:
    """A cursor over (indentation, text) lines."""

    def __init__(self, text):
        self.lines = [(len(line) - len(line.lstrip(" ")), line.strip(" ")) for line in text.split("\n") if line.strip(" ")]
        self.at = 0

    def block(self, indent):
        if self.lines[self.at][1].startswith("- "):
            return self.items(indent)
        return self.entries(indent)

    def items(self, indent):
        result = []
        while self.at < len(self.lines) and self.lines[self.at][0] == indent and self.lines[self.at][1].startswith("- "):
            inner = self.lines[self.at][1][2:]
            if inner.startswith("{") or not split_key(inner):
                result.append(value(inner))
                self.at += 1
            else:
                self.lines[self.at] = (indent + 2, inner)
                result.append(self.entries(indent + 2))
        return result

    def entries(self, indent):
        result = {}
        while self.at < len(self.lines) and self.lines[self.at][0] == indent and not self.lines[self.at][1].startswith("- "):
            key, rest = split_key(self.lines[self.at][1])
            self.at += 1
            result[key] = value(rest) if rest else self.block(self.lines[self.at][0])
        return result


def duration(text):
    match = re.fullmatch(r"(\d+)([a-z]+)", text)
    return int(match.group(1)) * UNITS[match.group(2)]


def moment(text):
    """ISO 8601 in UTC to ms since 1970."""
    parsed = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = parsed - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


class Feature:
    """One feature; `same` decides whether its values go on through a new epoch."""

    def __init__(self, given):
        self.name = str(given["name"])
        self.source = given.get("feature")
        self.dataset = given.get("dataset")
        self.fields = sorted(given.get("fields", []), key=lambda name: name.encode())
        encode = given.get("encode")
        self.numeric = encode == "numeric" and not isinstance(encode, Quoted)
        self.codes = {str(code): float(number) for code, number in encode.items()} if isinstance(encode, dict) else None
        other = given.get("other", "error-count")
        self.other = None if other == "error-count" else float(other)
        self.filters = [(*subject(one["field"], FILTERED), frozenset(None if v is None else str(v) for v in one["is"]))
                        for one in given.get("filter", [])]
        self.key, self.key_field = subject(given["key"], KEYED)
        self.aggregate = given["aggregate"]
        self.value = given.get("value")
        window = given.get("window")
        self.size = duration(window["size"]) if window else None
        self.pane = duration(window["pane"]) if window else None
        self.lateness = duration(window.get("lateness", "0s")) if window else 0
        self.panes = self.size // self.pane if window else None
        self.days = self.size / 86_400_000 if window else None
        self.given = given

    def first(self, clock):
        """The lowest pane in the window when the clock, or a partition's time, stands there."""
        return (clock - self.lateness) // self.pane - self.panes + 1


FILTERED = ("team", "system", "channel", "op")
KEYED = ("entity", "team", "system", "channel", "actor", "none")


def subject(text, words):
    """(word, None) of the event's own words, ("field", name) of a field."""
    if text in words:
        return str(text), None
    return "field", text[6:] if text.startswith("field:") else str(text)


class Model:
    def __init__(self, given):
        self.name, self.kind = str(given["name"]), given["kind"]
        self.intercept = float(given.get("intercept", 0))
        self.inputs = [(str(one["feature"]), float(one["weight"]) if "weight" in one else None,
                        float(one["sensitivity"]) if "sensitivity" in one else None) for one in given["inputs"]]


class Lineage:
    def __init__(self, text):
        tree = Blocks(text).block(0)
        self.features = [Feature(one) for one in tree.get("features", [])]
        self.models = [Model(one) for one in tree.get("models", [])]
        self.by_name = {feature.name: feature for feature in self.features}

    def definition(self, name):
        """What must not change for the values to go on: its own text, and that of all it is computed from."""
        feature = self.by_name[name]
        return (repr(feature.given), self.definition(feature.source) if feature.source else None)

    def in_order(self):
        """Sources before what is computed from them."""
        done, order = set(), []

        def add(feature):
            if feature.name in done:
                return
            if feature.source:
                add(self.by_name[feature.source])
            done.add(feature.name)
            order.append(feature)
        for feature in self.features:
            add(feature)
        return order

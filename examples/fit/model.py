# SPDX-License-Identifier: Apache-2.0
"""
What the fit.py of the examples share: the settings, the log, the features, the model, the check.

Features are computed as lineage.yaml defines them (schemas/lineage.md), event by event in the
order of the log, and looked at before the event of the scoring moment is taken: no case knows
anything that happens at its moment or later. Only Python's own library is needed.
"""
import argparse
import collections
import csv
import datetime
import functools
import gzip
import math
import operator
import pathlib
import re
import sys

RIDGE = 1.0
# A committed weight is right if it is this near to the one that is found; it is printed to 4 digits.
TOLERANCE = 0.001

# One event as the mapping of dyetrace.yaml makes it. time: ms since 1970, UTC; changes: field -> new value.
Event = collections.namedtuple("Event", "time entity op team system channel changes")

# One scored case: what the model read, and whether what it predicts came true (1 or 0).
Case = collections.namedtuple("Case", "inputs outcome")


# ---- Settings: the part of YAML that the example files use (blocks, flows, quotes, comments).

TOKEN = re.compile(r'\s*("[^"]*"|[\[\]{},]|:(?=\s|$)|(?:[^\s,\[\]{}:"]|:(?=\S)|[ ](?=[^\s,#\]}:]))+)')


def scalar(token):
    """The value that a token writes: text in quotes, true, null, a number, else text."""
    if token.startswith('"'):
        return token[1:-1]
    if token in ("true", "false"):
        return token == "true"
    if token in ("null", "~"):
        return None
    if re.fullmatch(r"-?\d+", token):
        return int(token)
    if re.fullmatch(r"-?\d*\.?\d+(e-?\d+)?", token):
        return float(token)
    return token


def flow(tokens):
    """The value that a list of tokens begins with; what is read is taken off the list."""
    token = tokens.pop(0)
    if token == "[":
        return list(flow_items(tokens, "]"))
    if token == "{":
        return {key: value for key, value in flow_items(tokens, "}")}
    return scalar(token)


def flow_items(tokens, end):
    while tokens[0] != end:
        item = flow(tokens)
        if end == "}":
            tokens.pop(0)
            item = (str(item), flow(tokens))
        yield item
        if tokens[0] == ",":
            tokens.pop(0)
    tokens.pop(0)


def block(lines, indent):
    """The list or map whose lines begin at indent; what is read is taken off the lines."""
    items, entries = [], {}
    while lines and lines[0][0] == indent:
        text = lines.pop(0)[1]
        if text.startswith("- "):
            lines.insert(0, (indent + 2, text[2:]))
            items.append(block_item(lines, indent + 2))
        else:
            tokens = TOKEN.findall(text)
            key, rest = str(scalar(tokens[0])), tokens[2:]
            entries[key] = flow(rest) if rest else block(lines, lines[0][0])
    return items or entries


def block_item(lines, indent):
    tokens = TOKEN.findall(lines[0][1])
    if tokens[0] not in "[{" and tokens[1:2] == [":"]:
        return block(lines, indent)
    lines.pop(0)
    return flow(tokens)


def unfinished(text):
    """Whether a list or map in brackets goes on in the next line."""
    brackets = [token for token in TOKEN.findall(text) if token in "[]{}"]
    return len(brackets) % 2 == 1 or sum(token in "[{" for token in brackets) * 2 != len(brackets)


def settings(path):
    """The content of a settings file as lists, maps and values."""
    lines = []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        text = re.sub(r'^((?:[^"#]|"[^"]*"|(?<!\s)#)*?)(?:(?:^|\s)#.*)?$', r"\1", line).rstrip()
        if lines and unfinished(lines[-1][1]):
            lines[-1] = (lines[-1][0], lines[-1][1] + " " + text.strip())
        elif text.strip():
            lines.append((len(text) - len(text.lstrip()), text.strip()))
    return block(lines, 0)


# ---- The log.

@functools.lru_cache(maxsize=None)
def moment(text):
    """ms since 1970 of an ISO 8601 time; UTC if it names no zone."""
    time = datetime.datetime.fromisoformat(text)
    return int((time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)).timestamp() * 1000)


def wide_rows(path, columns, *others):
    """
    Of each row of a CSV file: the cells of the other columns, of which the first names the entity, and
    the changes as the mapping `{wide: columns, empty: absent}` makes them: the cells that are not
    empty and differ from the last ones of the same entity.
    """
    known = collections.defaultdict(dict)
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        head = next(rows)
        places = [(column, head.index(column)) for column in columns]
        cells = operator.itemgetter(*map(head.index, others))
        for row in rows:
            given = cells(row)
            last = known[given[0]]
            changes = {column: row[i] for column, i in places if row[i] and last.get(column) != row[i]}
            last.update(changes)
            yield given, changes


# ---- Features.

def as_text(value):
    """As the lineage compares values: whole numbers in decimal, true and false in small letters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value if value is None else str(value)


def span_ms(text):
    """A duration as the lineage writes it: 36h, 7d."""
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * units[unit]


class Feature:
    """One feature of the lineage: for each value of its key, one cell for each pane that has events."""

    ORIGIN = ("op", "team", "system", "channel")

    def __init__(self, row):
        self.name, self.key, self.aggregate = row["name"], row["key"], row["aggregate"]
        if self.aggregate not in ("count", "last", "distinct", "share") or "feature" in row:
            sys.exit(f"{self.name}: only count, last, distinct and share of a dataset are computed here")
        self.field, self.encode = row.get("field"), row.get("encode")
        self.other, self.value = row.get("other"), as_text(row.get("value"))
        self.filter = [(f["field"], {as_text(v) for v in f["is"]}) for f in row.get("filter", [])]
        window = row.get("window")
        self.pane = span_ms(window["pane"]) if window else 0
        self.panes = span_ms(window["size"]) // self.pane if window else 0
        self.cells = collections.defaultdict(dict)  # key -> pane (0 without a window) -> cell

    def needs(self):
        """The fields that an event must change to reach the feature."""
        fields = {field for field, _ in self.filter if field not in self.ORIGIN}
        fields |= {self.field} if self.field else set()
        return fields | ({self.key[6:]} if self.key.startswith("field:") else set())

    def passes(self, event):
        for field, wanted in self.filter:
            value = getattr(event, field) if field in self.ORIGIN else event.changes[field]
            if as_text(value) not in wanted:
                return False
        return True

    def may_count(self, event):
        """Whether events of this operation that change these fields reach the feature at all."""
        wrong_op = any(field == "op" and event.op not in wanted for field, wanted in self.filter)
        return not wrong_op and self.needs() <= event.changes.keys()

    def number(self, value):
        """The number that a value counts as, None if it counts as none."""
        if self.encode == "numeric":
            try:
                return float(value)
            except (TypeError, ValueError):
                pass
        elif as_text(value) in self.encode:
            return float(self.encode[as_text(value)])
        return None if self.other in (None, "error-count") else float(self.other)

    def take(self, event, key):
        """Counts one event that changes all the fields that are needed."""
        if key is None or self.filter and not self.passes(event):
            return
        cells, pane = self.cells[key], event.time // self.pane if self.pane else 0
        value = event.changes[self.field] if self.field else None
        if self.aggregate == "count":
            cells[pane] = cells.get(pane, 0) + 1
        elif self.aggregate == "last":
            number = self.number(value)
            if number is not None:
                cells[pane] = number
        elif self.aggregate == "distinct":
            cells.setdefault(pane, set()).add(as_text(value))
        else:
            hits, all_of_them = cells.get(pane, (0, 0))
            cells[pane] = (hits + (as_text(value) == self.value), all_of_them + 1)

    def at(self, key, now):
        """The feature's value for a key; the window ends with the pane of `now`. 0 where nothing is known."""
        cells = self.cells.get(key)
        if cells and self.pane:
            last = now // self.pane
            cells = {pane: cells[pane] for pane in range(last - self.panes + 1, last + 1) if pane in cells}
        if not cells:
            return 0.0
        if self.aggregate == "count":
            return float(sum(cells.values()))
        if self.aggregate == "last":
            return cells[max(cells)]
        if self.aggregate == "distinct":
            return float(len(set().union(*cells.values())))
        return sum(hits for hits, _ in cells.values()) / sum(count for _, count in cells.values())


class Inputs:
    """The inputs of one model, kept up to date event by event."""

    def __init__(self, lineage, model):
        rows = {row["name"]: row for row in lineage["features"]}
        self.features = [Feature(rows[given["feature"]]) for given in model["inputs"]]
        self.reached = {}  # operation, fields that an event changes -> the features that it may reach
        self.keyed = {feature.key[6:] for feature in self.features if feature.key.startswith("field:")}
        self.keys = {}  # entity -> key -> the value that it has there now

    def take(self, event):
        kind = event.op, *event.changes
        if kind not in self.reached:
            self.reached[kind] = [f for f in self.features if f.may_count(event)]
        keys = self.keys.setdefault(event.entity, {"entity": event.entity})
        keys["team"] = event.team
        for field in self.keyed:
            if field in event.changes:
                keys["field:" + field] = event.changes[field]
        for feature in self.reached[kind]:
            feature.take(event, keys[feature.key])

    def at(self, entity, now):
        """What the model reads of an entity, and of the team, place or person that it has now."""
        keys = self.keys.get(entity, {"entity": entity})
        return [feature.at(keys.get(feature.key), now) for feature in self.features]


# ---- The model.

def dot(a, b):
    return sum(map(operator.mul, a, b))


def solve(matrix, right):
    """x of matrix x = right, by Gauss' elimination with partial pivots."""
    rows = [row + [value] for row, value in zip(matrix, right)]
    for i in range(len(rows)):
        best = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for r in range(i + 1, len(rows)):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    x = [0.0] * len(rows)
    for i in reversed(range(len(rows))):
        x[i] = (rows[i][-1] - dot(rows[i][i + 1:-1], x[i + 1:])) / rows[i][i]
    return x


def newton_step(columns, outcomes, beta):
    """What to add to beta: the slope of the penalised log-likelihood over its curvature."""
    ridges = [0.0] + [RIDGE] * (len(beta) - 1)
    share = [1 / (1 + math.exp(-z)) for z in (dot(beta, row) for row in zip(*columns))]
    weight = [p * (1 - p) for p in share]
    miss = list(map(operator.sub, outcomes, share))
    slope = [dot(column, miss) - ridge * b for column, ridge, b in zip(columns, ridges, beta)]
    curve = [[0.0] * len(beta) for _ in beta]
    for i, column in enumerate(columns):
        scaled = list(map(operator.mul, column, weight))
        for k in range(i, len(beta)):
            curve[i][k] = curve[k][i] = dot(scaled, columns[k])
        curve[i][i] += ridges[i]
    return solve(curve, slope)


def logistic(cases):
    """
    Intercept and weights that maximise the log-likelihood less RIDGE / 2 times the sum of the squared
    weights (the intercept is free), inputs as they are, by Newton's method from 0.
    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, 4.4.1 and 3.4.1.
    """
    columns = [[1.0] * len(cases)] + [list(column) for column in zip(*(case.inputs for case in cases))]
    outcomes, beta = [case.outcome for case in cases], [0.0] * len(columns)
    for _ in range(50):
        step = newton_step(columns, outcomes, beta)
        beta = list(map(operator.add, beta, step))
        if max(map(abs, step)) < 1e-9:
            return beta
    sys.exit("Newton's method did not come to an end")


def auc(beta, cases):
    """
    Which share of all pairs of a case that came true and one that did not is ranked right; a tie is half.
    Source: H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18(1), 1947, 50-60.
    """
    scored = sorted((beta[0] + dot(beta[1:], case.inputs), case.outcome) for case in cases)
    ranks, i = 0.0, 0
    while i < len(scored):
        end = i
        while end < len(scored) and scored[end][0] == scored[i][0]:
            end += 1
        ranks += sum(outcome for _, outcome in scored[i:end]) * (i + 1 + end) / 2
        i = end
    true = sum(outcome for _, outcome in scored)
    return (ranks - true * (true + 1) / 2) / (true * (len(scored) - true))


def chance(cases):
    """How far from 1/2 chance alone brings auc() in 19 of 20 such sets of cases. Source: as of auc()."""
    true = sum(case.outcome for case in cases)
    return 1.96 * math.sqrt((len(cases) + 1) / (12 * true * (len(cases) - true)))


# ---- What is said of it.

def percent(share):
    return f"{100 * share:.1f} %"


def base_rate(cases):
    return percent(sum(case.outcome for case in cases) / len(cases))


def four_digits(number):
    """Four significant digits without an exponent; what Newton's method cannot tell from 0 is 0."""
    return "0" if abs(number) < 1e-9 else f"{number:.{max(0, 3 - math.floor(math.log10(abs(number))))}f}"


def plain(text):
    """Text without line breaks and comment signs, so that a sentence is found however it is wrapped."""
    return " ".join(re.sub(r"^\s*#", " ", text, flags=re.M).split())


def start(script, name):
    """The command line, and the lineage and the model that it is about, as committed."""
    folder = pathlib.Path(script).resolve().parent
    given = settings(folder / "dyetrace.yaml")["sources"][0]["path"]
    parser = argparse.ArgumentParser(description=f"Finds the weights of {name} in the log again.")
    parser.add_argument("log", nargs="?", type=pathlib.Path, default=folder / given, help="default: %(default)s")
    parser.add_argument("--check", action="store_true",
                        help="exit 1 if lineage.yaml or README.md say something else (weights: by more than 0.1 %%)")
    arguments = parser.parse_args()
    arguments.folder = folder
    lineage = settings(folder / "lineage.yaml")
    return arguments, lineage, next(model for model in lineage["models"] if model["name"] == name)


def show(model, beta, own, later):
    """Counts, base rates, what the ranking is worth, and the weights in the form of lineage.yaml."""
    print(f"fitted on  {len(own):>6,} cases, base rate {base_rate(own)}, pairs ranked right {percent(auc(beta, own))}")
    print(f"held out   {len(later):>6,} cases, base rate {base_rate(later)}, pairs ranked right "
          f"{percent(auc(beta, later))} (by chance 50.0 % ± {percent(chance(later))})")
    print(f"    intercept: {four_digits(beta[0])}\n    inputs:")
    for given, weight in zip(model["inputs"], beta[1:]):
        print(f"      - {{feature: {given['feature']}, weight: {four_digits(weight)}}}")


def wrong_weights(model, beta):
    """A sentence for each committed weight that is not the one that was found."""
    names = ["intercept"] + [given["feature"] for given in model["inputs"]]
    committed = [model["intercept"]] + [given["weight"] for given in model["inputs"]]
    return [f"lineage.yaml: {name} is {said}, found {four_digits(found)}"
            for name, said, found in zip(names, committed, beta) if abs(said - found) > TOLERANCE * abs(found)]


def wrong_words(folder, sentence):
    """A sentence for each page that does not say what was found."""
    return [f"{page} does not say: {sentence}" for page in ("lineage.yaml", "README.md")
            if plain(sentence) not in plain((folder / page).read_text(encoding="utf-8"))]


def finish(arguments, wrong):
    """Ends the program: with --check, by whether anything is wrong."""
    if arguments.check:
        print("\n".join(wrong) if wrong else "lineage.yaml and README.md say the same")
    sys.exit(1 if arguments.check and wrong else 0)

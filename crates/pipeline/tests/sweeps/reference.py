#!/usr/bin/env python3
"""What sweeps mean, in plain Python: random studies with the cells and variants that they stand for.

    python3 reference.py              writes cases.json
    python3 reference.py SEED COUNT   prints so many other cases

Written from the description of the YAML, not from the program: a list where one value is expected is an axis, so are
{geometric: ...} and {linear: ...}; axes are a product in the order of the source, the last one fastest; those that `zip` ties
go in step, at the place of the first; `where` keeps the combinations for which it holds; a formula follows from other
coordinates. Formulas are evaluated by Python itself. Two equal cells, no cell and no estimator are errors.

Numbers are written as the 16 hexadecimal digits of their doubles.
"""

import ast
import json
import math
import random
import struct
import sys
from pathlib import Path

CASES = 300
# Cells of a case at most: the file stays small.
MOST = 60
SEED = 20251129

FUNCTIONS = {
    "round": lambda x: float(round(x)),
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "log": math.log,
    "log2": math.log2, "log10": math.log10, "min": min, "max": max,
}


class Refused(Exception):
    """The study is an error."""


class Floats(ast.NodeTransformer):
    """Numbers are doubles."""

    def visit_Constant(self, node):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return ast.copy_location(ast.Constant(float(node.value)), node)
        return node


def evaluate(text, coordinates):
    # A word that Python keeps for itself.
    text, coordinates = text.replace("lambda", "lambda_"), {key.replace("lambda", "lambda_"): x for key, x in coordinates.items()}
    tree = Floats().visit(ast.parse(text.replace("^", "**"), mode="eval"))
    code = compile(ast.fix_missing_locations(tree), text, "eval")
    return eval(code, {"__builtins__": {}}, {**FUNCTIONS, "true": True, "false": False, **coordinates})


def values_of(slot, whole):
    """The values of an axis; None for a single value or a formula."""
    if isinstance(slot, list):
        return slot
    if not isinstance(slot, dict):
        return None
    (kind, spec), = slot.items()
    low, high, points = spec["from"], spec["to"], spec["points"]
    found = []
    for k in range(points):
        share = k / (points - 1)
        if k == 0:
            x = float(low)
        elif k == points - 1:
            x = float(high)
        elif kind == "geometric":
            x = float(f"{low * math.exp(math.log(high / low) * share):.11e}")
        else:
            x = float(f"{low + (high - low) * share:.11e}")
        # Halves go away from zero where values are rounded to be counts.
        x = float(math.floor(x + 0.5)) if whole else x
        if not found or found[-1] != x:
            found.append(x)
    return found


def is_formula(slot):
    return isinstance(slot, str)


class Parameter:
    """A parameter of a choice: its coordinate, and what is given for it."""

    def __init__(self, key, name, slot, kind):
        self.key, self.name, self.slot, self.kind = key, name, slot, kind


def walk(parts, zips, where, bounds_first=True):
    """All combinations of axes, as dictionaries of coordinates.

    Values of formulas must be within their bounds in every cell, and for estimators in those combinations that `where` keeps.

    A part is (coordinate, alternatives) with alternatives a list of (name, parameters); a name of None is no choice.
    """
    result = []

    def leader(key, places):
        group = next((group for group in zips if key in group), [])
        return next((places[other] for other in group if other in places), None)

    def over(key, count, places):
        place = leader(key, places)
        return range(count) if place is None else [place]

    def parameters(part, rest, chosen, places, left):
        if not left:
            return choose(rest, chosen, places)
        parameter, *later = left
        if is_formula(parameter.slot):
            return parameters(part, rest, chosen + [(parameter, parameter.slot)], places, later)
        values = values_of(parameter.slot, parameter.kind == "whole")
        if values is None:
            return parameters(part, rest, chosen + [(parameter, parameter.slot)], places, later)
        for place in over(parameter.key, len(values), places):
            parameters(part, rest, chosen + [(parameter, values[place])], {**places, parameter.key: place}, later)

    def choose(left, chosen, places):
        if not left:
            result.append(chosen)
            return
        (coordinate, alternatives), *rest = left
        for place in over(coordinate, len(alternatives), places):
            name, given = alternatives[place]
            now = places if len(alternatives) == 1 else {**places, coordinate: place}
            named = chosen if name is None else chosen + [(coordinate, name)]
            parameters(coordinate, rest, named, now, given)

    choose(parts, [], {})
    kept = []
    for chosen in result:
        coordinates = resolve(chosen)
        if bounds_first:
            check(chosen, coordinates)
        if where is None or evaluate(where, coordinates):
            check(chosen, coordinates)
            kept.append((chosen, coordinates))
    if not kept:
        raise Refused("nothing is left")
    return kept


def resolve(chosen):
    """Coordinates by name, formulas evaluated after what they mention."""
    known, waiting = {}, []
    for key, value in chosen:
        if not isinstance(key, Parameter):
            known[key] = value
        elif is_formula(value) and key.kind != "word":
            waiting.append((key, value))
        else:
            known[key.key] = float(value) if key.kind in ("real", "whole") else value
    while waiting:
        later = []
        for key, text in waiting:
            try:
                known[key.key] = float(evaluate(text, known))
            except NameError:
                later.append((key, text))
        if len(later) == len(waiting):
            raise Refused("depends on itself")
        waiting = later
    return known


def check(chosen, known):
    """Whether numbers are of their kinds and within their bounds."""
    for key, _ in chosen:
        if isinstance(key, Parameter) and key.kind in ("real", "whole"):
            x = known[key.key]
            if not key.accepts(x) or (key.kind == "whole" and x != math.floor(x)):
                raise Refused(f"{key.key} is {x}")


def bits(x):
    # 0 and -0 are equal and look the same.
    return struct.pack(">d", float(x) + 0.0).hex()


def arguments(chosen, coordinates, prefix):
    pairs = [(key, value) for key, value in chosen if isinstance(key, Parameter) and key.key.startswith(prefix)]
    return {key.name: coordinates[key.key] if key.kind == "word" else bits(coordinates[key.key]) for key, _ in pairs}


# Catalogue: parameter, kind, bounds, and how to draw a value.
POSITIVE = ("real", lambda x: math.isfinite(x) and x > 0, lambda draw: draw.choice([0.25, 0.5, 1, 1.5, 2, 3, 1e-3, 40]))
SHARE = ("real", lambda x: 0 <= x <= 1, lambda draw: draw.choice([0, 0.1, 0.25, 0.5, 0.75, 1]))
ANY = ("real", math.isfinite, lambda draw: draw.choice([-2, -0.5, 0, 0.3, 1, 7]))
NATURAL = ("real", lambda x: math.isfinite(x) and x >= 0, lambda draw: draw.choice([0, 0.01, 0.5, 1, 20]))
COUNT = ("whole", lambda x: 1 <= x <= 2**24, lambda draw: draw.randint(1, 60))
SIZE = ("whole", lambda x: 2 <= x <= 2**27, lambda draw: draw.randint(2, 60))

DATA = {
    "design": {"uniform": {}, "grid": {}, "jittered_grid": {"jitter": SHARE}},
    "target": {"zero": {}, "linear": {"slope": ANY, "intercept": ANY}},
    "noise": {
        "normal": {"sd": POSITIVE}, "laplace": {"scale": POSITIVE},
        "student_t": {"df": POSITIVE, "scale": POSITIVE}, "rademacher": {"scale": POSITIVE},
    },
}
TRAIN = {
    "laplace_kernel": {"bandwidth": POSITIVE, "ridge": NATURAL},
    "relu_network": {"width": COUNT, "steps": COUNT, "lr": POSITIVE, "weight_decay": NATURAL},
    "weight_decay_path": {"lambda": POSITIVE},
}


def parameter(key, name, slot, spec):
    made = Parameter(key, name, slot, spec[0])
    made.accepts = spec[1]
    return made


class Draw(random.Random):
    """Random studies."""

    def axis(self, spec):
        kind, _, value = spec
        way = self.random()
        if way < 0.35:
            return value(self)
        if way < 0.75:
            values = []
            for _ in range(self.randint(1, 4)):
                x = value(self)
                if x not in values:
                    values.append(x)
            return values
        low, high = sorted([value(self), value(self)])
        if low == high or (low <= 0 and way < 0.88):
            return value(self)
        low, high = (low, high) if self.random() < 0.7 else (high, low)
        return {"geometric" if way < 0.88 else "linear": {"from": low, "to": high, "points": self.randint(2, 6)}}

    def formula(self, names, spec):
        """A formula of some names, of a value that mostly fits."""
        name = self.choice(names)
        c = self.choice(["2", "0.5", "3", "10", "0.1", "1e1"])
        shapes = [
            f"{c} * {name}", f"{name} / {c}", f"{name} + {c}", f"sqrt({name})", f"{name}^-0.5", f"1 / (1 + {name}^2)",
            f"max({name}, {c})", f"min({name}, {c}, 7)", f"abs({c} - {name})", f"{name} % 7 + 1", f"-{name} % 5 + 1",
            f"ln(1 + {name})", f"exp(-{name} / 50)", f"2^-{name}^0.5", f"({name} + {self.choice(names)}) / 2",
        ]
        text = self.choice(shapes)
        return self.choice([f"round({text}) + 1", f"ceil({text}) + 1", f"floor({text}) + 2"]) if spec[0] == "whole" else text

    def condition(self, names, words):
        name, c = self.choice(names), self.choice(["1", "3", "10", "20.5"])
        shapes = [
            f"{name} > {c}", f"{name} != {c}", f"not {name} == {c}", f"{c} < {name} <= 40", f"{name} % 2 == 0 or {name} > {c}",
            f"{name} >= {c} and {self.choice(names)} < 50", f"-{name}^2 < -4", f"{self.choice(names)} < {name} + {c}",
        ]
        if words:
            key, name = self.choice(words)
            shapes += [f"{key} == '{name}'", f"{key} != '{name}' or n > 20", f"'{name}' == {key} and n < 50"]
        return self.choice(shapes)

    def zips(self, axes):
        """Groups of axes that have equally many values."""
        by_length = {}
        for key, count in axes:
            by_length.setdefault(count, []).append(key)
        groups = [keys[:self.randint(2, 3)] for count, keys in by_length.items() if len(keys) > 1 and count > 1]
        self.shuffle(groups)
        return groups[:1] if self.random() < 0.6 else []

    def data(self):
        """What stands under `generate`, and the same as parts."""
        tree, parts, axes, names, words = {}, [], [], ["n"], []
        order = ["n", "design", "target", "noise"]
        slot = self.axis(SIZE)
        if isinstance(slot, dict) and "geometric" in slot:
            # Sizes ascend in a geometric progression.
            spec = slot["geometric"]
            spec["from"], spec["to"] = sorted([spec["from"], spec["to"]])
        n = parameter("n", "n", slot, SIZE)
        for coordinate in order[1:]:
            if self.random() < 0.3:
                alternatives = self.sample(sorted(DATA[coordinate]), 2)
            else:
                alternatives = [self.choice(sorted(DATA[coordinate]))]
            listed, made = [], []
            for name in alternatives:
                given = list(DATA[coordinate][name].items())
                self.shuffle(given)
                given = [
                    parameter(f"{coordinate}_{key}", key, self.axis(spec), spec) for key, spec in given
                ]
                made.append((name, given))
                listed.append((name, given))
                if len(alternatives) == 1:
                    names += [one.key for one in given]
                    axes += [(one.key, len(values_of(one.slot, False) or [1])) for one in given]
            if len(alternatives) > 1:
                words += [(coordinate, name) for name in alternatives]
                axes.append((coordinate, 2))
            tree[coordinate], parts = listed, parts + [(coordinate, made)]
        axes.append(("n", len(values_of(n.slot, True) or [1])))
        parts = [("n", [(None, [n])])] + parts
        every = [one for _, alternatives in parts for _, given in alternatives for one in given]
        # Formulas of what is none, and one of these at most once more.
        plain = [name for name in names if not any(one.key == name and is_formula(one.slot) for one in every)]
        for one in every:
            others = [name for name in plain if name != one.key]
            if self.random() < 0.2 and others:
                one.slot = self.formula(others, (one.kind,))
                plain = [name for name in plain if name != one.key]
        axes = [(key, count) for key, count in axes if not any(one.key == key and is_formula(one.slot) for one in every)]
        zips = self.zips(axes)
        where = self.condition(names, words) if self.random() < 0.4 else None
        written = {"n": n.slot}
        for coordinate, alternatives in tree.items():
            choices = [{name: {one.name: one.slot for one in given}} if given else name for name, given in alternatives]
            written[coordinate] = choices[0] if len(choices) == 1 else choices
        return written, parts, zips, where

    def estimator(self):
        """What stands under a name of `train`, and the same as parts."""
        name = self.choice(sorted(TRAIN))
        given = list(TRAIN[name].items())
        self.shuffle(given)
        given = [parameter(key, key, self.axis(spec), spec) for key, spec in given]
        if len(given) > 1 and self.random() < 0.3:
            given[-1].slot = self.formula([one.key for one in given[:-1]], (given[-1].kind,))
        zips = self.zips([(one.key, len(values_of(one.slot, one.kind == "whole") or [1])) for one in given])
        where = self.condition([one.key for one in given], []) if self.random() < 0.3 else None
        return {name: {one.name: one.slot for one in given}}, name, given, zips, where


def tied(written, zips, where):
    return {**written, **({"zip": zips} if zips else {}), **({"where": where} if where else {})}


def case(draw):
    generate, parts, zips, where = draw.data()
    estimator, name, given, own_zips, own_where = draw.estimator()
    study = {
        "version": 1, "name": "reference", "seed": 1, "trials": 1,
        "generate": tied(generate, zips, where), "train": {"e": tied(estimator, own_zips, own_where)},
    }
    made = {"study": study}
    try:
        cells = []
        for chosen, coordinates in walk(parts, zips, where):
            cell = [bits(coordinates["n"])]
            for part in ["design", "target", "noise"]:
                cell.append([coordinates[part], arguments(chosen, coordinates, part + "_")])
            cells.append(cell)
        if len({json.dumps(cell, sort_keys=True) for cell in cells}) < len(cells):
            raise Refused("a cell comes twice")
        made["cells"] = cells
        variants = walk([("estimator", [(name, given)])], own_zips, own_where, bounds_first=False)
        made["variants"] = [arguments(chosen, coordinates, "") for chosen, coordinates in variants]
    except (Refused, ZeroDivisionError, OverflowError, ValueError, TypeError, NameError) as refused:
        return {"study": study, "refused": str(refused)}
    return made


def cases(seed, count):
    draw, made = Draw(seed), []
    while len(made) < count:
        one = case(draw)
        if len(one.get("cells", [])) <= MOST:
            made.append(one)
    return made


def main():
    if len(sys.argv) > 1:
        made = cases(int(sys.argv[1]), int(sys.argv[2]))
        sys.stdout.write(text(made))
    else:
        Path(__file__).with_name("cases.json").write_text(text(cases(SEED, CASES)))


def text(made):
    return "[\n" + ",\n".join(json.dumps(one) for one in made) + "\n]\n"


if __name__ == "__main__":
    main()

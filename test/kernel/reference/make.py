"""Writes math.json: arguments and exact values of the vector functions, as a rounded number and what it lacks.

Run with mpmath 1.3: python3 make.py, then biome format --write .
"""

import json
import math
import os
import random
import struct

import mpmath as mp

mp.mp.prec = 300
random.seed(7)

ONE = {
    "exp": (-745, 709), "exp2": (-1074, 1023), "expm1": (-40, 709), "log": (0, None), "log1p": (-1, None),
    "log2": (0, None), "log10": (0, None), "sin": (None, None), "cos": (None, None), "tan": (None, None),
    "asin": (-1, 1), "acos": (-1, 1), "atan": (None, None), "sinh": (-710, 710), "cosh": (-710, 710),
    "tanh": (-20, 20), "asinh": (None, None), "acosh": (1, None), "atanh": (-1, 1), "cbrt": (None, None),
}
# Where measure.py found the largest errors.
WORST = {
    "exp": [-337.8965185581798], "exp2": [0.5002335201163575], "expm1": [37.1225131737813],
    "log": [0.7033283989799912], "log1p": [0.4031914306689013], "log2": [1.3987606724069082],
    "log10": [1.3230097363751412], "sin": [-254749.3721813995], "cos": [71907.10051591345],
    "tan": [-384241.1530471158], "asin": [0.5000022947088576], "acos": [-0.5389930483453529],
    "atan": [-1.2974722558801524], "sinh": [1.0029095409976168], "cosh": [2.445938336118388],
    "tanh": [-0.6561117669387038], "asinh": [268608244.4380648], "acosh": [1.515712092565099],
    "atanh": [-0.6829630378171347], "cbrt": [0.9999997694855425],
}
NAMED = {"exp2": lambda x: mp.mpf(2) ** x, "log2": lambda x: mp.log(x, 2),
         "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)), "atan2": mp.atan2, "hypot": mp.hypot, "pow": mp.power}


def anything():
    while True:
        (x,) = struct.unpack("<d", random.randbytes(8))
        if math.isfinite(x):
            return x


def arguments(name, low, high):
    within = lambda x: (low is None or x > low) and (high is None or x < high)
    found = list(WORST[name])
    makers = [
        anything,
        lambda: random.uniform(-8 if low is None else low, 8 if high is None else high),
        lambda: random.gauss(0, 1),
        lambda: random.choice([-1, 0.5, 1, 2]) * (1 + random.gauss(0, 1e-3)),
        lambda: random.uniform(-1, 1) * 2.0 ** random.randint(-40, 20),
    ]
    if name in ("sin", "cos", "tan"):
        # Next to a multiple of π/2, where the reduction has to be good.
        makers.append(lambda: float(mp.pi / 2 * random.randint(1, 600000)))
    for maker in makers:
        found += [x for x in (maker() for _ in range(60)) if within(x)][:24]
    return found


def pairs(name):
    for _ in range(150):
        if name != "pow":
            x, y = random.choice([anything, lambda: random.gauss(0, 1)])(), random.gauss(0, 1)
            y *= random.choice([1.0, x])
            if math.isfinite(y):
                yield x, y
            continue
        x = random.choice([lambda: abs(anything()), lambda: random.lognormvariate(0, 1),
                           lambda: 1 + random.gauss(0, 1e-6)])()
        y = random.uniform(-1040, 1020) / float(mp.log(x, 2))
        if random.random() < 0.2:
            y = float(round(y))
        yield x, y


def case(name, args):
    f = NAMED.get(name) or getattr(mp, name)
    exact = f(*(mp.mpf(x) for x in args))
    value = float(exact)
    if not math.isfinite(value):
        return None
    return [*args, value, float(exact - mp.mpf(value))]


table = {}
for name, (low, high) in ONE.items():
    table[name] = [c for c in (case(name, [x]) for x in arguments(name, low, high)) if c]
for name in ("pow", "atan2", "hypot"):
    table[name] = [c for c in (case(name, args) for args in pairs(name)) if c]

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "math.json"), "w") as file:
    json.dump(table, file)

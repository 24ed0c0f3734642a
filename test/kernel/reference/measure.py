"""Prints the largest errors of the vector functions in units of the last place, as the table of functions.ts.

Run with NumPy on a machine whose long double has 64 bits: python3 measure.py [names...]
"""

import os
import subprocess
import sys

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
COUNT = 1 << 20
L = np.longdouble

# Ranges of the argument, beyond which the result does not change any more. None: all finite numbers.
ONE = {
    "exp": (-745.2, 709.8), "exp2": (-1075, 1024), "expm1": (-40, 709.8),
    "log": (0, None), "log1p": (-1, None), "log2": (0, None), "log10": (0, None),
    "sin": (-2**20, 2**20), "cos": (-2**20, 2**20), "tan": (-2**20, 2**20),
    "asin": (-1, 1), "acos": (-1, 1), "atan": (None, None),
    "sinh": (-710.5, 710.5), "cosh": (-710.5, 710.5), "tanh": (-20, 20),
    "asinh": (None, None), "acosh": (1, None), "atanh": (-1, 1), "cbrt": (None, None),
}
NUMPY = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "pow": "power", "atan2": "arctan2",
}

random = np.random.default_rng(20)


def spread(low, high, dtype):
    """Half of the numbers even over their bits, half even over the range or around 1."""
    bits = np.uint64 if dtype == np.float64 else np.uint32
    anything = random.integers(0, np.iinfo(bits).max, 4 * COUNT, dtype=bits, endpoint=True).view(dtype)
    anything = anything[np.isfinite(anything)]
    left = -8.0 if low is None else low
    right = 8.0 if high is None else high
    with np.errstate(over="ignore"):
        even = random.uniform(left, right, COUNT).astype(dtype)
    near = (random.choice([-1.0, 0.5, 1.0, 2.0], COUNT) * (1 + random.normal(0, 0.1, COUNT) ** 3)).astype(dtype)
    both = np.concatenate([even, near, anything])
    with np.errstate(invalid="ignore"):
        inside = (low is None or both >= low) & (high is None or both <= high)
    return both[np.broadcast_to(inside, both.shape)]


def pairs(name, dtype):
    if name == "pow":
        x = np.concatenate([np.abs(spread(None, None, dtype)), random.lognormal(0, 1, COUNT).astype(dtype)])
        x = x[x > 0]
        # Powers that neither overflow nor vanish, and some of any size.
        limit = 1050 if dtype == np.float64 else 140
        y = random.uniform(-limit, limit, len(x)) / np.where(x == 1, 1, np.log2(x.astype(np.float64)))
        whole = random.random(len(x)) < 0.1
        y = np.where(whole, np.round(y), y).astype(dtype)
        fine = np.isfinite(y)
        return [x[fine], y[fine]]
    x, y = (spread(None, None, dtype) for _ in range(2))
    random.shuffle(y)
    length = min(len(x), len(y))
    x, y = x[:length], y[:length]
    near = random.normal(0, 1, length).astype(dtype)
    y = np.where(random.random(length) < 0.5, near * x, y).astype(dtype)
    fine = np.isfinite(y)
    return [x[fine], y[fine]]


def evaluate(name, dtype, inputs):
    lane = "f64" if dtype == np.float64 else "f32"
    done = subprocess.run(
        ["node", os.path.join(here, "evaluate.ts"), name, lane],
        input=np.concatenate(inputs).tobytes(), stdout=subprocess.PIPE, check=True,
    )
    return np.frombuffer(done.stdout, dtype)


def measure(name, dtype):
    inputs = [spread(*ONE[name], dtype)] if name in ONE else pairs(name, dtype)
    got = evaluate(name, dtype, inputs)
    exact = getattr(np, NUMPY.get(name, name))(*(each.astype(L) for each in inputs))
    limits = np.finfo(dtype)
    digits = limits.nmant
    _, exponent = np.frexp(exact)
    unit = np.ldexp(L(1), np.maximum(exponent - 1 - digits, limits.minexp - digits))
    error = np.abs((got.astype(L) - exact) / unit)
    # Beyond the largest number infinity is right from half a unit on.
    over = np.abs(exact) >= L(limits.max) + np.ldexp(L(1), limits.maxexp - 2 - digits)
    error = np.where(over, np.where(np.isinf(got), 0, np.inf), error)
    worst = np.argmax(np.where(np.isnan(error), np.inf, error))
    return float(error[worst]), [float(each[worst]) for each in inputs], len(got)


names = sys.argv[1:] or [*ONE, "pow", "atan2", "hypot"]
with np.errstate(all="ignore"):
    for name in names:
        wide, where, count = measure(name, np.float64)
        narrow, where32, count32 = measure(name, np.float32)
        print(f"{name:6} {wide:6.3f} {narrow:6.3f}   at {where} and {where32}; {count} and {count32} numbers", flush=True)

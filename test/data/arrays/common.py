"""What the scripts beside this one share: arrays as JSON, and inputs of every dtype.

Run with NumPy 2.4, then format: python3 NAME.py && biome format --write .
Numbers that JSON lacks are strings: "nan", "inf", "-inf", "-0". Complex numbers are pairs. In arguments {"array": NAME}
stands for an input.
"""

import json
import math
import os

import numpy as np

TYPES = {
    "f64": np.float64, "f32": np.float32, "i32": np.int32, "u32": np.uint32,
    "i16": np.int16, "u16": np.uint16, "i8": np.int8, "u8": np.uint8,
    "bool": np.bool_, "c64": np.complex64, "c128": np.complex128,
}
NAMES = {np.dtype(t): name for name, t in TYPES.items()}


def plain(x):
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (complex, np.complexfloating)):
        return [plain(float(x.real)), plain(float(x.imag))]
    if isinstance(x, (int, np.integer)):
        return int(x)
    x = float(x)
    if x == 0 and math.copysign(1, x) < 0:
        return "-0"
    return x if math.isfinite(x) else str(x)


def flat(a):
    return [plain(x) for x in np.asarray(a).ravel()]


def case(a):
    a = np.asarray(a)
    return {"dtype": NAMES.get(a.dtype, "f64"), "shape": list(a.shape), "data": flat(a)}


def make(dtype, shape, seed=1, special=False):
    """Few distinct values, so that some come several times; some NaN, -0 and infinities if asked."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        a = rng.random(shape) < 0.5
    elif dtype in ("c64", "c128"):
        a = (rng.integers(-3, 4, shape) + 1j * rng.integers(-3, 4, shape)) / 2
    elif dtype in ("f64", "f32"):
        a = rng.integers(-9, 10, shape) / 4
    else:
        a = rng.integers(0 if dtype.startswith("u") else -6, 7, shape)
    a = np.asarray(a).astype(TYPES[dtype])
    if special:
        picked = rng.integers(0, 8, a.shape)
        for k, value in enumerate([np.nan, -0.0, np.inf, -np.inf]):
            a[picked == k] = value
    return a


class Cases:
    def __init__(self):
        self.inputs, self.cases = {}, []

    def input(self, a):
        a = np.asarray(a)
        name = f"{NAMES[a.dtype]}{list(a.shape)}#{len(self.inputs)}"
        self.inputs[name] = a
        return name

    def add(self, fn, args, out):
        """`args` may hold names of inputs, as ("array", name)."""
        if isinstance(out, (list, tuple)):
            out = [case(a) for a in out]
        elif isinstance(out, dict):
            out = {k: case(a) for k, a in out.items()}
        else:
            out = case(out)
        self.cases.append([fn, args, out])

    def write(self, name):
        inputs = {k: case(a) for k, a in self.inputs.items()}
        path = os.path.join(os.path.dirname(__file__), name + ".json")
        with open(path, "w") as file:
            json.dump({"inputs": inputs, "cases": self.cases}, file)


def ref(name):
    return {"array": name}

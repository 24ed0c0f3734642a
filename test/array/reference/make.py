"""Writes what NumPy gives for the cases of the array tests, as JSON beside this file.

Run with NumPy 2.4, then format: python3 make.py && biome format --write .
Numbers that JSON lacks are strings: "nan", "inf", "-inf". Complex numbers are pairs.
"""

import itertools
import json
import math
import os
import warnings

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
    return x if math.isfinite(x) else str(x)


def flat(a):
    return [plain(x) for x in np.asarray(a).ravel()]


def case(a, **more):
    data = flat(a)
    if len(data) > 100 and data == list(range(len(data))):
        data = len(data)  # 0, 1, 2, …
    return {"dtype": NAMES[a.dtype], "shape": list(a.shape), "data": data, **more}


def write(name, value):
    with open(os.path.join(os.path.dirname(__file__), name + ".json"), "w") as out:
        json.dump(value, out)


def printing():
    np.set_printoptions(linewidth=80)
    rng = np.random.default_rng(7)
    arrays = [
        np.array([1.0, 2.5, -3.25]),
        np.array([1e-5, 1.0]), np.array([1e10, 1.0]), np.array([0.001, 2000.0]),
        np.array([1e-300, 1e300]), np.array([123456789.0, 1.5]), np.array([99999999.0, 1.5e5]),
        np.array([0.001953125, 1]), np.array([0.005859375, 1]), np.array([1.234567895e9, 1.0]),
        np.array([0.1 + 0.2, 1 / 3]), np.array([-0.0, 0.0]), np.array([np.nan, 1.0]),
        np.array([np.inf, -np.inf, 1.5]), np.array([np.nan, np.nan]), np.array([np.inf]),
        np.array([np.nan, 123456.5]), np.array([np.nan, 1e20, -1e-20]), np.array([np.inf, 1e20]),
        np.array([5e-324, 1.7976931348623157e308]), np.array([0.99999999999]), np.array([9.999999995]),
        np.zeros(3), np.zeros((2, 0)), np.zeros((0,)), np.array([[1.0]]),
        np.arange(12.0).reshape(3, 4), np.arange(24.0).reshape(2, 3, 4), np.arange(16).reshape(2, 2, 2, 2) / 3,
        np.arange(1000.0), np.arange(1001.0), np.arange(2000.0).reshape(2, 1000), np.arange(10000.0).reshape(100, 100),
        np.arange(6000.0).reshape(10, 20, 30), np.linspace(0, 1, 50), rng.standard_normal((4, 9)),
        rng.standard_normal((3, 12)) * 1e-7, np.arange(1200.0).reshape(600, 2),
        np.array([0.1, 1.2345678e10], np.float32), np.array([0.1, 0.25, 16777216 / 1e3], np.float32),
        np.array([1e6, 1.0], np.float32), np.array([999999.0, 1e4], np.float32), np.array([1 / 3, 2 / 3], np.float32),
        np.array([3.4e38, 1e-45], np.float32), rng.random(7, np.float32) / 1000,
        np.array([1, -20, 300], np.int32), np.array([4294967295, 0], np.uint32), np.array([[-128, 127]], np.int8),
        np.array([255, 7], np.uint8), np.array([-32768, 5], np.int16), np.array([65535, 5], np.uint16),
        np.arange(2000, dtype=np.int32).reshape(1000, 2), np.arange(-40, 40, dtype=np.int16),
        np.array([True, False]), np.array([[True], [True]]), np.zeros((2, 0), np.bool_),
        np.array([1 + 2j, 3.5 - 4.25j]), np.array([1 + 2j, np.nan + 1j, 2 - np.inf * 1j]), np.array([1e-5 + 2j]),
        np.array([1e10 - 2j, 3 + 0j]), np.array([[1j, -1j], [0j, 2]], np.complex64), np.array([0.1 - 0.1j], np.complex64),
        np.array([complex(-0.0, -0.0), 1.0]), np.array([complex(1, np.nan), complex(-2, 3)]),
        rng.standard_normal((2, 5)) + 1j * rng.standard_normal((2, 5)),
    ]
    write("printing", [case(a, text=str(a)) for a in arrays])


def promotion():
    pairs = {}
    for a, b in itertools.product(TYPES, repeat=2):
        common = np.promote_types(TYPES[a], TYPES[b])
        pairs[f"{a} {b}"] = NAMES.get(common, "f64")
    write("promotion", pairs)


def slices():
    ends = [None, 0, 2, 5, 9, -1, -5, -9]
    cases = []
    for length in (0, 1, 5):
        for start, stop, step in itertools.product(ends, ends, [None, 2, 3, -1, -2, -7]):
            taken = list(range(length))[slice(start, stop, step)]
            cases.append([length, start, stop, step, taken])
    write("slices", cases)


def broadcasting():
    axes = [0, 1, 2, 3]
    shapes = [()] + [s for n in (1, 2, 3) for s in itertools.product(axes, repeat=n)]
    rng = np.random.default_rng(3)
    cases = []
    for _ in range(200):
        picked = [shapes[i] for i in rng.integers(len(shapes), size=rng.integers(1, 4))]
        try:
            result = list(np.broadcast_shapes(*picked))
        except ValueError:
            result = None
        cases.append([[list(s) for s in picked], result])
    write("broadcasting", cases)


def reductions():
    rng = np.random.default_rng(11)
    shapes = {
        "f64": [(), (1,), (7,), (2, 3, 5), (1, 6), (5, 1), (0,), (0, 3), (3, 0), (2, 17)],
        "bool": [(), (0,), (3, 4)],
        "c64": [(2, 3)],
        "c128": [(), (3,), (2, 3, 2), (0, 2)],
        "f32": [(3, 4), (0,)],
    }
    cases = []
    for dtype, shape in ((d, s) for d in TYPES for s in shapes.get(d, [(2, 3)])):
        kind = TYPES[dtype]
        if dtype == "bool":
            a = rng.random(shape) < 0.6
        elif dtype in ("c64", "c128"):
            a = (rng.integers(-4, 5, shape) + 1j * rng.integers(-4, 5, shape)) / 4
        elif dtype in ("f64", "f32"):
            a = rng.standard_normal(shape)
        else:
            low = 0 if dtype.startswith("u") else -3
            a = rng.integers(low, 5, shape)
        a = np.asarray(a).astype(kind)
        wide = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
        results = []
        axes = [None] + [s for n in range(1, len(shape) + 1) for s in itertools.combinations(range(len(shape)), n)]
        for at, axis in enumerate(axes):
            along = {"axis": axis, "keepdims": at % 2 == 1}
            results += [reduced(name, a, wide, along) for name in
                        ("sum", "prod", "min", "max", "mean", "var", "var1", "std", "any", "all", "norm")]
        cases.append(case(a, results=[r for r in results if r]))
    write("reductions", cases)


def reduced(name, a, wide, along):
    count = a.size if along["axis"] is None else math.prod(a.shape[i] for i in along["axis"])
    if name in ("min", "max") and (count == 0 or a.dtype.kind == "c"):
        return None
    with np.errstate(all="ignore"):
        if name == "norm":
            value = np.sqrt((np.abs(wide) ** 2).sum(**along))
        elif name == "var1":
            value = wide.var(ddof=1, **along) if count > 1 else None
        elif name in ("min", "max", "any", "all"):
            value = getattr(a, name)(**along)
        elif count == 0 and name in ("mean", "var", "std"):
            value = None
        else:
            value = getattr(wide, name)(**along)
    if value is None:
        return None
    axis = along["axis"]
    return [name, axis if axis is None else list(axis), along["keepdims"], list(np.shape(value)), flat(value)]



warnings.simplefilter("ignore")
for part in (printing, promotion, slices, broadcasting, reductions):
    part()

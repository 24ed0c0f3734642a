"""Reductions that are not methods: positions, NaN-variants, counts, extrema; see common.py."""

import itertools
import warnings

import numpy as np
from common import TYPES, Cases, make, ref

warnings.simplefilter("ignore")
c = Cases()


def wide(x):
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def outcome(make_it):
    try:
        return make_it()
    except ValueError:
        return None


def run(dtype, shape, special):
    x = make(dtype, shape, seed=len(shape) + 3 * sum(shape), special=special)
    a = ref(c.input(x))
    real = dtype not in ("c64", "c128")
    lists = [None] + [s for n in range(1, len(shape) + 1) for s in itertools.combinations(range(len(shape)), n)]
    for at, axis in enumerate(lists):
        keep = {"keepdims": True} if at % 2 else {}
        options = {**keep} if axis is None else {"axis": list(axis), **keep}
        along = {"axis": axis, "keepdims": bool(keep)}
        jobs = {"nansum": lambda: np.nansum(wide(x), **along), "nanmean": lambda: np.nanmean(wide(x), **along),
                "nanvar": lambda: np.nanvar(wide(x), **along), "nanstd": lambda: np.nanstd(wide(x), **along),
                "countNonzero": lambda: np.count_nonzero(x, **along)}
        if real:
            jobs |= {"nanmin": lambda: np.nanmin(x, **along), "nanmax": lambda: np.nanmax(x, **along)}
        for name, job in jobs.items():
            out = outcome(job)
            if out is None:
                continue
            out = np.asarray(out)
            if dtype in ("f32", "c64") and name not in ("countNonzero", "nanmin", "nanmax"):
                out = out.astype(np.complex64 if out.dtype.kind == "c" else np.float32)
            if name == "countNonzero":
                out = out.astype(np.float64)
            c.add(name, [a, options], out)
        if real and (axis is None or len(axis) == 1):
            one = {**keep} if axis is None else {"axis": axis[0], **keep}
            for name, job in (("argmin", np.argmin), ("argmax", np.argmax)):
                out = outcome(lambda: job(x, axis=None if axis is None else axis[0], keepdims=bool(keep)))
                if out is not None:
                    c.add(name, [a, one], np.asarray(out).astype(np.int32))
        if real:
            both = outcome(lambda: [np.asarray(x.min(**along)), np.asarray(x.max(**along))])
            if both is not None:
                c.add("extrema", [a, options], both)


for shape in [(), (0,), (1,), (7,), (2, 3, 5), (3, 0), (5, 1), (4, 17), (40,)]:
    run("f64", shape, False)
    run("f64", shape, True)
run("f32", (4, 5), True)
run("f32", (3, 20), True)
for dtype in TYPES:
    run(dtype, (3, 4), False)
nan = np.full((3, 2), np.nan)
nan[1, 1] = 5
a = ref(c.input(nan))
for name in ("nansum", "nanmean", "nanmin", "nanmax", "nanvar", "nanstd"):
    c.add(name, [a, {"axis": 0}], getattr(np, name)(nan, axis=0))
x = make("f64", (6, 4), seed=5, special=True)
x[np.isinf(x)] = 1
a = ref(c.input(x))
for name in ("nanvar", "nanstd"):
    c.add(name, [a, {"axis": 1, "ddof": 1}], getattr(np, name)(x, axis=1, ddof=1))
c.add("nansum", [a, {"axis": 0, "init": 10}], np.nansum(x, axis=0, initial=10))
c.add("nanmax", [a, {"init": 1}], np.nanmax(x, initial=1))
c.write("reductions")

"""Counting, quantiles, differences and sets; see common.py."""

import numpy as np
from common import TYPES, Cases, make, ref

c = Cases()
REAL = [t for t in TYPES if not t.startswith("c")]


def histograms(x, special=False):
    a = ref(c.input(x))
    finite = x[np.isfinite(x.astype(float))] if special else x
    for bins, span in [(10, None), (4, (-1, 3)), (3, (2, 2)), (7, (-0.3, 1.7))]:
        if special and span is None:
            continue
        counts, edges = np.histogram(finite.astype(float), bins=bins, range=span)
        options = {"bins": bins, **({"range": list(span)} if span else {})}
        c.add("histogram", [a, options], {"counts": counts.astype(float), "edges": edges})
    edges = [-2.5, -1, 0, 0.5, 4]
    counts, _ = np.histogram(finite.astype(float), bins=edges)
    c.add("histogram", [a, {"bins": edges}], {"counts": counts.astype(float), "edges": np.array(edges)})


def quantiles(x):
    a = ref(c.input(x))
    own = x.astype(np.float32 if x.dtype == np.float32 else float)
    for q in [0, 0.25, 0.5, 0.9, 1]:
        if x.size:
            c.add("quantile", [a, q], np.quantile(own, q))
    if x.size:
        c.add("median", [a], np.median(own))
        c.add("percentile", [a, 30], np.percentile(own, 30))
        c.add("quantile", [a, [0.1, 0.5]], np.quantile(own, [0.1, 0.5]).astype(own.dtype))
        c.add("median", [a, {"keepdims": True}], np.median(own, keepdims=True).astype(own.dtype))
    for axis in range(x.ndim):
        if x.shape[axis] == 0 or x.size == 0:
            continue
        c.add("quantile", [a, 0.3, {"axis": axis}], np.quantile(own, 0.3, axis=axis).astype(own.dtype))
        c.add("quantile", [a, [0.2, 1], {"axis": axis, "keepdims": True}],
              np.quantile(own, [0.2, 1], axis=axis, keepdims=True).astype(own.dtype))
        c.add("median", [a, {"axis": axis}], np.median(own, axis=axis).astype(own.dtype))


def sets(x):
    a = ref(c.input(x))
    c.add("uniqueValues", [a], np.unique(x, equal_nan=False))
    values, counts = np.unique(x, return_counts=True, equal_nan=False)
    c.add("uniqueCounts", [a], {"values": values, "counts": counts.astype(np.int32)})
    if x.dtype.kind == "c" or np.isnan(x.astype(float)).any():
        return
    values, inverse = np.unique(x, return_inverse=True)
    c.add("uniqueInverse", [a], {"values": values, "inverseIndices": inverse.reshape(x.shape).astype(np.int32)})


def differences(x):
    a = ref(c.input(x))
    for axis in range(x.ndim):
        for n in (0, 1, 2):
            c.add("diff", [a, {"axis": axis, "n": n}], np.diff(x, n=n, axis=axis))
        before = np.take(x, [0], axis=axis) if x.shape[axis] else x
        c.add("diff", [a, {"axis": axis, "prepend": ref(c.input(before)), "append": ref(c.input(x))}],
              np.diff(x, axis=axis, prepend=before, append=x))


for shape in [(0,), (1,), (2,), (61,), (2, 3), (3, 0), (3, 4, 5)]:
    x = make("f64", shape, seed=51 + sum(shape))
    if x.size:
        histograms(x)
        differences(x)
    quantiles(x)
    sets(x)
for dtype in REAL:
    x = make(dtype, (4, 5), seed=61)
    quantiles(x)
    if dtype != "bool":
        histograms(x)
for dtype in TYPES:
    sets(make(dtype, (6, 5), seed=62))
    differences(make(dtype, (3, 4), seed=63))
for dtype in ("f64", "f32"):
    x = make(dtype, (40,), seed=64, special=True)
    histograms(x, True)
    sets(x)
    y = make(dtype, (5, 6), seed=65, special=True)
    y[2] = np.nan
    a = ref(c.input(y))
    y[np.isinf(y)] = 1
    a = ref(c.input(y))
    c.add("median", [a, {"axis": 1}], np.median(y, axis=1))
    c.add("quantile", [a, 0.5], np.quantile(y, 0.5))
for dtype in ("i32", "u32", "i16", "u16", "i8", "u8"):
    x = np.abs(make(dtype, (37,), seed=66))
    a = ref(c.input(x))
    c.add("bincount", [a], np.bincount(x.astype(int)).astype(float))
    c.add("bincount", [a, {"minlength": 12}], np.bincount(x.astype(int), minlength=12).astype(float))
    w = make("f64", (37,), seed=67)
    c.add("bincount", [a, {"weights": ref(c.input(w))}], np.bincount(x.astype(int), weights=w))
empty = np.zeros((0,), np.int32)
c.add("bincount", [ref(c.input(empty))], np.zeros((0,)))
c.add("bincount", [ref(c.input(empty)), {"minlength": 3}], np.zeros((3,)))
c.write("statistics")

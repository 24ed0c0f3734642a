"""Sorting and searching; see common.py."""

import numpy as np
from common import TYPES, Cases, make, ref

c = Cases()


def descending(x, axis):
    return np.flip(np.sort(np.flip(x, axis), axis=axis, kind="stable"), axis)


def argdescending(x, axis):
    order = np.argsort(np.flip(x, axis), axis=axis, kind="stable")
    return np.flip(x.shape[axis] - 1 - order, axis)


def run(dtype, shape, special=False):
    x = make(dtype, shape, seed=31 + sum(shape), special=special)
    a = ref(c.input(x))
    for axis in [None, *range(len(shape))]:
        options = {} if axis is None else {"axis": axis}
        at = -1 if axis is None else axis
        c.add("sort", [a, options], np.sort(x, axis=at, kind="stable"))
        c.add("sort", [a, {**options, "descending": True}], descending(x, at))
        order = np.argsort(x, axis=at, kind="stable")
        c.add("argsort", [a, options], order.astype(np.int32))
        down = argdescending(x, at)
        c.add("argsort", [a, {**options, "descending": True}], down.astype(np.int32))
        for k in {0, min(3, x.shape[at]), x.shape[at]}:
            first = np.take(down, range(k), axis=at)
            c.add("topk", [a, k, options], {"values": np.take_along_axis(x, first, at),
                                           "indices": first.astype(np.int32)})
        low = np.take(order, range(min(2, x.shape[at])), axis=at)
        c.add("topk", [a, low.shape[at], {**options, "largest": False}],
              {"values": np.take_along_axis(x, low, at), "indices": low.astype(np.int32)})


for shape in [(0,), (1,), (7,), (60,), (2, 3), (3, 0), (5, 1), (3, 4, 5)]:
    run("f64", shape)
for shape in [(12,), (70,), (4, 5)]:
    run("f64", shape, True)
    run("f32", shape, True)
for dtype in TYPES:
    run(dtype, (4, 3))
    run(dtype, (17,))
z = (make("f64", (30,), seed=1, special=True) + 1j * make("f64", (30,), seed=2, special=True))
z[:3] = [complex(np.nan, 1), complex(1, np.nan), complex(np.nan, np.nan)]
run_z = ref(c.input(z))
c.add("argsort", [run_z, {}], np.argsort(z, kind="stable").astype(np.int32))
for dtype in ("f64", "f32", "i16", "u8", "bool"):
    x = np.sort(make(dtype, (23,), seed=3))
    values = make(dtype, (3, 5), seed=4)
    for side in ("left", "right"):
        out = np.searchsorted(x, values, side=side).astype(np.int32)
        c.add("searchsorted", [ref(c.input(x)), ref(c.input(values)), {"side": side}], out)
x = np.sort(make("f64", (23,), seed=5, special=True))
values = make("f64", (19,), seed=6, special=True)
c.add("searchsorted", [ref(c.input(x)), ref(c.input(values)), {}], np.searchsorted(x, values).astype(np.int32))
empty = np.zeros((0,))
c.add("searchsorted", [ref(c.input(empty)), ref(c.input(values)), {}], np.searchsorted(empty, values).astype(np.int32))
c.add("searchsorted", [ref(c.input(x)), ref(c.input(empty)), {}], np.zeros((0,), np.int32))
c.write("sorting")

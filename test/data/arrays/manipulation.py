"""Manipulation functions; see common.py."""

import itertools

import numpy as np
from common import TYPES, Cases, make, ref

SHAPES = [(), (0,), (1,), (7,), (2, 3), (3, 0), (1, 5), (5, 3, 2)]
c = Cases()


def margin(x, mode, width, **more):
    try:
        return np.pad(x, width, mode=mode, **more)
    except ValueError:
        return None


def run(dtype, shape, full):
    x = make(dtype, shape, seed=len(shape) + sum(shape))
    a = ref(c.input(x))
    n = x.ndim
    for axis in ([None] + list(range(-n, n)) if full else [None, n - 1][: n + 1]):
        options = {} if axis is None else {"axis": axis}
        c.add("flip", [a, options], np.flip(x, axis))
        for shift in ((1, -2, 9) if full else (2,)):
            c.add("roll", [a, shift, options], np.roll(x, shift, axis))
        c.add("repeat", [a, 3, options], np.repeat(x, 3, axis))
        if full:
            c.add("repeat", [a, 0, options], np.repeat(x, 0, axis))
            if axis is not None:
                counts = [(3 * k + 1) % 4 for k in range(x.shape[axis])]
                c.add("repeat", [a, counts, options], np.repeat(x, counts, axis))
    for axis in ((-n - 1, 0, n) if full else (0,)):
        c.add("expandDims", [a, {"axis": axis}], np.expand_dims(x, axis))
        c.add("squeeze", [ref(c.input(np.expand_dims(x, axis))), {"axis": axis}], x)
        for others in ((1, 3) if full else (2,)):
            arrays = [x] + [make(dtype, shape, seed=50 + k) for k in range(others)]
            names = [a] + [ref(c.input(other)) for other in arrays[1:]]
            c.add("stack", [names, {"axis": axis}], np.stack(arrays, axis))
    for axis in range(n):
        other = make(dtype, x.shape[:axis] + (3,) + x.shape[axis + 1:], seed=90)
        b = ref(c.input(other))
        c.add("concat", [[a, b, a], {"axis": axis}], np.concatenate([x, other, x], axis))
        if full:
            c.add("unstack", [a, {"axis": axis}], list(np.moveaxis(x, axis, 0)))
            for to in range(-n, n):
                c.add("moveaxis", [a, axis, to], np.moveaxis(x, axis, to))
    if full:
        c.add("concat", [[a, a], {"axis": None}], np.concatenate([x, x], None))
        for order in itertools.permutations(range(n)):
            c.add("permuteDims", [a, list(order)], np.transpose(x, order))
        for reps in ([2], [0], [2, 3], [1, 2, 2]):
            c.add("tile", [a, reps], np.tile(x, reps))
        c.add("broadcastTo", [a, [2, *shape]], np.broadcast_to(x, (2, *shape)))
    elif n == 2:
        c.add("permuteDims", [a, [1, 0]], x.T)
        c.add("tile", [a, [2, 2]], np.tile(x, [2, 2]))
    for mode in ("constant", "edge", "reflect", "wrap"):
        for width in ((2, [1, 0], [[k, 9 - k] for k in range(n)]) if full else (1,)):
            if width == []:
                continue
            out = margin(x, mode, width)
            if out is not None and n > 0:
                c.add("pad", [a, width, {"mode": mode}], out)
    if n > 0:
        value = True if dtype == "bool" else 2
        c.add("pad", [a, 1, {"value": value}], margin(x, "constant", 1, constant_values=value))
    mask = ref(c.input(make("bool", shape, seed=3)))
    y = make(dtype, shape, seed=4)
    b = ref(c.input(y))
    c.add("where", [mask, a, b], np.where(make("bool", shape, seed=3), x, y))
    if dtype not in ("bool", "c64", "c128"):
        c.add("clip", [a, 1, 3], np.clip(x, 1, 3))
        c.add("clip", [a, None, 2], np.clip(x, None, 2))


for dtype in TYPES:
    if dtype == "f64":
        for shape in SHAPES:
            run(dtype, shape, True)
    else:
        run(dtype, (4, 3), False)
        run(dtype, (5,), False)

x = make("f64", (6, 1, 4), seed=9)
a = ref(c.input(x))
c.add("broadcastTo", [a, [2, 6, 3, 4]], np.broadcast_to(x, (2, 6, 3, 4)))
c.add("roll", [a, [1, 2], {"axis": [0, 2]}], np.roll(x, [1, 2], [0, 2]))
c.add("roll", [a, 5, {"axis": [0, 0]}], np.roll(x, 5, (0, 0)))
c.add("moveaxis", [a, [0, 1], [-1, 0]], np.moveaxis(x, [0, 1], [-1, 0]))
c.add("flip", [a, {"axis": [0, -1]}], np.flip(x, (0, -1)))
for p, q in itertools.product(("i8", "f32", "bool", "c64", "u32"), ("u8", "f64", "i16", "c128")):
    one, two = make(p, (3, 2)), make(q, (2, 2))
    names = [ref(c.input(one)), ref(c.input(two))]
    c.add("concat", [names, {}], np.concatenate([one, two]))
special = make("f64", (12,), seed=21, special=True)
a = ref(c.input(special))
c.add("clip", [a, -1, 1], np.clip(special, -1, 1))
low = make("f32", (3, 1), seed=5)
c.add("clip", [ref(c.input(make("i16", (3, 4)))), ref(c.input(low)), 5], np.clip(make("i16", (3, 4)), low, 5))
c.write("manipulation")

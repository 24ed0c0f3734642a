"""Functions of the standard that are in no script of their own family; see common.py."""

import numpy as np
from common import TYPES, Cases, make, ref

c = Cases()
NUMBERS = [dtype for dtype in TYPES if dtype not in ("bool", "c64", "c128")]


def positions(arrays):
    return [a.astype(np.int32) for a in arrays]


def whole(x):
    """As np.unique has it where each NaN is a value of its own."""
    values, indices, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False)
    return {"values": values, "indices": indices.astype(np.int32),
            "inverseIndices": inverse.reshape(x.shape).astype(np.int32), "counts": counts.astype(np.int32)}


def run(dtype, shape):
    x = make(dtype, shape, seed=7 + sum(shape))
    a = ref(c.input(x))
    for fn, value in (("zerosLike", 0), ("onesLike", 1)):
        c.add(fn, [a], np.full(x.shape, value, x.dtype))
        c.add(fn, [a, {"dtype": "i16"}], np.full(x.shape, value, np.int16))
    c.add("fullLike", [a, 1], np.full(x.shape, 1, x.dtype))
    c.add("fullLike", [a, 2.5, {"dtype": "f32"}], np.full(x.shape, 2.5, np.float32))
    if x.ndim >= 2:
        c.add("matrixTranspose", [a], np.swapaxes(x, -1, -2))
    if x.ndim >= 1:
        c.add("nonzero", [a], positions(np.nonzero(x)))
    for other in ([3, *shape], [2, 1, *([1] * x.ndim)]):
        y = make("i8", other, seed=3)
        c.add("broadcastArrays", [a, ref(c.input(y))], list(np.broadcast_arrays(x, y)))
    y = make(dtype, (4,), seed=5)
    b = ref(c.input(y))
    if dtype not in ("c64", "c128"):
        c.add("isin", [a, b], np.isin(x, y))
        c.add("isin", [a, b, {"invert": True}], np.isin(x, y, invert=True))
        c.add("uniqueAll", [a], whole(x))
    for other in ((2,), (2, 3), (0,), ()):
        z = make(dtype, other, seed=11)
        if x.ndim + z.ndim <= 4:
            c.add("kron", [a, ref(c.input(z))], np.kron(x, z))
            c.add("kron", [ref(c.input(z)), a], np.kron(z, x))


for shape in [(), (0,), (1,), (7,), (2, 3), (3, 0), (1, 5), (2, 3, 2)]:
    run("f64", shape)
for dtype in TYPES:
    run(dtype, (4, 3))
    for lengths in ((3, 4), (2, 0, 3), (5,), (2, 3, 2)):
        vectors = [make(dtype, (n,), seed=k) for k, n in enumerate(lengths)]
        names = [ref(c.input(v)) for v in vectors]
        c.add("meshgrid", names, list(np.meshgrid(*vectors)))
        c.add("meshgrid", [*names, {"indexing": "ij"}], list(np.meshgrid(*vectors, indexing="ij")))
    if dtype != "bool":
        for shape, other, axis in (((3,), (3,), -1), ((4, 3), (4, 3), 1), ((3, 5), (3, 5), 0),
                                   ((2, 1, 3), (4, 3), -1), ((0, 3), (0, 3), -1)):
            x, y = make(dtype, shape, seed=21), make(dtype, other, seed=22)
            at = {} if axis == -1 else {"axis": axis}
            c.add("cross", [ref(c.input(x)), ref(c.input(y)), at], np.cross(x, y, axis=axis))

x, y = make("i16", (3,), 1), make("f32", (2, 3), 2)
c.add("cross", [ref(c.input(x)), ref(c.input(y))], np.cross(x, y))
c.add("kron", [ref(c.input(x)), ref(c.input(y))], np.kron(x, y))
for dtype, others in (("f64", "i8"), ("u8", "f32"), ("i32", "bool")):
    x, y = make(dtype, (5, 4), 3), make(others, (2, 3), 4)
    c.add("isin", [ref(c.input(x)), ref(c.input(y))], np.isin(x, y))
for dtype in ("f64", "f32"):
    x, y = make(dtype, (30,), 5, special=True), make(dtype, (5,), 6, special=True)
    a, b = ref(c.input(x)), ref(c.input(y))
    c.add("isin", [a, b], np.isin(x, y))
    c.add("isin", [a, b, {"invert": True}], np.isin(x, y, invert=True))
    c.add("nonzero", [a], positions(np.nonzero(x)))
    c.add("uniqueAll", [ref(c.input(np.nan_to_num(x)))], whole(np.nan_to_num(x)))
    # The neighbours of numbers of every size, on both sides.
    t, ends = TYPES[dtype], np.finfo(TYPES[dtype])
    some = [0, -0.0, 1, -1, 1.5, 2, 3, 0.1, 1 / 3, ends.max, ends.tiny, ends.smallest_subnormal, 2 * ends.tiny,
            4 * ends.tiny, 8 * ends.tiny, 3.3 * ends.tiny, 5 * ends.smallest_subnormal, np.inf, np.nan, 1e-30, 1e30, 2.0**52, 16777216]
    some = np.array([t(v) for v in some])
    some = np.concatenate([some, -some])
    x = np.concatenate([some, some * t(1.1), np.exp2(np.arange(-30, 30)).astype(t)])
    x = np.concatenate([x, np.nextafter(x, t(np.inf)), np.nextafter(x, t(-np.inf))])
    a = ref(c.input(x))
    for to in (np.inf, -np.inf, 0, 1, -1.0, np.nan):
        y = np.full((1,), to, t)
        c.add("nextafter", [a, ref(c.input(y))], np.nextafter(x, y))
for shape in ((4, 4), (3, 5), (5, 3), (1, 1), (0, 2)):
    for k in (0, 1, -2, 7):
        c.add("eye", [list(shape), {"k": k}], np.eye(*shape, k))
for n in (0, 1, 2, 7):
    for endpoint in (True, False):
        c.add("linspace", [[n], -1, 2.5, {"endpoint": endpoint}], np.linspace(-1, 2.5, n, endpoint=endpoint))
c.write("standard")

"""Cumulative sums and products; see common.py."""

import numpy as np
from common import TYPES, Cases, make, ref

c = Cases()


def run(dtype, shape):
    x = make(dtype, shape, seed=7 + sum(shape))
    a = ref(c.input(x))
    wide = x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)
    kind = x.dtype if x.dtype.kind == "c" or dtype == "f32" else np.float64
    axes = [None] if len(shape) == 1 else []
    for axis in axes + list(range(-len(shape), len(shape))):
        options = {} if axis is None else {"axis": axis}
        at = 0 if axis is None else axis
        for name, job, one in (("cumsum", np.cumsum, 0), ("cumprod", np.cumprod, 1)):
            out = job(wide, axis=at)
            c.add(name, [a, options], out.astype(kind))
            first = np.full_like(np.take(wide, [0], at) if wide.shape[at] else np.zeros(
                [1 if k == at % wide.ndim else n for k, n in enumerate(wide.shape)], wide.dtype), one)
            c.add(name, [a, {**options, "includeInitial": True}], np.concatenate([first, out], at).astype(kind))


for shape in [(0,), (1,), (7,), (23,), (2, 3), (3, 0), (0, 4), (5, 1, 4), (3, 4, 5)]:
    run("f64", shape)
for dtype in TYPES:
    run(dtype, (4, 3))
x = make("i32", (9,), seed=1)
c.add("cumsum", [ref(c.input(x)), {"dtype": "i32"}], np.cumsum(x, dtype=np.int32))
c.add("cumsum", [ref(c.input(x)), {"dtype": "c128"}], np.cumsum(x).astype(np.complex128))
x = make("u8", (3, 5), seed=2)
c.add("cumprod", [ref(c.input(x)), {"axis": 1, "dtype": "u8"}], np.cumprod(x, axis=1, dtype=np.uint8))
c.write("scans")

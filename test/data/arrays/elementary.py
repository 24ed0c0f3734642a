"""The elementwise functions of the standard; see common.py.

Where Bodkin's dtypes differ from NumPy's, operands are converted first: booleans count as f64 in arithmetic, integers
become f64 where results are floating-point numbers.
"""

import numpy as np
from common import TYPES, Cases, make, ref

np.seterr(all="ignore")
c = Cases()
REAL = [t for t in TYPES if not t.startswith("c")]
INTS = [t for t in REAL if t[0] in "iu"]
INEXACT = ("f32", "f64", "c64", "c128")

UNARY = {
    "number": "ceil conj floor negative positive round sign square trunc",
    "real": "abs imag real",
    "float": "acos acosh asin asinh atan atanh cos cosh exp expm1 log log10 log1p log2 reciprocal sin sinh sqrt tan tanh",
    "bits": "bitwise_invert",
    "test": "isfinite isinf isnan logical_not signbit",
}
BINARY = {
    "number": "add floor_divide maximum minimum multiply pow remainder subtract",
    "float": "atan2 copysign divide hypot logaddexp",
    "bits": "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor",
    "test": "equal greater greater_equal less less_equal logical_and logical_or logical_xor not_equal",
}
COMPLEX = set(
    "abs conj exp imag isfinite isinf isnan log logical_not negative positive real reciprocal sign sqrt square add divide "
    "equal logical_and logical_or logical_xor multiply not_equal subtract acos acosh asin asinh atan atanh cos cosh expm1 "
    "log10 log1p log2 pow round sin sinh tan tanh".split()
)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def name_of(x):
    return next(k for k, t in TYPES.items() if x.dtype == t)


def converted(name, rule, common, x):
    if rule == "float" and common not in INEXACT:
        return x.astype(float)
    if rule in ("number", "real") and common == "bool":
        return x.astype(float)
    return x.astype(TYPES[common])


def common_of(*arrays):
    common = np.result_type(*arrays)
    return "f64" if common == np.int64 else name_of(np.empty(0, common))


def add(name, rule, *arrays):
    common = common_of(*arrays)
    if common.startswith("c") and name not in COMPLEX:
        return
    if rule == "bits" and (common in INEXACT or (common == "bool" and "shift" in name)):
        return
    own = [converted(name, rule, common, x) for x in arrays]
    if name == "signbit" and common == "bool":
        out = np.zeros(arrays[0].shape, bool)
    elif name == "pow" and common == "c64":  # NumPy's own is good to few digits
        out = np.pow(*[x.astype(complex) for x in own])
    else:
        out = getattr(np, name)(*own)
    if rule in ("number", "bits"):
        out = out.astype(own[0].dtype)
    c.add(camel(name), [ref(c.input(x)) for x in arrays], out)


def inputs(dtype, seed, name):
    """Of several shapes; one of special or extreme values."""
    shapes = [(7,)] if dtype not in ("f64", "i32", "c128") else [(7,), (), (0,), (1,), (3, 5)]
    for k, shape in enumerate(shapes):
        yield make(dtype, shape, seed + k)
    if dtype in ("f64", "f32"):
        x = make(dtype, (17,), seed, special=True)
        x[:3] = [0.5, 2.5, -1.5]
        yield x
    elif dtype in INTS and name not in ("exp", "expm1", "sinh", "cosh", "sin", "cos", "tan"):
        ends = np.iinfo(TYPES[dtype])
        yield np.array([ends.min, ends.max, 0, 1, ends.max - 1, 17, ends.min + 1], TYPES[dtype])


POLES = {"reciprocal": (0,), "log": (0,), "log2": (0,), "log10": (0,), "log1p": (-1,), "atanh": (1, -1), "atan": (1j, -1j),
         "pow": (0,)}


def without_poles(name, x):
    for pole in POLES.get(name, ()):
        x = np.where(x == pole, 1.5 + 0.5j, x).astype(x.dtype)
    return x


for rule, names in UNARY.items():
    for name in names.split():
        for dtype in TYPES:
            for x in inputs(dtype, len(name), name):
                if dtype.startswith("c"):
                    x = without_poles(name, x)
                add(name, rule, x)

PAIRS = [("i8", "u8"), ("u16", "f32"), ("i32", "u32"), ("bool", "i16"), ("f32", "f64"), ("bool", "f32"), ("f64", "c64")]

for rule, names in BINARY.items():
    for name in names.split():
        for dtype in TYPES:
            for k, x in enumerate(inputs(dtype, len(name), name)):
                if dtype.startswith("c"):
                    x = without_poles(name, x)
                y = np.array(x.ravel()[::-1].reshape(x.shape))
                if x.ndim == 2 and k % 2 == 0:
                    y = np.array(y[:1])
                if name == "bitwise_left_shift" or name == "bitwise_right_shift":
                    y = (np.arange(y.size).reshape(y.shape) * 5 % 41).astype(x.dtype)
                if name == "pow" and dtype in INTS:
                    y = np.array(y).astype(np.int64) % 41
                    y = y.astype(x.dtype)
                if name == "divide" and dtype.startswith("c"):
                    y = np.where(y == 0, 1, y).astype(y.dtype)
                add(name, rule, x, y)
        for a, b in PAIRS:
            if name in ("pow", "divide") and b == "c64" or "shift" in name:
                continue
            x, y = make(a, (3, 1), 5), make(b, (4,), 6)
            if name == "pow":
                y = np.abs(y)
            add(name, rule, x, y)

c.write("elementary")

"""Files of NumPy, and what is in them: `python3 make.py > files.json`."""

import base64
import io
import json
import sys

import numpy as np

rng = np.random.default_rng(5)


def values(array):
    if array.dtype.kind == "c":
        parts = np.stack([array.real, array.imag], axis=-1)
        return parts.astype("f8").ravel().tolist()
    return array.ravel().tolist()


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return base64.b64encode(out.getvalue()).decode()


def example(dtype, shape):
    kind = np.dtype(dtype).kind
    if kind == "b":
        return rng.random(shape) < 0.5
    if kind == "c":
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    if kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**53)), min(info.max, 2**53)
    return rng.integers(low, high, shape, endpoint=True).astype(dtype)


cases = []


def case(name, array, dtype, version=None):
    cases.append(
        {
            "name": name,
            "file": npy(array, version),
            "dtype": dtype,
            "shape": list(array.shape),
            "values": values(array),
        }
    )


OURS = {
    "f8": "f64", "f4": "f32", "f2": "f32", "i8": "f64", "u8": "f64", "i4": "i32", "u4": "u32", "i2": "i16",
    "u2": "u16", "i1": "i8", "u1": "u8", "?": "bool", "c8": "c64", "c16": "c128",
}
for dtype, ours in OURS.items():
    case(f"{dtype}", example(dtype, (5, 3)), ours)
    if np.dtype(dtype).itemsize > 1:
        swapped = np.dtype(dtype).newbyteorder(">")
        case(f"big-endian {dtype}", example(dtype, (4, 3)).astype(swapped), ours)
    case(f"column-major {dtype}", np.asfortranarray(example(dtype, (4, 3, 2))), ours)
for shape in [(), (0,), (1,), (7,), (3, 0, 2), (1, 1), (2, 3, 4, 5)]:
    case(f"shape {shape}", np.asarray(example("f8", shape)), "f64")
case("version 2", example("f4", (3, 4)), "f32", (2, 0))
case("version 3", example("f4", (3, 4)), "f32", (3, 0))

one, two, three = example("f8", (6, 5)), example("i4", (7,)), np.asfortranarray(example("f4", (3, 4)))
archives = []
for name, save in [("stored", np.savez), ("compressed", np.savez_compressed)]:
    out = io.BytesIO()
    save(out, one=one, two=two, three=three)
    archives.append({"name": name, "file": base64.b64encode(out.getvalue()).decode()})
arrays = {
    name: {"shape": list(array.shape), "values": values(array)}
    for name, array in [("one", one), ("two", two), ("three", three)]
}

wide = np.array([1, 2**53 + 1], dtype="i8")
refused = [
    {"name": "too wide", "file": npy(wide), "message": "9007199254740993"},
    {"name": "text", "file": npy(np.array(["a", "b"])), "message": "<U1"},
    {"name": "records", "file": npy(np.zeros(2, dtype=[("a", "f8")])), "message": "a record"},
]
json.dump({"cases": cases, "archives": archives, "arrays": arrays, "refused": refused}, sys.stdout)

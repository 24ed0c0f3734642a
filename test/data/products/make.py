"""Writes what NumPy gives for products of arrays, as JSON beside this file.

Run with NumPy 2.4, then format: python3 make.py && biome format --write .
Complex numbers are pairs. Operands are small whole numbers, so products are exact except where integers wrap.
"""

import json
import os

import numpy as np

TYPES = {
    "f64": np.float64, "f32": np.float32, "i32": np.int32, "u32": np.uint32,
    "i16": np.int16, "u16": np.uint16, "i8": np.int8, "u8": np.uint8,
    "bool": np.bool_, "c64": np.complex64, "c128": np.complex128,
}
NAMES = {np.dtype(t): name for name, t in TYPES.items()}
rng = np.random.default_rng(4)


def operand(dtype, shape):
    if dtype == "bool":
        return rng.random(shape) < 0.3
    if dtype in ("c64", "c128"):
        parts = rng.integers(-9, 10, (2, *shape))
        return (parts[0] + 1j * parts[1]).astype(TYPES[dtype])
    low, high = (-90, 100) if dtype[0] in "if" else (0, 200)
    return rng.integers(low, high, shape).astype(TYPES[dtype])


def flat(a):
    if a.dtype.kind == "c":
        return [[float(x.real), float(x.imag)] for x in a.ravel()]
    if a.dtype.kind == "f":
        return [float(x) for x in a.ravel()]
    return [x.item() for x in a.ravel()]


def array(a):
    a = np.asarray(a)
    # There is no 64-bit integer here: what NumPy promotes to one is f64.
    dtype = NAMES.get(a.dtype)
    if dtype is None:
        a, dtype = a.astype(np.float64), "f64"
    return {"dtype": dtype, "shape": list(a.shape), "data": flat(a)}


def case(function, argument, operands, result):
    return {"function": function, "argument": argument, "operands": [array(a) for a in operands], "result": array(result)}


SHAPES = [
    ((3, 4), (4, 5)), ((1, 1), (1, 1)), ((7, 13), (13, 9)), ((17, 5), (5, 1)), ((1, 6), (6, 11)),
    ((0, 4), (4, 3)), ((3, 0), (0, 2)), ((3, 4), (4, 0)), ((5,), (5,)), ((0,), (0,)), ((4,), (4, 3)), ((3, 4), (4,)),
    ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (2, 4, 3)),
    ((2, 3, 4), (4,)), ((0, 3, 4), (4, 2)), ((1, 3, 4), (6, 4, 1)),
]
MIXED = [("i8", "u8"), ("i32", "u32"), ("f32", "i16"), ("f32", "c64"), ("i32", "c64"), ("bool", "i8"), ("f64", "f32"), ("c64", "f64")]


def products():
    cases = []
    pairs = [(d, d) for d in TYPES] + MIXED
    for k, (left, right) in enumerate(pairs):
        for a, b in SHAPES if left == right and left in ("f64", "i32", "c64") else SHAPES[k % 3 :: 3]:
            x, y = operand(left, a), operand(right, b)
            cases.append(case("matmul", None, [x, y], x @ y))
    for dtype in ("f64", "i16", "c128", "bool"):
        x, y = operand(dtype, (3, 4, 5)), operand(dtype, (4, 3, 2))
        for axes in (([1, 0], [0, 1]), ([0], [1]), ([-3], [-2])):
            cases.append(case("tensordot", axes, [x, y], np.tensordot(x, y, axes)))
        for axes in (0, 1, 2):
            x, y = operand(dtype, (2, 3, 4)), operand(dtype, (2, 3, 4)[3 - axes :] + (3,))
            cases.append(case("tensordot", axes, [x, y], np.tensordot(x, y, axes)))
        x, y = operand(dtype, (5,)), operand(dtype, (7,))
        cases.append(case("outer", None, [x, y], np.outer(x, y)))
        for axis, a, b in ((-1, (3, 4), (3, 4)), (-1, (4,), (5, 4)), (-2, (2, 3, 4), (3, 1)), (-1, (0, 3), (0, 3)), (-1, (3, 0), (3, 0))):
            x, y = operand(dtype, a), operand(dtype, b)
            if dtype != "bool":
                cases.append(case("vecdot", axis, [x, y], np.vecdot(x, y, axis=axis)))
        x, y = operand(dtype, (6,)), operand(dtype, (6,))
        cases.append(case("dot", None, [x, y], np.dot(x, y)))
    return cases


EINSUMS = [
    ("ij,jk->ik", (3, 4), (4, 5)), ("ij,jk", (3, 4), (4, 5)), ("ij,jk->ki", (3, 4), (4, 5)), ("ji,jk->ik", (4, 3), (4, 5)),
    ("ii->i", (4, 4)), ("ii", (4, 4)), ("ij->ji", (3, 4)), ("ij->", (3, 4)), ("ij->j", (3, 4)), ("ba", (3, 4)),
    ("i,i->", (5,), (5,)), ("i,j->ij", (3,), (4,)), ("ij,ij->ij", (3, 4), (3, 4)), ("ij,ij->i", (3, 4), (3, 4)),
    ("ij,kj->ik", (3, 4), (5, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("bij,bjk->ikb", (2, 3, 4), (2, 4, 5)),
    ("ijk,jil->kl", (3, 4, 5), (4, 3, 2)), ("iij,j->i", (3, 3, 4), (4,)), ("ij,k->k", (3, 4), (5,)), ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("i,ij,j->", (3,), (3, 4), (4,)), ("ab,cd,ef->ace", (2, 3), (3, 2), (2, 2)), ("...ij,...jk->...ik", (2, 3, 4), (4, 5)),
    ("...ij,...jk", (2, 1, 3, 4), (5, 4, 2)), ("i...,i...->...", (3, 4, 2), (3, 4, 2)), ("...,...", (3, 4), (4,)), ("i...->...i", (2, 3, 4)),
    (" i j , j k -> i k ", (3, 4), (4, 5)), ("aB,Bc->ac", (2, 3), (3, 4)), ("ij,jk->ik", (0, 4), (4, 5)), ("ij,jk->ik", (3, 0), (0, 5)),
    ("ijkl,klmn->ijmn", (2, 3, 2, 3), (2, 3, 3, 2)), ("abc,cd->dba", (2, 3, 4), (4, 5)), ("ij,jk,ik->", (3, 4), (4, 5), (3, 5)),
]


def einsums():
    cases = []
    for dtype in ("f64", "i32", "c64"):
        for text, *shapes in EINSUMS:
            operands = [operand(dtype, shape) for shape in shapes]
            cases.append(case("einsum", text, operands, np.einsum(text, *operands)))
    return cases


def matrices():
    cases = []
    for dtype in ("f64", "f32", "i32", "c64", "bool"):
        for shape in ((3, 4), (5, 2), (1, 1), (2, 4, 3), (0, 3)):
            x = operand(dtype, shape)
            for k in (0, 1, -2):
                cases.append(case("tril", {"k": k}, [x], np.tril(x, k)))
                cases.append(case("triu", {"k": k}, [x], np.triu(x, k)))
            for offset in (0, 1, -1):
                if x.size > 0 and -shape[-2] <= offset <= shape[-1]:
                    cases.append(case("diagonal", {"offset": offset}, [x], np.linalg.diagonal(x, offset=offset)))
                    cases.append(case("trace", {"offset": offset}, [x], np.linalg.trace(x, offset=offset, dtype=x.dtype)))
            if dtype == "bool":
                continue
            y = x if dtype != "i32" else x.astype(np.float64)
            for keepdims in (False, True):
                for ord in ("fro", 1, -1, np.inf, -np.inf):
                    if x.size > 0:
                        name = ord if ord == "fro" or np.isfinite(ord) else str(ord)
                        cases.append(case("matrixNorm", {"ord": name, "keepdims": keepdims}, [x], np.linalg.matrix_norm(y, ord=ord, keepdims=keepdims)))
                for ord in (0, 1, 2, 3, 0.5, -1, np.inf, -np.inf):
                    for axis in (None, 0, -1):
                        # NumPy divides by the zeros among the elements for negative orders.
                        if x.size > 0 and not (ord == -1 and (x == 0).any()):
                            argument = {"ord": ord if np.isfinite(ord) else str(ord), "keepdims": keepdims}
                            if axis is not None:
                                argument["axis"] = axis
                            cases.append(case("vectorNorm", argument, [x], np.linalg.vector_norm(y, ord=ord, axis=axis, keepdims=keepdims)))
    return cases


for name, cases in (("products", products()), ("einsum", einsums()), ("matrices", matrices())):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".json"), "w") as out:
        json.dump(cases, out)

"""Writes the polynomials of src/kernel/math/coefficients.ts: minimax in absolute error, by Remez's exchange.

Run with mpmath 1.3: python3 coefficients.py, then biome format --write ../../../src/kernel/math
"""

import os

import mpmath as mp
from mpmath import mpf

mp.mp.dps = 60


def remez(f, a, b, degree):
    """Coefficients of the best polynomial for f on [a, b], lowest first, and its largest error."""
    count = degree + 2
    points = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]
    best = None
    for _ in range(25):
        system, values = mp.matrix(count, count), mp.matrix(count, 1)
        for i, x in enumerate(points):
            for j in range(degree + 1):
                system[i, j] = x**j
            system[i, degree + 1] = (-1) ** i
            values[i] = f(x)
        solution = mp.lu_solve(system, values)
        polynomial = [solution[j] for j in range(degree + 1)]
        level = abs(solution[degree + 1])
        grid = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (20 * count)) for i in range(20 * count + 1)]
        extrema = []
        for x in grid:
            error = mp.polyval(polynomial[::-1], x) - f(x)
            if not extrema or (error > 0) != (extrema[-1][1] > 0):
                extrema.append((x, error))
            elif abs(error) > abs(extrema[-1][1]):
                extrema[-1] = (x, error)
        worst = max(abs(error) for _, error in extrema)
        if best is None or worst < best[1]:
            best = (polynomial, worst)
        if len(extrema) < count or worst / level < 1.01:
            break
        while len(extrema) > count:
            extrema.pop(0 if abs(extrema[0][1]) < abs(extrema[-1][1]) else -1)
        points = [x for x, _ in extrema]
    return best


def series(term, terms=40):
    return lambda z: sum(term(k) * z**k for k in range(terms))


def odd(f, first):
    """(f(x) / x - 1) / x^2 as a function of x^2; `first` is its value at 0."""

    def g(z):
        if z == 0:
            return first
        x = mp.sqrt(z)
        return (f(x) / x - 1) / z

    return g


LN2 = mp.log(2)
expo = series(lambda k: 1 / mp.factorial(k + 2))
half_ln2 = LN2 / 2 * mpf("1.0001")
log_end = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mpf("1.001")
quarter = (mp.pi / 4) ** 2 * mpf("1.001")
zero = mpf(0)

# name, what it is, function, interval, degree for f64 and for f32
TABLE = [
    ("EXP", "(e^r − 1 − r) / r² for |r| ≤ ln 2 / 2", expo, -half_ln2, half_ln2, 10, 5),
    ("EXP2", "(2^t − 1 − t·ln 2) / t² for |t| ≤ 1/2",
     lambda t: expo(t * LN2) * LN2**2, -mpf("0.5"), mpf("0.5"), 10, 5),
    ("LOG", "(2·artanh s − 2s) / s³ in s² for |s| ≤ 3 − √8",
     series(lambda k: mpf(2) / (2 * k + 3)), zero, log_end, 6, 3),
    ("SIN", "(sin r − r) / r³ in r² for |r| ≤ π/4",
     series(lambda k: (-1) ** (k + 1) / mp.factorial(2 * k + 3)), zero, quarter, 5, 3),
    ("COS", "(cos r − 1 + r²/2) / r⁴ in r² for |r| ≤ π/4",
     series(lambda k: (-1) ** k / mp.factorial(2 * k + 4)), zero, quarter, 5, 2),
    ("ATAN", "(arctan x − x) / x³ in x² for |x| ≤ 0.66", odd(mp.atan, -mpf(1) / 3), zero, mpf("0.4375"), 14, 7),
    ("ASIN", "(arcsin x − x) / x³ in x² for |x| ≤ 1/2", odd(mp.asin, mpf(1) / 6), zero, mpf("0.2501"), 12, 6),
    ("SINH", "(sinh x − x) / x³ in x² for |x| ≤ 1", series(lambda k: 1 / mp.factorial(2 * k + 3)), zero, mpf("1.001"), 7, 3),
    ("TANH", "(tanh x − x) / x³ in x² for |x| ≤ 5/8", odd(mp.tanh, -mpf(1) / 3), zero, mpf("0.391"), 11, 5),
    ("ASINH", "(arsinh x − x) / x³ in x² for |x| ≤ 1/2", odd(mp.asinh, -mpf(1) / 6), zero, mpf("0.2501"), 12, 5),
    ("ATANH", "(artanh x − x) / x³ in x² for |x| ≤ 1/2", odd(mp.atanh, mpf(1) / 3), zero, mpf("0.2501"), 13, 6),
    ("CBRT", "∛x for 1 ≤ x ≤ 2", lambda x: x ** (mpf(1) / 3), mpf(1), mpf(2), 7, 10),
]

HEADER = """/**
 * Minimax polynomials of the vector functions, coefficient of the lowest power first. Written by
 * `test/kernel/reference/coefficients.py`; the error of each is given beside it.
 */

/** How exact a function has to be. Those of f32 are computed on f64 lanes, with fewer terms. */
export type Precision = "f64" | "f32";

export type Coefficients = Readonly<Record<Precision, readonly number[]>>;
"""

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, "../../../src/kernel/math/coefficients.ts")
with open(out, "w") as file:
    file.write(HEADER)
    for name, what, f, a, b, wide, narrow in TABLE:
        both = {"f64": remez(f, a, b, wide), "f32": remez(f, a, b, narrow)}
        errors = [f"2^{float(mp.log(e, 2)):.1f}" for _, e in both.values()]
        file.write(f"\n/** {what}; error {errors[0]} and {errors[1]}. */\n")
        file.write(f"export const {name}: Coefficients = {{\n")
        for precision, (polynomial, _) in both.items():
            file.write(f"{precision}: [{', '.join(repr(float(c)) for c in polynomial)}],\n")
        file.write("};\n")

/** Cases of products that NumPy computed, and the backends that must give the same. */

import { readFileSync } from "node:fs";
import {
  type DArray,
  diagonal,
  dot,
  einsum,
  matmul,
  matrixNorm,
  type NDArray,
  outer,
  tensordot,
  trace,
  tril,
  triu,
  vecdot,
  vectorNorm,
} from "bodkin";
import { expect } from "vitest";
import { isComplexValue, type Value } from "../../../src/array/element.ts";
import { blasProduct } from "../../../src/array/products/gemm/blas.ts";
import { arrayOfReference, type ReferenceArray } from "../helpers.ts";

export interface Case {
  readonly function: string;
  readonly argument: unknown;
  readonly operands: readonly ReferenceArray[];
  readonly result: ReferenceArray;
}

/** What `test/data/products/make.py` wrote. */
export function casesOf(name: "products" | "einsum" | "matrices"): Case[] {
  const url = new URL(`../../data/products/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Case[];
}

export const titleOf = ({ function: name, argument, operands }: Case): string =>
  `${name} ${argument === null ? "" : JSON.stringify(argument)} of ${operands
    .map(({ dtype, shape }) => `${dtype}[${shape}]`)
    .join(" and ")}`;

type Product = (...operands: (NDArray | DArray)[]) => unknown;

export function functionOf({ function: name, argument }: Case): Product {
  switch (name) {
    case "tensordot":
      return (a, b) => tensordot(a as NDArray, b as NDArray, argument as number);
    case "vecdot":
      return (a, b) => vecdot(a as NDArray, b as NDArray, { axis: argument as number });
    case "tril":
    case "triu":
    case "diagonal":
    case "trace":
    case "vectorNorm":
    case "matrixNorm": {
      const { ord, ...rest } = argument as { ord?: number | string };
      const own = ord === "inf" || ord === "-inf" ? Number(ord.replace("inf", "Infinity")) : ord;
      const options = { ...rest, ...(own !== undefined && { ord: own }) };
      const of = { tril, triu, diagonal, trace, vectorNorm, matrixNorm }[name];
      return (array) => (of as (x: unknown, options: object) => unknown)(array, options);
    }
    case "einsum":
      return (...operands) => einsum(argument as string, ...(operands as [NDArray]));
    default:
      return { matmul, outer, dot }[name] as Product;
  }
}

/** What a product gave: an array, or a single value. */
export function expectResult(actual: NDArray | Value, own: Case, how: string = ""): void {
  const expected = arrayOfReference(own.result);
  const title = `${titleOf(own)} ${how}`;
  const isArray = typeof actual === "object" && !isComplexValue(actual);
  if (isArray) {
    expect(actual.dtype, title).toBe(expected.dtype);
    expect(actual.shape, title).toEqual(expected.shape);
  }
  const [made, wanted] = isArray
    ? [actual.toArray(), expected.toArray()]
    : [actual, expected.get()];
  if (own.function.endsWith("Norm")) expectNear(made, wanted, expected.dtype, title);
  else expect(made, title).toEqual(wanted);
}

/** Equal up to some units of the last place: powers and roots. */
function expectNear(made: unknown, wanted: unknown, dtype: string, title: string): void {
  const [own, others] = [[made], [wanted]].map((nested) => nested.flat(9)) as [number[], number[]];
  expect(own.length, title).toBe(others.length);
  const tolerance = dtype === "f32" ? 1e-6 : 1e-14;
  own.forEach((x, at) => {
    const y = others[at] as number;
    expect(Math.abs(x - y), `${title}: ${x} for ${y}`).toBeLessThanOrEqual(tolerance * Math.abs(y));
  });
}

const REQUIRED = process.env["BODKIN_REQUIRE_ALL"] === "1";

/** By what `BODKIN_BLAS` is. */
export const BACKENDS: { backend: string; blas: string }[] = [
  { backend: "WebAssembly", blas: "none" },
];
if (blasProduct("f64") || REQUIRED) BACKENDS.push({ backend: "OpenBLAS", blas: "" });

/** Sets the backend of this process and of threads and workers that start from now on. */
export function useBackend(blas: string): void {
  process.env["BODKIN_BLAS"] = blas;
  expect(blasProduct("f64") !== undefined).toBe(blas !== "none");
}

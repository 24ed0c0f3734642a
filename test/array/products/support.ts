/** Cases of products that NumPy computed, and the backends that must give the same. */

import { readFileSync } from "node:fs";
import { type DArray, dot, einsum, matmul, type NDArray, outer, tensordot, vecdot } from "bodkin";
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
export function casesOf(name: "products" | "einsum"): Case[] {
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
  if (typeof actual !== "object" || isComplexValue(actual)) {
    expect(actual, title).toEqual(expected.get());
    return;
  }
  expect(actual.dtype, title).toBe(expected.dtype);
  expect(actual.shape, title).toEqual(expected.shape);
  expect(actual.toArray(), title).toEqual(expected.toArray());
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

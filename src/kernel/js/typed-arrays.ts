/** Declarations of typed arrays in generated code. */

import type { LocalArray, ValueType } from "../ir.ts";

const CLASSES: Record<LocalArray["dtype"] | "bool", string> = {
  f64: "Float64Array",
  f32: "Float32Array",
  i32: "Int32Array",
  u32: "Uint32Array",
  bool: "Uint8Array",
};

export const newArray = (name: string, type: ValueType, length: number | string): string =>
  `const ${name} = new ${CLASSES[type]}(${length});`;

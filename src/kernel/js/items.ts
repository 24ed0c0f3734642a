/** Kernels whose items do not depend on each other: one loop over a part of the range. */

import type { IndexExpression, KernelIR } from "../ir.ts";
import { statementsIn } from "../walk.ts";
import { block, type Surroundings, statementTexts } from "./statements.ts";
import { newArray } from "./typed-arrays.ts";

/** Statements that run the items from `from` up to `to`, counted row by row. */
export function itemsText(ir: KernelIR): string[] {
  const { axes } = ir.facts;
  const needsAxes = axes > 0 || ir.facts.usesGroups;
  const privates = [...statementsIn(ir.body)].flatMap((each) =>
    each.kind === "private" ? [newArray(each.array.name, each.array.dtype, each.array.length)] : [],
  );
  const start = needsAxes
    ? ["let i2 = from % n2, i1 = (from / n2 | 0) % n1, i0 = from / (n1 * n2) | 0;"]
    : [];
  const step = needsAxes ? "i++, ++i2 === n2 && (i2 = 0, ++i1 === n1 && (i1 = 0, i0++))" : "i++";
  const loop = `items: for (let i = from; i < to; ${step})`;
  return [...privates, ...start, `${loop} ${block(statementTexts(ir.body, ON_ITEMS))}`];
}

const ON_ITEMS: Surroundings = {
  ending: "continue items;",
  variable: (name) => name,
  index: indexText,
  element: (array, index) => `${array}[${index}]`,
  declare: (name, _type, value, isConstant) =>
    `${isConstant ? "const" : "let"} ${name} = ${value};`,
  assign: (name, value) => `${name} = ${value};`,
  clear: (array) => `${array}.fill(0);`,
  guard: () => undefined,
};

const group = (axis: number): string => `(i${axis} / g${axis} | 0)`;
const within = (axis: number): string => `(i${axis} % g${axis})`;

function indexText({ of, axis }: IndexExpression): string {
  switch (of) {
    case "globalIndex":
      return axis === undefined ? "i" : `i${axis}`;
    case "localIndex":
      return axis === undefined ? linear(within(0), within(1), within(2), "g") : within(axis);
    case "groupIndex":
      return axis === undefined ? linear(group(0), group(1), group(2), "q") : group(axis);
    default:
      return sizeText(of, axis);
  }
}

/** `x`, `y` and `z` along the axes as one number. */
export const linear = (x: string, y: string, z: string, sizes: string): string =>
  `((${x} * ${sizes}1 + ${y}) * ${sizes}2 + ${z})`;

export function sizeText(of: IndexExpression["of"], axis: number | undefined): string {
  const letter = of === "globalSize" ? "n" : "g";
  return axis === undefined ? `(${letter}0 * ${letter}1 * ${letter}2)` : `${letter}${axis}`;
}

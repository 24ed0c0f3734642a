/** Expressions as functions of a row, for the compiler that makes vector loops of those: over columns without nulls. */

import { BoundedMap } from "../../util/bounded-map.ts";
import { compile } from "../../util/compile.ts";
import type { Partition } from "../columns/column.ts";
import { compiledPass } from "../rows/compiled.ts";
import type { RowFunction } from "../rows/loop.ts";
import type { Pass } from "../rows/view.ts";
import { Emitter } from "./emit.ts";
import { columnsIn, type Node } from "./node.ts";

const functions = new BoundedMap<RowFunction>(500);

/**
 * What computes the truth of a condition, or the f64 or bool column of an expression; undefined where it has to be done in
 * another way.
 */
export function expressionPass(
  partition: Partition,
  node: Node,
  wanted: "truth" | "value",
): Pass | undefined {
  const names = columnsIn(node);
  if (node.kind !== "call" || names.size === 0) return undefined;
  if (node.type !== undefined && node.type !== "f64" && node.type !== "bool") return undefined;
  for (const name of names) {
    const column = partition.columns.find((each) => each.name === name);
    if (column?.nulls !== 0 || !/^([iuf](8|16|32)|f64|bool)$/.test(column.type)) return undefined;
  }
  const emitter = new Emitter(partition, "record");
  const { kind, code, isNull } = emitter.emit(node);
  const isPlain = isNull === undefined && emitter.inputs.size === 0;
  if (!isPlain || (kind !== "bool" && (kind !== "number" || wanted === "truth"))) return undefined;
  const body = `${emitter.body}\nreturn ${code};`;
  const f = functions.getOrMake(body, () => compile<RowFunction>("expression", ["row"], body));
  const pass = compiledPass(partition, f, wanted);
  const type = kind === "bool" ? "bool" : "f64";
  return pass?.types[0] === type ? pass : undefined;
}

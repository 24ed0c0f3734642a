/** From the statements of the last pass to the finished kernel: what is used how, and what items do together. */

import { uniformity } from "../groups.ts";
import type {
  ElementDType,
  Expression,
  Facts,
  KernelIR,
  LocalArray,
  Parameter,
  Statement,
} from "../ir.ts";
import { expressionsIn, listsIn, statementsIn } from "../walk.ts";
import type { Lowering } from "./lowering.ts";
import type { Origin } from "./scope.ts";
import { kernelError } from "./source.ts";

/** Arguments of the function; how arrays are used is seen here. */
export type Argument =
  | { readonly kind: "array"; readonly name: string; readonly dtype: ElementDType }
  | { readonly kind: "scalar"; readonly name: string; readonly type: Expression["type"] };

export function finish(
  cx: Lowering,
  name: string,
  args: readonly Argument[],
  root: Origin,
): KernelIR {
  refuseMixtures(cx);
  const use = usage(cx.out);
  const parameters: Parameter[] = [
    ...args.map((each): Parameter => {
      if (each.kind === "scalar") return each;
      return {
        ...each,
        isRead: use.read.has(each.name),
        isWritten: use.written.has(each.name),
        isAtomic: use.atomic.has(each.name),
      };
    }),
    ...cx.scalars,
  ];
  const marked = (array: LocalArray): LocalArray => ({
    ...array,
    isAtomic: use.atomic.has(array.name),
  });
  const shared = cx.shared.map(marked);
  const hasBarriers = [...statementsIn(cx.out)].some((each) => each.kind === "barrier");
  const body = hasBarriers ? withUniformity(cx, parameters, use, root) : cx.out;
  return {
    name: name.replace(/[^A-Za-z0-9_]/g, "") || "kernel",
    parameters,
    shared,
    body,
    facts: factsOf(body, parameters, shared, hasBarriers),
  };
}

function refuseMixtures(cx: Lowering): void {
  for (const [key, { origin, name }] of cx.variables) {
    if (cx.typeOf(key) !== "mixed") continue;
    throw kernelError(
      origin.source,
      origin.node,
      `'${name}' gets both i32 and u32 values, and no 32-bit integer holds all of them`,
      "Make all values it gets one type, with `| 0` or `>>> 0`",
    );
  }
}

interface Usage {
  readonly read: Set<string>;
  readonly written: Set<string>;
  readonly atomic: Set<string>;
}

function usage(body: readonly Statement[]): Usage {
  const use: Usage = { read: new Set(), written: new Set(), atomic: new Set() };
  for (const each of statementsIn(body)) {
    if (each.kind === "store") use.written.add(each.array);
    if (each.kind !== "atomic") continue;
    use.atomic.add(each.array);
    use.read.add(each.array);
    use.written.add(each.array);
  }
  for (const each of expressionsIn(body)) if (each.kind === "load") use.read.add(each.array);
  return use;
}

// --- Barriers ------------------------------------------------------------------------------------

function withUniformity(
  cx: Lowering,
  parameters: readonly Parameter[],
  use: Usage,
  root: Origin,
): readonly Statement[] {
  const scalars = new Set(
    parameters.flatMap((each) => (each.kind === "scalar" ? [each.name] : [])),
  );
  const isStable = (array: string): boolean =>
    !use.written.has(array) && parameters.some((each) => each.name === array);
  const { variables, faults } = uniformity(cx.out, scalars, isStable);
  const [fault] = faults;
  if (fault) {
    const origin = cx.origins.get(fault[0]) ?? root;
    const isReturn = [...statementsIn([fault[0]])].some((each) => each.kind === "return");
    throw kernelError(
      origin.source,
      origin.node,
      "a barrier depends on a condition that may differ between the items of a group, so some would wait for ever",
      isReturn
        ? "Put what only some items do into an `if` rather than returning before a barrier"
        : "Let all items reach the barrier, and put only what differs into the `if`",
    );
  }
  return markUniform(cx.out, variables);
}

function markUniform(
  list: readonly Statement[],
  uniform: ReadonlySet<string>,
): readonly Statement[] {
  return list.map((each): Statement => {
    const inner = listsIn(each).map((inside) => markUniform(inside, uniform));
    const [first = [], second = []] = inner;
    switch (each.kind) {
      case "let":
        return uniform.has(each.name) ? { ...each, isUniform: true } : each;
      case "if":
        return { ...each, consequent: first, alternate: second };
      case "loop":
        return { ...each, body: first, update: second };
      case "block":
        return { ...each, body: first };
      default:
        return each;
    }
  });
}

// --- Facts ---------------------------------------------------------------------------------------

function factsOf(
  body: readonly Statement[],
  parameters: readonly Parameter[],
  shared: readonly LocalArray[],
  hasBarriers: boolean,
): Facts {
  const statements = [...statementsIn(body)];
  const expressions = [...expressionsIn(body)];
  const arrays = new Set(parameters.flatMap((each) => (each.kind === "array" ? [each.name] : [])));
  const hasAtomics = statements.some((each) => each.kind === "atomic");
  const indices = expressions.filter((each) => each.kind === "index");
  const axes = indices.reduce(
    (most, each) => Math.max(most, each.axis === undefined ? 0 : each.axis + 1),
    0,
  );
  const usesGroups =
    hasBarriers ||
    shared.length > 0 ||
    indices.some(({ of }) => of !== "globalIndex" && of !== "globalSize");
  const accesses = [...expressions, ...statements].filter(
    (each) => (each.kind === "load" || each.kind === "store") && arrays.has(each.array),
  ) as { index: Expression }[];
  const isOwn = ({ index }: { index: Expression }): boolean =>
    index.kind === "index" && index.of === "globalIndex" && index.axis === undefined;
  const dtypes = [
    ...parameters.map((each) => (each.kind === "array" ? each.dtype : each.type)),
    ...shared.map((each) => each.dtype),
    ...statements.map((each) => (each.kind === "private" ? each.array.dtype : undefined)),
    ...expressions.map((each) => each.type),
  ];
  return {
    hasBarriers,
    hasAtomics,
    usesGroups,
    axes: axes as Facts["axes"],
    isElementwise: !usesGroups && !hasAtomics && axes === 0 && accesses.every(isOwn),
    usesF64: dtypes.includes("f64"),
  };
}

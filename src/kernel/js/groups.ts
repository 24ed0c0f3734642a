/**
 * Kernels with barriers or shared arrays: group by group. What runs between barriers is a loop over the items of
 * the group (loop fission); statements that all items run together stand outside of these loops. A variable
 * that one such loop sets and another reads has an element for each item.
 */

import { commonLists, commonStatements } from "../groups.ts";
import type { IndexExpression, KernelIR, Statement, ValueType } from "../ir.ts";
import { expressionsIn, statementsIn } from "../walk.ts";
import { expressionText } from "./expressions.ts";
import { linear, sizeText } from "./items.ts";
import { block, ifText, loopFrom, type Surroundings, statementTexts } from "./statements.ts";
import { newArray } from "./typed-arrays.ts";

/** Statements that run the groups from `from` up to `to`, counted row by row. */
export function groupsText(ir: KernelIR): string[] {
  return new GroupWriter(ir).text();
}

interface PrivateArray {
  readonly length: number;
  readonly dtype: ValueType;
  /** It has a part for each item. */
  readonly isKept: boolean;
}

class GroupWriter {
  readonly #ir: KernelIR;
  readonly #common: ReadonlySet<Statement>;
  readonly #uniform = new Set<string>();
  /** Variables with an element for each item. */
  readonly #kept = new Map<string, ValueType>();
  readonly #privates = new Map<string, PrivateArray>();

  constructor(ir: KernelIR) {
    this.#ir = ir;
    this.#common = commonStatements(ir.body);
    for (const each of statementsIn(ir.body)) {
      if (each.kind === "let" && each.isUniform) this.#uniform.add(each.name);
    }
    this.#findKept();
  }

  text(): string[] {
    const { shared, body } = this.#ir;
    return [
      ...shared.map((each) => newArray(each.name, each.dtype, each.length)),
      ...[...this.#kept].map(([name, type]) => newArray(name, type, "g0 * g1 * g2")),
      ...[...this.#privates].map(([name, { dtype, length, isKept }]) =>
        newArray(name, dtype, isKept ? `g0 * g1 * g2 * ${length}` : length),
      ),
      `groups: for (let q = from; q < to; q++) ${block([
        "const h2 = q % q2, h1 = (q / q2 | 0) % q1, h0 = q / (q1 * q2) | 0;",
        "const e0 = Math.min(g0, n0 - h0 * g0), e1 = Math.min(g1, n1 - h1 * g1), e2 = Math.min(g2, n2 - h2 * g2);",
        ...shared.map((each) => `${each.name}.fill(0);`),
        ...this.#list(body),
      ])}`,
    ];
  }

  // --- What outlives a loop over the items -------------------------------------------------------

  #isTogether(statement: Statement): boolean {
    if (statement.kind === "let" || statement.kind === "assign")
      return this.#uniform.has(statement.name);
    return this.#common.has(statement);
  }

  /** Runs of statements that one loop over the items does, and statements that stand alone. */
  *#runs(list: readonly Statement[]): Generator<Statement | readonly Statement[]> {
    let run: Statement[] = [];
    for (const each of list) {
      if (!this.#isTogether(each)) {
        run.push(each);
        continue;
      }
      if (run.length > 0) yield run;
      run = [];
      yield each;
    }
    if (run.length > 0) yield run;
  }

  #findKept(): void {
    const runs = [...commonLists(this.#ir.body, this.#common)].flatMap((list) =>
      [...this.#runs(list)].filter((each): each is readonly Statement[] => Array.isArray(each)),
    );
    const uses = runs.map(namesIn);
    runs.forEach((run, i) => {
      for (const each of statementsIn(run)) {
        const declared = declaredBy(each);
        if (!declared) continue;
        const isKept = uses.some((names, k) => k !== i && names.has(declared.name));
        if (each.kind === "private") this.#privates.set(declared.name, { ...each.array, isKept });
        else if (isKept) this.#kept.set(declared.name, declared.type);
      }
    });
  }

  // --- Statements --------------------------------------------------------------------------------

  #list(list: readonly Statement[]): string[] {
    return [...this.#runs(list)].flatMap((each) =>
      "kind" in each ? this.#together(each) : [this.#items(each)],
    );
  }

  #items(run: readonly Statement[]): string {
    const inner = block([
      "const i2 = h2 * g2 + l2, l = (l0 * g1 + l1) * g2 + l2;",
      ...statementTexts(run, this.#onItems),
    ]);
    const middle = `const i1 = h1 * g1 + l1;\nitems: for (let l2 = 0; l2 < e2; l2++) ${inner}`;
    const outer = `const i0 = h0 * g0 + l0;\nfor (let l1 = 0; l1 < e1; l1++) ${block([middle])}`;
    return `for (let l0 = 0; l0 < e0; l0++) ${block([outer])}`;
  }

  #together(statement: Statement): string[] {
    const on = this.#onGroup;
    const body = (list: readonly Statement[]): string => block(this.#list(list));
    switch (statement.kind) {
      case "barrier":
        return [];
      case "if": {
        const condition = expressionText(statement.condition, on);
        return [ifText(condition, body(statement.consequent), statement.alternate, body)];
      }
      case "loop": {
        const { test, until } = statement;
        return [
          loopFrom({
            loop: statement,
            body: this.#list(statement.body),
            update: this.#list(statement.update),
            until: until && `if (${expressionText(until, on)}) break;`,
            test: test ? expressionText(test, on) : "",
          }),
        ];
      }
      case "block":
        return [`L${statement.label}: ${body(statement.body)}`];
      default:
        return statementTexts([statement], on);
    }
  }

  // --- Spelling ----------------------------------------------------------------------------------

  readonly #onGroup: Surroundings = {
    ending: "continue groups;",
    variable: (name) => name,
    index: (e) => this.#index(e),
    element: (array, index) => `${array}[${index}]`,
    declare: (name, _type, value, isConstant) =>
      `${isConstant ? "const" : "let"} ${name} = ${value};`,
    assign: (name, value) => `${name} = ${value};`,
    clear: (array) => `${array}.fill(0);`,
    guard: () => undefined,
  };

  readonly #onItems: Surroundings = {
    ...this.#onGroup,
    ending: "continue items;",
    variable: (name) => {
      const type = this.#kept.get(name);
      if (type === undefined) return name;
      return type === "bool" ? `(${name}[l] === 1)` : `${name}[l]`;
    },
    element: (array, index) => {
      const own = this.#privates.get(array);
      // Out of bounds there is the part of another item.
      return own?.isKept
        ? `${array}[${index} >>> 0 < ${own.length} ? l * ${own.length} + ${index} : -1]`
        : `${array}[${index}]`;
    },
    declare: (name, type, value, isConstant) =>
      this.#kept.has(name)
        ? `${name}[l] = ${value};`
        : this.#onGroup.declare(name, type, value, isConstant),
    assign: (name, value) => `${this.#kept.has(name) ? `${name}[l]` : name} = ${value};`,
    clear: (array) => {
      const own = this.#privates.get(array);
      return own?.isKept
        ? `${array}.fill(0, l * ${own.length}, (l + 1) * ${own.length});`
        : `${array}.fill(0);`;
    },
  };

  #index({ of, axis }: IndexExpression): string {
    switch (of) {
      case "globalIndex":
        return axis === undefined ? linear("i0", "i1", "i2", "n") : `i${axis}`;
      case "localIndex":
        return axis === undefined ? "l" : `l${axis}`;
      case "groupIndex":
        return axis === undefined ? "q" : `h${axis}`;
      default:
        return sizeText(of, axis);
    }
  }
}

function declaredBy(
  statement: Statement,
): { readonly name: string; readonly type: ValueType } | undefined {
  if (statement.kind === "let") return statement;
  if (statement.kind === "private")
    return { name: statement.array.name, type: statement.array.dtype };
  return statement.kind === "atomic"
    ? { name: statement.result, type: statement.dtype }
    : undefined;
}

/** Names of variables and arrays that statements use. */
function namesIn(run: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const each of statementsIn(run)) {
    if (each.kind === "assign") names.add(each.name);
    if (each.kind === "store" || each.kind === "atomic") names.add(each.array);
  }
  for (const each of expressionsIn(run)) {
    if (each.kind === "variable") names.add(each.name);
    if (each.kind === "load") names.add(each.array);
  }
  return names;
}

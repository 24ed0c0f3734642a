/** Random elementwise kernels in the intermediate form: expressions of all types, branches, loops, early ends. */

import fc from "fast-check";
import {
  binary,
  cast,
  compare,
  constant,
  index,
  logical,
  math,
  select,
  unary,
  variable,
} from "../../../src/kernel/build.ts";
import type {
  ElementDType,
  Expression,
  KernelIR,
  MathFunction,
  Statement,
  ValueType,
} from "../../../src/kernel/ir.ts";
import { valueTypeOf } from "../../../src/kernel/ir.ts";

/** Arrays that every program has; those after the first five are written. */
export const PROGRAM_ARRAYS: readonly ElementDType[] = [
  "f64",
  "f32",
  "i32",
  "u32",
  "u8",
  "f64",
  "f32",
  "i32",
  "u16",
  "bool",
];
const READ = 5;

const TYPES: readonly ValueType[] = ["f64", "f32", "i32", "u32", "bool"];
/** One that is set, and one that is the same for all items. */
const variablesOf = (type: ValueType): string[] => [`v_${type}`, `s_${type}`];

const NUMBERS = [0, -0, 1, -1, 2, 0.5, 3.7, -2.5, 100, 65536, 2 ** 31, Number.NaN];

const FLOAT_MATH = ["abs", "sign", "floor", "ceil", "trunc", "round", "sqrt"] as const;
const INTEGER_MATH = ["abs", "sign"] as const;

const at = index("globalIndex");

const load = (k: number): Expression => {
  const dtype = PROGRAM_ARRAYS[k] as ElementDType;
  return { kind: "load", type: valueTypeOf(dtype), array: `a${k}`, dtype, index: at };
};

const known = new Map<string, fc.Arbitrary<Expression>>();

function expressions(type: ValueType, depth: number): fc.Arbitrary<Expression> {
  const key = `${type} ${depth}`;
  let made = known.get(key);
  if (!made) known.set(key, (made = makeExpressions(type, depth)));
  return made;
}

function makeExpressions(type: ValueType, depth: number): fc.Arbitrary<Expression> {
  const leaves: fc.Arbitrary<Expression>[] = [
    fc.constantFrom(...NUMBERS).map((value) => constant(type, value)),
    fc.constantFrom(...variablesOf(type)).map((name) => variable(type, name)),
  ];
  PROGRAM_ARRAYS.slice(0, READ).forEach((dtype, k) => {
    if (valueTypeOf(dtype) === type) leaves.push(fc.constant(load(k)));
  });
  if (type === "i32") leaves.push(fc.constant(at));
  if (depth === 0) return fc.oneof(...leaves);
  const inner = (of: ValueType): fc.Arbitrary<Expression> => expressions(of, depth - 1);
  const two = (of: ValueType) => fc.tuple(inner(of), inner(of));
  const anyType = fc.constantFrom(...TYPES);
  const made: fc.Arbitrary<Expression>[] = [
    anyType.chain((from) => inner(from).map((e) => cast(e, type))),
    fc.tuple(inner("bool"), inner(type), inner(type)).map((parts) => select(...parts)),
  ];
  if (type === "bool") {
    const order = fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge" as const);
    const numbers = fc.constantFrom("f64", "f32", "i32", "u32" as const);
    made.push(
      fc.tuple(order, numbers.chain(two)).map(([operator, [a, b]]) => compare(operator, a, b)),
      fc
        .tuple(fc.constantFrom("eq", "ne" as const), two("bool"))
        .map(([o, [a, b]]) => compare(o, a, b)),
      fc
        .tuple(fc.constantFrom("and", "or" as const), two("bool"))
        .map(([o, [a, b]]) => logical(o, a, b)),
      inner("bool").map((e) => unary("not", e)),
    );
  } else {
    const isFloat = type === "f64" || type === "f32";
    const operators = isFloat
      ? (["add", "subtract", "multiply", "divide"] as const)
      : (["add", "subtract", "multiply", "divide", "remainder", "and", "or", "xor"] as const);
    const functions: readonly MathFunction[] = isFloat ? FLOAT_MATH : INTEGER_MATH;
    made.push(
      fc.tuple(fc.constantFrom(...operators), two(type)).map(([o, [a, b]]) => binary(o, a, b)),
      fc
        .tuple(fc.constantFrom("min", "max" as const), two(type))
        .map(([f, [a, b]]) => math(f, a, b)),
      fc.tuple(fc.constantFrom(...functions), inner(type)).map(([f, e]) => math(f, e)),
      inner(type).map((e) => unary("negate", e)),
    );
    if (!isFloat) {
      const count = fc.integer({ min: 0, max: 40 }).map((n) => constant(type, n));
      const shifts = fc.constantFrom("shl", "shr" as const);
      made.push(
        fc.tuple(shifts, inner(type), count).map((parts) => binary(...parts)),
        inner(type).map((e) => unary("complement", e)),
      );
    }
  }
  return fc.oneof(fc.oneof(...leaves), { arbitrary: fc.oneof(...made), weight: 3 });
}

/** Labels of constructs around a statement. */
interface Around {
  readonly loops: readonly number[];
  readonly blocks: readonly number[];
}

let nextLabel = 0;

function statements(depth: number, around: Around): fc.Arbitrary<Statement[]> {
  return fc.array(statement(depth, around), { minLength: 1, maxLength: 4 });
}

function statement(depth: number, around: Around): fc.Arbitrary<Statement> {
  const assign = fc
    .constantFrom(...TYPES)
    .chain((type) =>
      expressions(type, 2).map(
        (value): Statement => ({ kind: "assign", name: `v_${type}`, value }),
      ),
    );
  const store = fc.integer({ min: READ, max: PROGRAM_ARRAYS.length - 1 }).chain((k) => {
    const dtype = PROGRAM_ARRAYS[k] as ElementDType;
    return expressions(valueTypeOf(dtype), 2).map(
      (value): Statement => ({ kind: "store", array: `a${k}`, dtype, index: at, value }),
    );
  });
  const leaving: Statement[] = [
    { kind: "return" },
    ...[...around.loops, ...around.blocks].map((label): Statement => ({ kind: "break", label })),
    ...around.loops.map((label): Statement => ({ kind: "continue", label })),
  ];
  const leave = fc.tuple(expressions("bool", 1), fc.constantFrom(...leaving)).map(
    ([condition, way]): Statement => ({
      kind: "if",
      condition,
      consequent: [way],
      alternate: [],
    }),
  );
  const simple = fc.oneof(assign, store, leave);
  if (depth === 0) return simple;
  const branch = fc.constant(0).chain(() => {
    const list = statements(depth - 1, around);
    return fc
      .tuple(expressions("bool", 2), list, list)
      .map(([condition, consequent, alternate]): Statement => {
        return { kind: "if", condition, consequent, alternate };
      });
  });
  const loop = fc.constant(0).chain(() => {
    const label = nextLabel++;
    const outside = nextLabel++;
    const counter = `n_${label}`;
    const count = variable("i32", counter);
    const turn: Statement = {
      kind: "assign",
      name: counter,
      value: binary("add", count, constant("i32", 1)),
    };
    const isMore = compare("lt", count, constant("i32", 4));
    const inside = { ...around, loops: [...around.loops, label] };
    const body = statements(depth - 1, inside);
    return fc
      .tuple(body, expressions("bool", 1), fc.boolean())
      .map(([list, test, isUntil]): Statement => {
        const shape = isUntil
          ? { test: undefined, until: logical("or", unary("not", isMore), test) }
          : { test: logical("and", isMore, test), until: undefined };
        const start = { name: counter, type: "i32", value: constant("i32", 0) } as const;
        return {
          kind: "block",
          label: outside,
          body: [
            { kind: "let", ...start, isConstant: false, isUniform: false },
            { kind: "loop", label, body: list, update: [turn], ...shape },
          ],
        };
      });
  });
  const block = fc.constant(0).chain(() => {
    const label = nextLabel++;
    const inside = { ...around, blocks: [...around.blocks, label] };
    return statements(depth - 1, inside).map((body): Statement => ({ kind: "block", label, body }));
  });
  return fc.oneof({ arbitrary: simple, weight: 3 }, branch, loop, block);
}

/** Kernels over `PROGRAM_ARRAYS` and one scalar of each type, named `s_` and the type. */
export const programs: fc.Arbitrary<KernelIR> = statements(3, { loops: [], blocks: [] }).map(
  (list) => {
    const starts = TYPES.map(
      (type): Statement => ({
        kind: "let",
        name: `v_${type}`,
        type,
        value: variable(type, `s_${type}`),
        isConstant: false,
        isUniform: false,
      }),
    );
    const ends = PROGRAM_ARRAYS.slice(READ).map((dtype, k): Statement => {
      const type = valueTypeOf(dtype);
      return {
        kind: "store",
        array: `a${READ + k}`,
        dtype,
        index: at,
        value: variable(type, `v_${type}`),
      };
    });
    return kernelOf([...starts, ...list, ...ends]);
  },
);

function kernelOf(body: readonly Statement[]): KernelIR {
  const arrays = PROGRAM_ARRAYS.map((dtype, k) => ({
    kind: "array" as const,
    name: `a${k}`,
    dtype,
    isRead: k < READ,
    isWritten: k >= READ,
    isAtomic: false,
  }));
  const scalars = TYPES.map((type) => ({ kind: "scalar" as const, name: `s_${type}`, type }));
  return {
    name: "program",
    parameters: [...arrays, ...scalars],
    shared: [],
    body,
    facts: {
      hasBarriers: false,
      hasAtomics: false,
      usesGroups: false,
      axes: 0,
      isElementwise: true,
      usesF64: true,
    },
  };
}

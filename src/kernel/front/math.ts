/** `Math` and `Number` functions, recognised by identity. */

import type { AnyNode } from "acorn";
import { binary, cast, compare, constant, logical, math } from "../build.ts";
import type { Expression, FloatFunction } from "../ir.ts";
import type { Lowering } from "./lowering.ts";
import { type FrontType, isFloatType } from "./meaning.ts";
import { applyUnary, power, toInt32, wholeQuotient } from "./operators.ts";
import type { Typed } from "./scope.ts";

type Handler = (cx: Lowering, args: readonly Typed[], node: AnyNode) => Typed;

/** What a function means in a kernel; undefined for all that is none of these. */
export const mathFunction = (fn: unknown): Handler | undefined => HANDLERS.get(fn);

const float =
  (name: FloatFunction): Handler =>
  (cx, args) => {
    const type = args.reduce((all, each) => cx.numbers.float(all, each.type), "bool" as FrontType);
    const [first, ...rest] = args.map((each) => cx.convert(each, type));
    return { type, ir: math(name, first as Expression, ...rest) } as Typed;
  };

/** A function that leaves whole numbers as they are. */
const rounding =
  (name: "ceil" | "floor" | "round" | "trunc"): Handler =>
  (cx, args, node) => {
    const [value] = args as [Typed];
    if (!isFloatType(value.type)) return value;
    const isQuotient = name === "floor" || name === "trunc";
    return (
      (isQuotient && wholeQuotient(cx, value, name === "floor")) || float(name)(cx, args, node)
    );
  };

const extreme =
  (name: "max" | "min"): Handler =>
  (cx, args, node) => {
    if (args.length === 0) {
      return cx.literal(name === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    }
    return args.slice(1).reduce((best, each) => {
      const joined = cx.numbers.join(best.type, each.type);
      if (joined === "mixed") {
        throw cx.error(
          node,
          "the arguments are both i32 and u32",
          "Make all of them one type with `| 0` or `>>> 0`",
        );
      }
      const type = joined === "bool" ? "i32" : joined;
      return { type, ir: math(name, cx.convert(best, type), cx.convert(each, type)) };
    }, args[0] as Typed);
  };

const sameType =
  (name: "abs" | "sign"): Handler =>
  (cx, args) => {
    const [value] = args as [Typed];
    const type = value.type === "bool" ? "i32" : value.type;
    if (type === "u32" && name === "abs") return value;
    // In JavaScript's meaning the magnitude of -2147483648 is no i32.
    const own =
      cx.numbers.meaning === "javascript" && type === "i32" && name === "abs" ? "f64" : type;
    return { type: own, ir: math(name, cx.convert(value, own)) };
  };

const hypot: Handler = (cx, args, node) => {
  if (args.length === 0) return cx.literal(0);
  if (args.length === 1) return sameType("abs")(cx, args, node);
  return args
    .slice(1)
    .reduce((all, each) => float("hypot")(cx, [all, each], node), args[0] as Typed);
};

const fround: Handler = (cx, args) => {
  const rounded = cx.convert(args[0] as Typed, "f32");
  return cx.numbers.meaning === "javascript"
    ? { type: "f64", ir: cast(rounded, "f64") }
    : { type: "f32", ir: rounded };
};

const bool = (ir: Expression): Typed => ({ type: "bool", ir });

/** What a test of floats says of whole numbers it says of them all, and so with booleans. */
const test =
  (ofBool: boolean, ofWhole: boolean, ofFloat: (x: Expression) => Expression): Handler =>
  (cx, args) => {
    const [value] = args as [Typed];
    if (value.type === "bool") return bool(constant("bool", Number(ofBool)));
    if (!isFloatType(value.type)) return bool(constant("bool", Number(ofWhole)));
    return bool(ofFloat(cx.settled(value.ir)));
  };

const isFiniteNumber = (x: Expression): Expression =>
  compare("lt", math("abs", x), constant(x.type, Number.POSITIVE_INFINITY));

const isNaNTest = test(false, false, (x) => compare("ne", x, x));
const isFiniteTest = test(false, true, isFiniteNumber);

const { isNaN: anyIsNaN, isFinite: anyIsFinite } = globalThis;

const HANDLERS = new Map<unknown, Handler>([
  ...(
    [
      "acos",
      "acosh",
      "asin",
      "asinh",
      "atan",
      "atan2",
      "atanh",
      "cbrt",
      "cos",
      "cosh",
      "exp",
      "expm1",
      "log",
      "log10",
      "log1p",
      "log2",
      "sin",
      "sinh",
      "sqrt",
      "tan",
      "tanh",
    ] as const
  ).map((name) => [Math[name], float(name)] as const),
  [Math.ceil, rounding("ceil")],
  [Math.floor, rounding("floor")],
  [Math.round, rounding("round")],
  [Math.trunc, rounding("trunc")],
  [Math.max, extreme("max")],
  [Math.min, extreme("min")],
  [Math.abs, sameType("abs")],
  [Math.sign, sameType("sign")],
  [Math.hypot, hypot],
  [Math.fround, fround],
  [Math.pow, (cx, [base, exponent]) => power(cx, base as Typed, exponent as Typed)],
  [
    Math.imul,
    (cx, [a, b]) => ({
      type: "i32",
      ir: binary("multiply", toInt32(cx, a as Typed), toInt32(cx, b as Typed)),
    }),
  ],
  [Math.clz32, (cx, [x]) => ({ type: "i32", ir: math("clz", toInt32(cx, x as Typed)) })],
  [Number, (cx, [x], node) => applyUnary(cx, "+", x as Typed, node)],
  [Boolean, (cx, [x]) => bool(cx.convert(x as Typed, "bool"))],
  [Number.isNaN, isNaNTest],
  [anyIsNaN, isNaNTest],
  [Number.isFinite, isFiniteTest],
  [anyIsFinite, test(true, true, isFiniteNumber)],
  [
    Number.isInteger,
    test(false, true, (x) => logical("and", isFiniteNumber(x), compare("eq", math("trunc", x), x))),
  ],
  [
    Math.random,
    (cx, _args, node) => {
      throw cx.error(
        node,
        "Math.random() gives other numbers each time, on every target",
        "Fill an array with rand() and pass it as an argument",
      );
    },
  ],
]);

/** How many arguments a function needs at least. */
export function parametersOf(fn: unknown): number {
  if (fn === Math.max || fn === Math.min || fn === Math.hypot || fn === Math.random) return 0;
  return (fn as { readonly length: number }).length;
}

/**
 * What the operators of expressions are in a compiled loop. Each says what it takes and makes, and how it is written;
 * where one of its operands is null its result is null, and is not used, unless it says otherwise.
 */

import { invalidArgument } from "../../wire/errors.ts";

/**
 * What a value is in a loop: `wide` are bigints, `time` milliseconds since 1970. `null` is what is null in all rows,
 * which goes with any kind.
 */
export type Kind = "number" | "wide" | "bool" | "text" | "time" | "null";

/** A value in a loop. */
export interface Code {
  readonly kind: Kind;
  readonly code: string;
  /** Whether it is null; undefined where it never is. */
  readonly isNull?: string;
  /** A wide one as a number, where numbers hold all of them. */
  readonly asNumber?: string;
}

const WORDS: Readonly<Record<Kind, string>> = {
  number: "numbers",
  wide: "numbers",
  bool: "booleans",
  text: "strings",
  time: "times",
  null: "nulls",
};

/** What an operator makes of its operands; `text` is the whole expression, for errors. */
export type Operator = (operands: readonly Code[], text: string) => Code;

const wrongKinds = (operands: readonly Code[], text: string, takes: string): Error =>
  invalidArgument(
    `${text}: it takes ${takes}, not ${operands.map(({ kind }) => WORDS[kind]).join(" and ")}; cast(...) makes another type`,
  );

const isNumeric = ({ kind }: Code): boolean =>
  kind === "number" || kind === "wide" || kind === "null";

/** A wide value as a number, as near as there is one. */
export const numberOf = ({ kind, code, asNumber }: Code): string =>
  kind === "wide" ? (asNumber ?? `Number(${code})`) : code;

const WHOLE = /^\(?(-?\d+)\)?$/;

/** A whole number as a bigint, where it is known to be one. */
function wideOf({ kind, code }: Code): string | undefined {
  if (kind === "wide") return code;
  if (kind === "null") return "0n";
  const whole = WHOLE.exec(code)?.[1];
  return whole && `(${whole}n)`;
}

function arithmetic(symbol: string): Operator {
  return (operands, text) => {
    const [a, b] = operands as readonly [Code, Code];
    if (symbol === "+" && [a, b].every(({ kind }) => kind === "text" || kind === "null")) {
      // Numbers or strings: nulls alone do not say.
      const kind = a.kind === "null" && b.kind === "null" ? "null" : "text";
      return { kind, code: `(${a.code} + ${b.code})` };
    }
    if (symbol === "-" && [a, b].every(({ kind }) => kind === "time" || kind === "null")) {
      return { kind: "number", code: `(${a.code} - ${b.code})` };
    }
    if (!operands.every(isNumeric)) throw wrongKinds(operands, text, "numbers");
    if (a.kind === "wide" || b.kind === "wide") {
      const [x, y] = [wideOf(a), wideOf(b)];
      if (x !== undefined && y !== undefined) return wide(symbol, x, y);
    }
    return { kind: "number", code: `(${numberOf(a)} ${symbol} ${numberOf(b)})` };
  };
}

/** 64 bits, as in SQL and C; a remainder by 0 is null. */
function wide(symbol: string, x: string, y: string): Code {
  if (symbol !== "%") return { kind: "wide", code: `BigInt.asIntN(64, ${x} ${symbol} ${y})` };
  return { kind: "wide", code: `(${y} === 0n ? 0n : ${x} % ${y})`, isNull: `(${y} === 0n)` };
}

/** Always in f64. */
function floating(write: (...operands: string[]) => string): Operator {
  return (operands, text) => {
    if (!operands.every(isNumeric)) throw wrongKinds(operands, text, "numbers");
    return { kind: "number", code: write(...operands.map(numberOf)) };
  };
}

/** Of a number; integers of 64 bits are what `whole` says. */
function rounding(
  write: (operand: string) => string,
  whole: (operand: string) => string,
): Operator {
  return (operands, text) => {
    if (!operands.every(isNumeric)) throw wrongKinds(operands, text, "numbers");
    const [own] = operands as readonly [Code];
    return own.kind === "wide"
      ? { kind: "wide", code: whole(own.code) }
      : { kind: "number", code: write(own.code) };
  };
}

export const comparable = (a: Code, b: Code): boolean =>
  a.kind === "null" || b.kind === "null" || a.kind === b.kind || (isNumeric(a) && isNumeric(b));

function comparison(symbol: string): Operator {
  return (operands, text) => {
    const [a, b] = operands as readonly [Code, Code];
    if (!comparable(a, b)) throw wrongKinds(operands, text, "two values of one kind");
    // Numbers and bigints are compared by their size, exactly, but not by ===.
    const isMixed = a.kind === "wide" || b.kind === "wide";
    const sign = isMixed ? symbol.replace(/^([=!])==$/, "$1=") : symbol;
    return { kind: "bool", code: `(${a.asNumber ?? a.code} ${sign} ${b.asNumber ?? b.code})` };
  };
}

function ofKind(kind: Kind, makes: Kind, write: (...operands: string[]) => string): Operator {
  return (operands, text) => {
    if (!operands.every((each) => each.kind === kind || each.kind === "null")) {
      throw wrongKinds(operands, text, WORDS[kind]);
    }
    return { kind: makes, code: write(...operands.map(({ code }) => code)) };
  };
}

const text = (makes: Kind, write: (...operands: string[]) => string): Operator =>
  ofKind("text", makes, write);

const part = (write: (time: string) => string): Operator => ofKind("time", "number", write);

const dayNumber = (time: string): string => `Math.floor(${time} / 86400000)`;

/** The operators whose result is null where an operand is. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  add: arithmetic("+"),
  sub: arithmetic("-"),
  mul: arithmetic("*"),
  mod: arithmetic("%"),
  div: floating((a, b) => `(${a} / ${b})`),
  pow: floating((a, b) => `(${a} ** ${b})`),
  neg: rounding(
    (a) => `(-${a})`,
    (a) => `BigInt.asIntN(64, -${a})`,
  ),
  abs: rounding(
    (a) => `Math.abs(${a})`,
    (a) => `(${a} < 0n ? BigInt.asIntN(64, -${a}) : ${a})`,
  ),
  floor: rounding(
    (a) => `Math.floor(${a})`,
    (a) => a,
  ),
  ceil: rounding(
    (a) => `Math.ceil(${a})`,
    (a) => a,
  ),
  round: ([own, decimals] = [], whole) =>
    rounding(
      (a) => `round(${a}, ${decimals?.code})`,
      (a) => a,
    )([own as Code], whole),
  sqrt: floating((a) => `Math.sqrt(${a})`),
  exp: floating((a) => `Math.exp(${a})`),
  log: floating((a) => `Math.log(${a})`),
  eq: comparison("==="),
  ne: comparison("!=="),
  lt: comparison("<"),
  le: comparison("<="),
  gt: comparison(">"),
  ge: comparison(">="),
  not: ofKind("bool", "bool", (a) => `(!${a})`),
  startsWith: text("bool", (a, b) => `${a}.startsWith(${b})`),
  endsWith: text("bool", (a, b) => `${a}.endsWith(${b})`),
  contains: text("bool", (a, b) => `${a}.includes(${b})`),
  lower: text("text", (a) => `${a}.toLowerCase()`),
  upper: text("text", (a) => `${a}.toUpperCase()`),
  length: text("number", (a) => `codePoints(${a})`),
  replace: text("text", (a, b, c) => `${a}.replaceAll(${b}, () => ${c})`),
  year: part((t) => `new Date(${t}).getUTCFullYear()`),
  month: part((t) => `(new Date(${t}).getUTCMonth() + 1)`),
  day: part((t) => `new Date(${t}).getUTCDate()`),
  hour: part((t) => `Math.floor(${t} / 3600000 - ${dayNumber(t)} * 24)`),
  minute: part((t) => `new Date(${t}).getUTCMinutes()`),
  second: part((t) => `new Date(${t}).getUTCSeconds()`),
  weekday: part((t) => `((((${dayNumber(t)} + 3) % 7) + 7) % 7 + 1)`),
};

/** What the code of operators calls. */
export const HELPERS = {
  round(value: number, decimals: number): number {
    const size = Math.abs(value);
    if (!(size < 2 ** 52)) return value;
    // By its decimal digits, as 1.005 is written: 1.01, not 1.00.
    const shifted = Math.round(Number(`${size}e${decimals}`));
    const rounded = Number.isNaN(shifted) ? size : Number(`${shifted}e-${decimals}`);
    return Math.sign(value) * rounded;
  },
  codePoints(value: string): number {
    let count = 0;
    for (const _ of value) count++;
    return count;
  },
};

/**
 * Functions to kernels: `compileKernel` for kernels over a range of items, `compileElementwise` for functions of
 * elements, `compileRecord` for functions of rows. What was compiled is kept by source text and types, and given again while everything it was made for
 * still holds; captured numbers are parameters, so they may have changed.
 */

import { BoundedMap } from "../util/bounded-map.ts";
import { invalidArgument } from "../wire/errors.ts";
import { variable } from "./build.ts";
import { writtenOut } from "./front/builtins.ts";
import { call } from "./front/calls.ts";
import { type Captures, type Dependency, Environment } from "./front/captures.ts";
import { effect, expression } from "./front/expressions.ts";
import { type Argument, finish } from "./front/finish.ts";
import { assignedNames, bindParameters } from "./front/inline.ts";
import { Lowering, type Rules } from "./front/lowering.ts";
import {
  dtypeRules,
  type FrontType,
  javascriptRules,
  type Meaning,
  type NumberRules,
} from "./front/meaning.ts";
import { type RecordShape, writeRecord } from "./front/records.ts";
import type { ArrayBinding, Frame, Typed } from "./front/scope.ts";
import {
  type AnyFunction,
  type FunctionSource,
  kernelError,
  sourceOfFunction,
} from "./front/source.ts";
import { statements } from "./front/statements.ts";
import { type ElementStep, stepsText, writeSteps } from "./front/steps.ts";
import type { ElementDType, KernelIR } from "./ir.ts";
import { fromLibrary } from "./library.ts";

/** What a kernel is given: arrays of a dtype, or single numbers and booleans by the kind of their value. */
export type ArgumentType =
  | { readonly kind: "array"; readonly dtype: ElementDType }
  | { readonly kind: "scalar"; readonly type: ScalarType };

/** `int`: whole numbers from 0 below 2^31. `i32`: negative ones. `u32`: those from 2^31. `float`: all others. */
export type ScalarType = "int" | "i32" | "u32" | "float" | "bool";

export interface CompileOptions {
  /** Values of names around the function; they win over those that are read. */
  readonly captures?: Captures | undefined;
}

export interface ElementwiseOptions extends CompileOptions {
  /** @see "Numbers" in the documentation of kernels */
  readonly meaning: Meaning;
}

export interface CompiledKernel {
  /** The same object for every call that needs the same kernel. */
  readonly ir: KernelIR;
  /** Values of the scalar parameters after those of the function, as they were at this call. */
  readonly captured: readonly number[];
}

/** The kind of a number or boolean given to a kernel. */
export function scalarTypeOf(value: number | boolean): ScalarType {
  return dtypeRules("f32").scalar(value) as ScalarType;
}

/** @throws KernelError where the function says what kernels cannot do */
export function compileKernel(
  fn: AnyFunction,
  types: readonly ArgumentType[],
  options: CompileOptions = {},
): CompiledKernel {
  const hasF64 = types.some((each) => each.kind === "array" && each.dtype === "f64");
  const rules = dtypeRules(hasF64 ? "f64" : "f32");
  const names = types.map((each) => (each.kind === "array" ? each.dtype : `=${each.type}`));
  return cached([fn], options, rules, `kernel ${names.join()}`, false, (cx, [source]) => {
    const at = source.node;
    if (types.length > at.params.length) {
      throw kernelError(
        source,
        at,
        `the kernel takes ${countOf(at.params.length, "argument")} and is given ${types.length}`,
        "Give one argument for each parameter",
      );
    }
    const narrow = types.find((each) => each.kind === "array" && !KERNEL_DTYPES.has(each.dtype));
    if (narrow?.kind === "array") {
      throw kernelError(
        source,
        at,
        `an array of ${narrow.dtype} is given to a kernel, and kernels take f64, f32, i32 and u32`,
        'Convert it first, for instance with astype("i32")',
      );
    }
    const args = types.map((type, i): Argument => {
      const parameter = at.params[i];
      const name = cx.fresh(parameter?.type === "Identifier" ? parameter.name : "argument");
      if (type.kind === "array") return { ...type, name };
      return { kind: "scalar", name, type: rules.concrete(type.type) };
    });
    const given = args.map((each, i): Typed | ArrayBinding => {
      if (each.kind === "array") return parameterArray(each.name, each.dtype);
      cx.noteConstant(each.name);
      const type = (types[i] as { readonly type: FrontType }).type;
      return { type, ir: variable(each.type, each.name) };
    });
    bindParameters(cx, cx.frame, given, at);
    if (at.body.type === "BlockStatement") statements(cx, at.body.body, true);
    else effect(cx, at.body);
    return args;
  });
}

const KERNEL_DTYPES = new Set<string>(["f64", "f32", "i32", "u32"]);

const countOf = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/**
 * A kernel that sets each element of its last parameter to the function of the elements of the others at the same
 * linear index.
 */
export function compileElementwise(
  fn: AnyFunction,
  inputs: readonly ElementDType[],
  output: ElementDType,
  options: ElementwiseOptions,
): CompiledKernel {
  const operands = inputs.map((_, operand) => ({ operand }));
  return compileSteps([{ fn, inputs: operands, dtype: output }], inputs, options);
}

/** As `compileElementwise`, of functions of which some take what others give. */
export function compileSteps(
  steps: readonly ElementStep[],
  operands: readonly ElementDType[],
  options: ElementwiseOptions,
): CompiledKernel {
  const { meaning } = options;
  const rulesOf = (step: ElementStep): NumberRules => {
    const dtypes = step.inputs.map((each) =>
      "step" in each ? steps[each.step]?.dtype : operands[each.operand],
    );
    const hasF64 = [...dtypes, step.dtype].includes("f64");
    return meaning === "javascript" ? javascriptRules : dtypeRules(hasF64 ? "f64" : "f32");
  };
  const key = `elements ${meaning} ${operands.join()} ${stepsText(steps)}`;
  const functions = steps.map(({ fn, inputs }) => writtenOut(fn, inputs.length));
  const rules = steps.map(rulesOf);
  return cached(functions, options, rules[0] as NumberRules, key, true, (cx, sources) =>
    writeSteps(cx, sources, steps, operands, rules),
  );
}

/**
 * A kernel of a function of a record, whose fields are elements of arrays: first these, then an array for each result,
 * f64 or, of booleans, bool. Numbers are JavaScript's.
 */
export const compileRecord = (fn: AnyFunction, shape: RecordShape): CompiledKernel => {
  const key = `record ${JSON.stringify(shape)}`;
  return cached([fn], {}, javascriptRules, key, true, (cx, [source]) =>
    writeRecord(cx, source, shape),
  );
};

const parameterArray = (name: string, dtype: ElementDType): ArrayBinding => ({
  kind: "array",
  name,
  dtype,
  storage: "parameter",
  length: undefined,
  key: undefined,
});

// --- Passes and the cache ------------------------------------------------------------------------

/** Plain data. */
interface Entry {
  readonly ir: KernelIR;
  readonly dependencies: readonly Dependency[];
}

const cache = new BoundedMap<Entry[]>(1000);
/** Kernels of one text and types that were made for different helpers or captured constants. */
const MOST_VARIANTS = 16;

const MOST_PASSES = 50;

type Sources = readonly [FunctionSource, ...FunctionSource[]];
type Write = (cx: Lowering, sources: Sources) => readonly Argument[];

const RULES: Rules = { expression, effect, statements, call };

function cached(
  functions: readonly AnyFunction[],
  { captures = {} }: CompileOptions,
  numbers: NumberRules,
  key: string,
  isElementwise: boolean,
  write: Write,
): CompiledKernel {
  for (const fn of functions as readonly unknown[]) {
    if (typeof fn === "function") continue;
    throw invalidArgument(
      `a kernel is made of a function, not of ${fn === null ? "null" : typeof fn}; write (O, A) => { … }`,
    );
  }
  const environment = new Environment(functions, captures, numbers);
  const sources = functions.map((_, k) =>
    sourceOfFunction(environment.functionOf(k)),
  ) as unknown as Sources;
  const name = [key, ...sources.map(({ text }) => text)].join("\n");
  const entries = cache.getOrMake(name, () => []);
  const match = ({ ir, dependencies }: Entry): CompiledKernel | undefined => {
    const captured = new Environment(functions, captures, numbers).match(dependencies);
    return captured && { ir, captured };
  };
  for (const entry of entries) {
    const known = match(entry);
    if (known) return known;
  }
  const make = (): Entry => {
    const ir = passes(environment, sources, numbers, isElementwise, write);
    return { ir, dependencies: environment.dependencies };
  };
  let entry = entries.length === 0 ? fromLibrary(name, () => named(make())) : make();
  let kernel = match(entry);
  if (!kernel) {
    // Another thread compiled it for other helpers or constants.
    entry = make();
    kernel = match(entry) as CompiledKernel;
  }
  if (entries.length >= MOST_VARIANTS) entries.shift();
  entries.push(entry);
  return kernel;
}

const named = (entry: Entry): Entry => {
  const id = `${Math.random()} ${performance.now()}`;
  return { ...entry, ir: { ...entry.ir, id } };
};

function passes(
  environment: Environment,
  sources: Sources,
  numbers: NumberRules,
  isElementwise: boolean,
  write: Write,
): KernelIR {
  const types = new Map<string, FrontType>();
  const last = sources.at(-1) as FunctionSource;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const cx = new Lowering(RULES, numbers, environment, types, isElementwise);
    cx.frame = rootFrame(last);
    const args = write(cx, sources);
    if (cx.hasChanged) continue;
    const name = sources.map((each) => each.name).join("_");
    return finish(cx, name, args, { source: last, node: last.node });
  }
  throw new Error(`internal: the types of kernel '${last.name}' do not settle`);
}

const rootFrame = (source: FunctionSource): Frame => ({
  source,
  node: source.node,
  owner: 0,
  path: "",
  assigned: assignedNames(source.node),
  result: undefined,
  caller: undefined,
  targets: [],
});

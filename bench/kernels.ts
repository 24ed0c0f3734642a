/** Compiled kernels on one thread, on arrays in and out of the caches, against C and a plain loop. */

import {
  type DType,
  inC,
  inPlainLoop,
  inWebAssembly,
  type Measure,
  type Operation,
} from "./kernels/systems.ts";
import { lacksCompiler } from "./support/native.ts";
import { type Results, ratio, type Spread, withSpread } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Size, Topic } from "./support/topic.ts";

const MIB = 2 ** 20;

interface Line {
  readonly operation: Operation;
  readonly dtype: DType;
  /** Size of an array. */
  readonly mib: number;
}

interface System {
  readonly name: string;
  readonly measure: Measure;
}

const C: System = { name: "C", measure: inC };
const WASM: System = { name: "compiled kernel", measure: inWebAssembly };
const LOOP: System = { name: "JS loop", measure: inPlainLoop };
const SYSTEMS = [C, WASM, LOOP];

const STREAMING: readonly Operation[] = ["scale", "triad", "sum"];
const FUNCTIONS: readonly Operation[] = ["exp", "log", "sin", "tanh", "pow"];
const DTYPES: readonly DType[] = ["f64", "f32"];

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const of = (operations: readonly Operation[], sizes: readonly number[]): Line[] =>
    operations.flatMap((operation) =>
      (isFull ? DTYPES : DTYPES.slice(0, 1)).flatMap((dtype) =>
        sizes.map((mib) => ({ operation, dtype, mib })),
      ),
    );
  const streaming = of(STREAMING, isFull ? [1, 256] : [1]);
  const functions = of(isFull ? FUNCTIONS : FUNCTIONS.slice(0, 1), [1]);
  return {
    title: "Kernels on one thread",
    repetitions: isFull ? 3 : 1,
    cases: [...streaming, ...functions].flatMap((line) =>
      SYSTEMS.map((system) => caseOf(system, line, isFull ? Math.ceil(200 / line.mib) + 4 : 1)),
    ),
    tables: (results) => [
      speeds(results, "Elements a nanosecond; multiples of C's speed", streaming),
      speeds(
        results,
        "Functions of `Math`, elements a nanosecond; multiples of C's speed",
        functions,
      ),
    ],
  };
}

const lineName = ({ operation, dtype, mib }: Line): string => `${operation} ${dtype}, ${mib} MB`;
const caseName = (system: System, line: Line): string => `${lineName(line)}: ${system.name}`;
const elementsOf = ({ dtype, mib }: Line): number => (mib * MIB) / (dtype === "f64" ? 8 : 4);

function caseOf({ name, measure }: System, line: Line, passes: number): Case {
  const { operation, dtype } = line;
  const work = { operation, dtype, elements: elementsOf(line), passes };
  return {
    name: caseName({ name, measure }, line),
    ...(measure === inC && { lacks: lacksCompiler }),
    measure: () => measure(work),
  };
}

function speeds(results: Results, caption: string, lines: readonly Line[]): Table {
  return {
    caption: `**${caption}**`,
    head: ["operation", ...SYSTEMS.map(({ name }) => name), "kernel to C", "JS loop to C"],
    rows: lines.map((line) => {
      const spread = (system: System): Spread | undefined => {
        const seconds = results.spread(caseName(system, line), "cpu");
        const work = elementsOf(line) / 1e9;
        return (
          seconds && {
            median: work / seconds.median,
            least: work / seconds.greatest,
            greatest: work / seconds.least,
          }
        );
      };
      const median = (system: System): number => spread(system)?.median ?? Number.NaN;
      return [
        lineName(line),
        ...SYSTEMS.map((system) => withSpread(spread(system))),
        ratio(median(WASM), median(C)),
        ratio(median(LOOP), median(C)),
      ];
    }),
  };
}

/** The topics about arrays: some operations on arrays that fit the caches and on some that do not. */

import { lacksCompiler } from "../support/native.ts";
import { figure, type Results, ratio, type Spread, withSpread } from "../support/results.ts";
import type { Table } from "../support/table.ts";
import type { Case, Size, Topic } from "../support/topic.ts";
import { inC, inPlainLoop, type Measure, type Operation, onBodkin } from "./systems.ts";

const THREADS = 2;
const MIB = 2 ** 20;

/** Elements of memory that a pass has to read and write for each element. */
const TRAFFIC: Readonly<Record<Operation, number>> = {
  scale: 2,
  axpy: 3,
  fused: 3,
  exp: 2,
  log: 2,
  sin: 2,
  tanh: 2,
  pow: 3,
  sum: 1,
  mean: 1,
  max: 1,
  var: 1,
};

interface System {
  readonly name: string;
  readonly threads: number;
  readonly measure: Measure;
}

const C: System = { name: `C, ${THREADS} threads`, threads: THREADS, measure: inC };
const ONE_C: System = { name: "C, 1 thread", threads: 1, measure: inC };
const BODKIN: System = { name: `Bodkin, ${THREADS} threads`, threads: THREADS, measure: onBodkin };
const LOOP: System = { name: "JS loop, 1 thread", threads: 1, measure: inPlainLoop };
const SYSTEMS = [C, ONE_C, BODKIN, LOOP];

/** Each with the sizes of arrays it is measured on, in MiB. */
type Operations = Readonly<Partial<Record<Operation, readonly number[]>>>;

export function arrayTopic(
  title: string,
  operations: { readonly f64: Operations; readonly f32: Operations },
  size: Size,
): Topic {
  const isFull = size === "full";
  const lines = (["f64", "f32"] as const).flatMap((dtype) =>
    Object.entries(operations[dtype]).flatMap(([operation, sizes]) =>
      (isFull ? sizes : [1]).map((mib) => ({ operation: operation as Operation, dtype, mib })),
    ),
  );
  return {
    title,
    repetitions: isFull ? 3 : 1,
    cases: lines.flatMap((line) =>
      SYSTEMS.map((system) => caseOf(system, line, isFull ? Math.ceil(400 / line.mib) + 8 : 1)),
    ),
    tables: (results) => [speeds(results, lines), cpuTimes(results, lines)],
  };
}

interface Line {
  readonly operation: Operation;
  readonly dtype: "f64" | "f32";
  /** Size of an array. */
  readonly mib: number;
}

const lineName = ({ operation, dtype, mib }: Line): string =>
  `${operation}${dtype === "f32" ? " of f32" : ""}, ${mib} MB`;
const caseName = (system: System, line: Line): string => `${lineName(line)}: ${system.name}`;
const bytesOf = { f64: 8, f32: 4 } as const;
const elementsOf = ({ dtype, mib }: Line): number => (mib * MIB) / bytesOf[dtype];

function caseOf(system: System, line: Line, passes: number): Case {
  const { threads, measure } = system;
  const { operation, dtype } = line;
  const work = { operation, dtype, elements: elementsOf(line), threads, passes };
  return {
    name: caseName(system, line),
    ...(measure === inC && { lacks: lacksCompiler }),
    measure: () => measure(work),
  };
}

function speeds(results: Results, lines: readonly Line[]): Table {
  return {
    caption: "**Memory traffic, GB/s, and speed as multiples of C's on as many threads**",
    head: ["operation", ...SYSTEMS.map(({ name }) => name), "Bodkin to C", "JS loop to C"],
    rows: lines.map((line) => {
      const spread = (system: System): Spread | undefined => {
        const seconds = results.spread(caseName(system, line), "seconds");
        const bytes = line.mib * MIB * TRAFFIC[line.operation];
        return seconds && speedOf(seconds, bytes / 1e9);
      };
      const median = (system: System): number => spread(system)?.median ?? Number.NaN;
      return [
        lineName(line),
        ...SYSTEMS.map((system) => withSpread(spread(system))),
        ratio(median(BODKIN), median(C)),
        ratio(median(LOOP), median(ONE_C)),
      ];
    }),
  };
}

const speedOf = ({ median, least, greatest }: Spread, work: number): Spread => ({
  median: work / median,
  least: work / greatest,
  greatest: work / least,
});

function cpuTimes(results: Results, lines: readonly Line[]): Table {
  return {
    caption: "**CPU time of all threads, ns an element**",
    head: ["operation", ...SYSTEMS.map(({ name }) => name), "Bodkin to C"],
    rows: lines.map((line) => {
      const cpu = (system: System): number =>
        (results.median(caseName(system, line), "cpu") / elementsOf(line)) * 1e9;
      return [
        lineName(line),
        ...SYSTEMS.map((system) => figure(cpu(system))),
        ratio(cpu(BODKIN), cpu(C)),
      ];
    }),
  };
}

/** `matmul` of local and distributed arrays, against OpenBLAS. */

import {
  byOpenBlas,
  distributed,
  inWebAssembly,
  lacksOpenBlas,
  type Measure,
  onMainThread,
} from "./matmul/systems.ts";
import { type Results, ratio, type Spread, withSpread } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Size, Topic } from "./support/topic.ts";

interface System {
  readonly name: string;
  readonly threads: number;
  readonly measure: Measure;
  readonly needsBlas: boolean;
}

const system = (name: string, threads: number, measure: Measure, needsBlas: boolean): System => ({
  name: `${name}, ${threads} thread${threads > 1 ? "s" : ""}`,
  threads,
  measure,
  needsBlas,
});

const PEERS = [system("OpenBLAS", 1, byOpenBlas, true), system("OpenBLAS", 2, byOpenBlas, true)];
const OURS = [
  system("Bodkin", 1, onMainThread, true),
  system("WebAssembly", 1, inWebAssembly(onMainThread), false),
  system("Bodkin", 2, distributed, true),
  system("WebAssembly", 2, inWebAssembly(distributed), false),
];
const SYSTEMS = [...PEERS, ...OURS];

interface Line {
  readonly dtype: "f64" | "f32";
  readonly n: number;
}

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const lines = (isFull ? (["f64", "f32"] as const) : (["f64"] as const)).flatMap((dtype) =>
    (isFull ? [512, 1024, 2048] : [64]).map((n): Line => ({ dtype, n })),
  );
  return {
    title: "Products of matrices",
    repetitions: isFull ? 3 : 1,
    cases: lines.flatMap((line) => SYSTEMS.map((own) => caseOf(own, line, isFull))),
    tables: (results) => [speeds(results, lines), ratios(results, lines)],
  };
}

const lineName = ({ dtype, n }: Line): string => `${dtype}, ${n}`;
const caseName = (own: System, line: Line): string => `${lineName(line)}: ${own.name}`;

function caseOf(own: System, line: Line, isFull: boolean): Case {
  const passes = isFull ? Math.ceil(20 / (line.n / 512) ** 2) : 1;
  const work = { ...line, threads: own.threads, passes };
  return {
    name: caseName(own, line),
    ...(own.needsBlas && { lacks: lacksOpenBlas }),
    measure: () => own.measure(work),
  };
}

function speeds(results: Results, lines: readonly Line[]): Table {
  return {
    caption: "**GFLOP/s**",
    head: ["matrices", ...SYSTEMS.map(({ name }) => name)],
    rows: lines.map((line) => [
      lineName(line),
      ...SYSTEMS.map((own) => {
        const seconds = results.spread(caseName(own, line), "seconds");
        return withSpread(seconds && speedOf(seconds, (2 * line.n ** 3) / 1e9));
      }),
    ]),
  };
}

const speedOf = ({ median, least, greatest }: Spread, work: number): Spread => ({
  median: work / median,
  least: work / greatest,
  greatest: work / least,
});

/** Of CPU time: that of OpenBLAS on one thread over that of a system. */
function ratios(results: Results, lines: readonly Line[]): Table {
  return {
    caption: "**Work for CPU time, as multiples of that of OpenBLAS on one thread**",
    head: ["matrices", ...SYSTEMS.slice(1).map(({ name }) => name)],
    rows: lines.map((line) => {
      const cpu = (own: System): number => results.median(caseName(own, line), "cpu");
      const peer = cpu(PEERS[0] as System);
      return [lineName(line), ...SYSTEMS.slice(1).map((own) => ratio(peer, cpu(own)))];
    }),
  };
}

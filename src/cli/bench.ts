/** `bodkin bench`: a few figures of this computer, in some seconds; what they are compared with is in `bench/`. */

import { performance } from "node:perf_hooks";
import { type ShownColumn, tableText } from "../show/table-text.ts";
import { durationText } from "../show/units.ts";
import type { Command } from "./command.ts";

type Library = typeof import("../index.ts");

interface Figure {
  readonly what: string;
  readonly value: string;
}

const TASKS = 100_000;
const LENGTH: number = 2 ** 23;
const BLOCKS = 8;
const SIDE = 1024;
const REPEATS = 5;

export const command: Command = {
  usage: "bench",
  summary: "measure tasks, memory and products of matrices here",
  options: { json: { type: "boolean", help: "as JSON" } },
  async run({ values }) {
    const library = await import("../index.ts");
    const figures = [await tasks(library), await memory(library), await products(library)];
    console.log(values["json"] ? JSON.stringify(figures, undefined, 2) : textOf(figures));
  },
};

/** The shortest of several runs, in seconds. */
async function best(run: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const began = performance.now();
    await run();
    least = Math.min(least, (performance.now() - began) / 1000);
  }
  return least;
}

async function tasks({ spawn }: Library): Promise<Figure> {
  const next = (n: number): number => n + 1;
  const seconds = await best(async () => {
    let last = spawn(next, 0);
    for (let i = 1; i < TASKS; i++) last = spawn(next, last);
    await last.fetch();
  });
  return { what: "a task that depends on the one before", value: durationText(seconds / TASKS) };
}

async function memory({ Blocks, map, ones }: Library): Promise<Figure> {
  const a = ones(Blocks(LENGTH / BLOCKS), [LENGTH]);
  await a.wait();
  const seconds = await best(() => map((x) => x * 2 + 1, a).wait());
  const moved = 2 * 8 * LENGTH;
  return { what: "x * 2 + 1 over 64 MiB", value: `${(moved / seconds / 1e9).toFixed(1)} GB/s` };
}

async function products({ Blocks, matmul, rand }: Library): Promise<Figure> {
  const a = rand(Blocks(SIDE / 2, SIDE / 2), [SIDE, SIDE]);
  await a.wait();
  const seconds = await best(() => matmul(a, a).wait());
  return {
    what: `f64 matrices of ${SIDE}, multiplied`,
    value: `${((2 * SIDE ** 3) / seconds / 1e9).toFixed(1)} GFLOP/s`,
  };
}

function textOf(figures: readonly Figure[]): string {
  const column = (name: string, cells: string[], isNumber: boolean): ShownColumn => ({
    name,
    type: "",
    isNumber,
    cells,
  });
  return tableText({
    width: 80,
    columns: [
      column(
        "what",
        figures.map(({ what }) => what),
        false,
      ),
      column(
        "best of five",
        figures.map(({ value }) => value),
        true,
      ),
    ],
  });
}

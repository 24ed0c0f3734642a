/**
 * What a table is made of before it is made: a source or partitions, then steps that need only rows. All steps in a row
 * are one task a partition, and a source reads no column that no step and no user needs.
 */

import { Operation } from "../task/operation.ts";
import type { Task, TaskHandle } from "../task/task.ts";
import { waitAll } from "../task/wait.ts";
import type { Packed } from "./columns/packing.ts";
import { columnsIn, type Node } from "./expressions/node.ts";
import { comparisonsIn, predicateText } from "./expressions/predicate.ts";
import type { RowFunction } from "./rows/loop.ts";
import { columnsOfPicks } from "./rows/selectors.ts";
import { type Step, stepText } from "./rows/steps.ts";
import { usedColumns } from "./rows/syntax.ts";
import { packNoRows, runPart, runPiece, type Work } from "./rows/tasks.ts";
import type { Predicate, TableSource, Want } from "./source.ts";
import type { Stored } from "./stored.ts";

/** What a verb makes of whole tables. */
export interface Derived {
  /** For `explain()`. */
  readonly text: string;
  /** Submits the tasks. */
  run(): Promise<Stored>;
}

export interface Plan {
  readonly base: Stored | TableSource | Derived;
  readonly steps: readonly PlannedStep[];
}

/** A step with its functions as the user gave them. */
export interface PlannedStep {
  readonly step: Step;
  readonly functions: readonly RowFunction[];
}

export const isStored = (base: Plan["base"]): base is Stored => "parts" in base;

/** The partitions of a plan whose base is not there yet. */
export async function runLater(
  base: TableSource | Derived,
  steps: readonly PlannedStep[],
): Promise<Stored> {
  return "run" in base ? runStored(await base.run(), steps) : await runSource(base, steps);
}

/** With at least one partition, so that those who look at partitions know the columns. */
export function withPart(stored: Stored): Stored {
  const { parts, dictionaries, schema } = stored;
  if (parts.length > 0 || !schema) return stored;
  using operation = new Operation("empty");
  return { parts: [operation.submit(packNoRows, schema)], dictionaries };
}

/** Submits the tasks of a plan over partitions. */
export function runStored(stored: Stored, steps: readonly PlannedStep[]): Stored {
  if (steps.length === 0) return stored;
  const { parts, dictionaries } = withPart(stored);
  using operation = new Operation(nameOf(steps));
  const { work, functions } = prepared(operation, steps, dictionaries.length);
  const made = parts.map((part, at) =>
    operation.submit(runPart, work, at, part as never, ...dictionaries, ...functions),
  );
  return { parts: made, dictionaries };
}

/** Opens a source and submits the tasks; again where the source asks for it after pieces failed. */
async function runSource(source: TableSource, steps: readonly PlannedStep[]): Promise<Stored> {
  const want = wanted(steps);
  for (let from: TableSource | undefined = source; ; ) {
    const { pieces } = await from.open();
    const tasks = submitPieces(from, pieces, want, steps);
    const next: TableSource | undefined = from.again && (await retried(from, tasks));
    if (!next) return { parts: tasks, dictionaries: [] };
    for (const task of tasks) task.dispose();
    from = next;
  }
}

function submitPieces(
  { read }: TableSource,
  pieces: readonly unknown[],
  wanted: Want,
  steps: readonly PlannedStep[],
): Task<Packed>[] {
  using operation = new Operation(steps.length > 0 ? nameOf(steps) : read.name);
  const { work, functions } = prepared(operation, steps, 0);
  const want = operation.share(wanted);
  return pieces.map((piece, at) =>
    operation.submit(runPiece, read, piece, want, work, at, ...(functions as never[])),
  );
}

async function retried(
  source: TableSource,
  tasks: readonly Task<Packed>[],
): Promise<TableSource | undefined> {
  await waitAll(tasks);
  const ends = await Promise.allSettled(tasks.map((task) => (task as TaskHandle<Packed>).done()));
  const errors = ends.flatMap((end) =>
    end.status === "rejected" ? [(end.reason as Error).cause] : [],
  );
  return errors.length > 0 ? source.again?.(errors) : undefined;
}

function prepared(operation: Operation, steps: readonly PlannedStep[], dictionaries: number) {
  const work = operation.share<Work>({ steps: steps.map(({ step }) => step), dictionaries });
  const functions = steps.flatMap((each) => each.functions.map((f) => operation.ship(f as never)));
  return { work, functions };
}

const nameOf = (steps: readonly PlannedStep[]): string =>
  steps.map(({ step }) => step.kind).join("+");

const countOf = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

/** How a plan is made, and what its source reads. */
export function planText({ base, steps }: Plan): string {
  const own = steps.map(({ step }) => `  ${stepText(step)}`);
  if (isStored(base)) return [countOf(base.parts.length, "partition"), ...own].join("\n");
  if ("run" in base) return [base.text, ...own].join("\n");
  const { columns, where } = wanted(steps);
  const reads = [
    ...(columns ? [`columns ${columns.join(", ") || "none"}`] : []),
    ...(where ? [`where ${predicateText(where)}`] : []),
  ];
  return [[base.text, ...reads].join(", "), ...own].join("\n");
}

/** What the steps need of a source. */
export function wanted(steps: readonly PlannedStep[]): Want {
  const columns = wantedColumns(steps);
  const where = wantedRows(steps);
  return { ...(columns && { columns }), ...(where.length > 0 && { where }) };
}

/** Conditions of filters on columns that the source has. */
function wantedRows(steps: readonly PlannedStep[]): Predicate {
  const made = new Set<string>();
  const where: Predicate[number][] = [];
  for (const { step } of steps) {
    switch (step.kind) {
      case "filter":
        if (step.node)
          where.push(...comparisonsIn(step.node).filter((each) => !made.has(each.column)));
        break;
      case "mutate":
        for (const { name } of step.columns) made.add(name);
        break;
      case "select":
        for (const pick of step.picks) if (pick.kind === "expression") made.add(pick.name);
        break;
      default:
        return where; // other names from here on
    }
  }
  return where;
}

/** The columns that are needed at all; undefined where it cannot be told. */
function wantedColumns(steps: readonly PlannedStep[]): readonly string[] | undefined {
  const needed = new Set<string>();
  /** Columns that steps have made: a source does not have them. */
  const made = new Set<string>();
  const need = (names: Iterable<string>): void => {
    for (const name of names) if (!made.has(name)) needed.add(name);
  };
  for (const { step, functions } of steps) {
    let at = 0;
    /** The columns that an expression, or the next function, reads. False where it may read any. */
    const needFor = (node: Node | undefined): boolean => {
      const used = node ? columnsIn(node) : usedColumns(functions[at++] as RowFunction);
      if (used) need(used);
      return used !== undefined;
    };
    switch (step.kind) {
      case "select": {
        const names = columnsOfPicks(step.picks);
        if (names) need(names);
        return names && [...needed];
      }
      case "map":
        return needFor(undefined) ? [...needed] : undefined;
      case "filter":
        if (!needFor(step.node)) return undefined;
        break;
      case "mutate":
        for (const { name, node } of step.columns) {
          if (!needFor(node)) return undefined;
          made.add(name);
        }
        break;
      case "rename":
        return undefined;
    }
  }
  return undefined;
}

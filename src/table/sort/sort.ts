/**
 * Sorting stored tables: each partition in order, then bounds from samples of all of them, and between two bounds the
 * rows of all partitions as one partition of the result.
 */

import { Operation } from "../../task/operation.ts";
import type { Task } from "../../task/task.ts";
import { fetchAll } from "../../task/wait.ts";
import type { Packed } from "../columns/packing.ts";
import type { Value } from "../columns/values.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { dispose } from "../keys/exchange.ts";
import { alikeTexts, unified } from "../keys/unify.ts";
import type { Stored } from "../stored.ts";
import { compareKeys, type SortKey } from "./order.ts";
import { mergeBetween, type SortWork, sampleKeys, sortPart } from "./tasks.ts";

/** Samples for each partition of the result, of all partitions together. */
const SAMPLES = 64;

/** @throws BodkinError where there are no such columns */
export async function sort(given: Stored, keys: readonly SortKey[]): Promise<Stored> {
  const facts = await partFacts(given);
  const schema = schemaOfParts(facts);
  checkColumns(
    keys.map(({ name }) => name),
    schema,
  );
  const stored = facts.length > 1 ? unified(given, facts, alikeTexts(facts)) : given;
  const { dictionaries } = stored;
  const work: SortWork = { keys, schema, dictionaries: dictionaries.length };
  const sorted = submitSorts(stored, work);
  if (stored !== given) dispose(stored.parts);
  if (sorted.length <= 1) return { parts: sorted, dictionaries };
  const samples = await samplesOf(sorted, stored, work);
  const parts = submitMerges(sorted, stored, work, boundsOf(samples, sorted.length, keys));
  for (const task of sorted) task.dispose();
  return { parts, dictionaries };
}

function submitSorts({ parts, dictionaries }: Stored, work: SortWork): Task<Packed>[] {
  using operation = new Operation("sort");
  const shared = operation.share(work);
  return parts.map((part) =>
    operation.submit(sortPart, shared, ...([...dictionaries, part] as never[])),
  );
}

async function samplesOf(sorted: readonly Task<Packed>[], stored: Stored, work: SortWork) {
  const tasks = submitSamples(sorted, stored, work);
  try {
    return (await fetchAll(tasks)).flat();
  } finally {
    for (const task of tasks) task.dispose();
  }
}

function submitSamples(
  sorted: readonly Task<Packed>[],
  { dictionaries }: Stored,
  work: SortWork,
): Task<readonly (readonly Value[])[]>[] {
  using operation = new Operation("sort.sample");
  const shared = operation.share(work);
  return sorted.map((part) =>
    operation.submit(sampleKeys, shared, SAMPLES, ...([...dictionaries, part] as never[])),
  );
}

function submitMerges(
  sorted: readonly Task<Packed>[],
  { dictionaries }: Stored,
  work: SortWork,
  bounds: readonly (readonly Value[])[],
): Task<Packed>[] {
  using operation = new Operation("sort");
  const shared = operation.share(work);
  return Array.from({ length: bounds.length + 1 }, (_, at) =>
    operation.submit(
      mergeBetween,
      shared,
      bounds[at - 1],
      bounds[at],
      ...([...dictionaries, ...sorted] as never[]),
    ),
  );
}

/** Keys at which partitions of the result begin; they differ. */
function boundsOf(
  samples: readonly (readonly Value[])[],
  parts: number,
  keys: readonly SortKey[],
): (readonly Value[])[] {
  const ordered = [...samples].sort((a, b) => compareKeys(a, b, keys));
  const bounds: (readonly Value[])[] = [];
  for (let part = 1; part < parts; part++) {
    const bound = ordered[Math.floor((part * ordered.length) / parts)];
    const before = bounds.at(-1);
    if (bound && (!before || compareKeys(before, bound, keys) < 0)) bounds.push(bound);
  }
  return bounds;
}

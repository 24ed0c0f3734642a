/**
 * One dictionary for the partitions of a table, so that strings are compared by their codes from then on: the
 * partitions' dictionaries are put together by a task, and tasks rewrite the codes.
 */

import { Operation } from "../../task/operation.ts";
import type { Task } from "../../task/task.ts";
import type { Packed } from "../columns/packing.ts";
import { schemaOfParts } from "../facts.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { PackedSource, Stored } from "../stored.ts";
import { dispose } from "./exchange.ts";
import { mergeTexts, type Recoding, recodePart, sharedTexts, textsOf } from "./unify-tasks.ts";

/** What brings the partitions of a table to one dictionary a column. */
export interface Merging {
  readonly texts: Recoding["texts"];
  /** What `mergeTexts` makes, of each of these columns; to be disposed of when tasks that recode are submitted. */
  readonly merged: readonly PackedSource[];
  /** The dictionaries, which are the shared ones of the result. */
  readonly shared: readonly PackedSource[];
}

/** Of the columns `names` those that hold several dictionaries. */
export function merging(
  { parts, dictionaries }: Stored,
  facts: readonly PartFacts[],
  names: readonly string[],
): Merging {
  const texts = schemaOfParts(facts)
    .filter(({ name, type }) => names.includes(name) && type === "dictionary")
    .map(({ name }) => ({ name, starts: startsOf(facts, name) }))
    .filter(({ starts }) => starts.length > 1);
  using operation = new Operation("unify");
  const merged = texts.map(({ name, starts }) => {
    const own = starts.map(({ part }) =>
      operation.submit(textsOf, name, parts[part] as never, ...(dictionaries as never[])),
    );
    const made = operation.submit(mergeTexts, name, ...(own as never[]));
    dispose(own as PackedSource[]);
    return made;
  });
  const shared = merged.map((task) => operation.submit(sharedTexts, task as never));
  return {
    texts: texts.map(({ name, starts }) => ({
      name,
      starts: starts.map(({ id, start }) => [id, start] as const),
    })),
    merged: merged as Task<Packed>[],
    shared: shared as Task<Packed>[],
  };
}

/** Strings for so many rows that a dictionary of all partitions costs less than it saves where rows change places. */
const ROWS_A_TEXT = 4;

/** Columns whose dictionaries are worth to be put together, rather than by each task for the rows that it is given. */
export function alikeTexts(facts: readonly PartFacts[]): readonly string[] {
  const rows = facts.reduce((sum, part) => sum + part.rows, 0);
  return schemaOfParts(facts)
    .filter(({ type }) => type === "dictionary")
    .map(({ name }) => name)
    .filter((name) => {
      const sizes = facts.map(({ fields, dictionaries }) => {
        return dictionaries[fields.findIndex((field) => field.name === name)]?.size ?? 0;
      });
      return ROWS_A_TEXT * sizes.reduce((sum, size) => sum + size, 0) <= rows;
    });
}

/** Only these columns, of which those in `keys` share a dictionary where they hold one. */
export function unified(
  stored: Stored,
  facts: readonly PartFacts[],
  keys: readonly string[],
  columns?: readonly string[],
): Stored {
  const { texts, merged, shared } = merging(stored, facts, keys);
  if (texts.length === 0) return stored;
  const { dictionaries } = stored;
  using operation = new Operation("unify");
  const recoding = operation.share<Recoding>({
    ...(columns && { columns }),
    texts,
    dictionaries: dictionaries.length,
  }) as never;
  const parts = stored.parts.map((part) =>
    operation.submit(
      recodePart,
      recoding,
      ...(dictionaries as never[]),
      part as never,
      ...(merged as never[]),
    ),
  );
  dispose(merged);
  return { parts: parts as Task<Packed>[], dictionaries: [...dictionaries, ...shared] };
}

/** Each dictionary that partitions have, where its codes begin in those of all, and a partition that has it. */
function startsOf(facts: readonly PartFacts[], name: string) {
  const starts: { readonly id: number; readonly start: number; readonly part: number }[] = [];
  let start = 0;
  for (const [part, { fields, dictionaries }] of facts.entries()) {
    const own = dictionaries[fields.findIndex((field) => field.name === name)];
    if (!own || starts.some(({ id }) => id === own.id)) continue;
    starts.push({ id: own.id, start, part });
    start += own.size;
  }
  return starts;
}

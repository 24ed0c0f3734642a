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

/** Only these columns, of which those in `keys` share a dictionary where they hold one. */
export function unified(
  stored: Stored,
  facts: readonly PartFacts[],
  keys: readonly string[],
  columns: readonly string[],
): Stored {
  const texts = schemaOfParts(facts)
    .filter(({ name, type }) => keys.includes(name) && type === "dictionary")
    .map(({ name }) => ({ name, starts: startsOf(facts, name) }))
    .filter(({ starts }) => starts.length > 1);
  if (texts.length === 0) return stored;
  const { dictionaries } = stored;
  using operation = new Operation("unify");
  const merged = texts.map(({ name, starts }) => {
    const own = starts.map(({ part }) =>
      operation.submit(textsOf, name, stored.parts[part] as never, ...(dictionaries as never[])),
    );
    const made = operation.submit(mergeTexts, name, ...(own as never[]));
    dispose(own as PackedSource[]);
    return made;
  });
  const shared = merged.map((task) => operation.submit(sharedTexts, task as never));
  const recoding = operation.share<Recoding>({
    columns,
    texts: texts.map(({ name, starts }) => ({
      name,
      starts: starts.map(({ id, start }) => [id, start] as const),
    })),
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
  dispose(merged as PackedSource[]);
  return {
    parts: parts as Task<Packed>[],
    dictionaries: [...dictionaries, ...(shared as Task<Packed>[])],
  };
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

/**
 * Collections cut into parts, in order, one task each. Where the cuts are depends on the collection and `basesize`
 * alone, never on how many threads there are, so that neither do results.
 */

import type { Chunk } from "../task/chunk.ts";
import { type Task, TaskHandle } from "../task/task.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { type ChunkList, indexed, kindOf } from "./chunked.ts";
import { Range } from "./range.ts";

/** Some elements: those from index `from` to before `to` of what a task is given. */
export interface Part {
  readonly of: Iterable<unknown> | Task<unknown> | Chunk<unknown>;
  readonly from: number;
  readonly to: number;
}

/** Pulled one by one: nothing is asked of a collection before. */
export type Parts = Generator<Part, void>;

/** @throws where a value has no elements to fold */
export function checkSource(xs: unknown, caller: string): void {
  if (kindOf(xs) || typeof xs === "string" || isIterable(xs)) return;
  const isAsync = typeof xs === "object" && xs !== null && Symbol.asyncIterator in xs;
  throw invalidArgument(
    isAsync
      ? `${caller} takes what can be iterated over at once, not an async iterable; bring its elements into an array`
      : `${caller} takes an array, a range or anything that can be iterated over, not ${describe(xs)}`,
  );
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value;

/** `basesize`: how many elements a part has at most. */
export function partsOf(source: unknown, isOrdered: boolean, basesize: number | undefined): Parts {
  const list = kindOf(source)?.chunksOf(source as object);
  if (list) return chunkParts(isOrdered ? list.inOrder() : list, basesize);
  if (source instanceof Range) {
    const { start, step, length } = source;
    return evenParts(length, basesize, (from, to) => ({ of: [start, step], from, to }));
  }
  const elements = typeof source === "object" ? indexed(source as object) : undefined;
  if (!elements) return pulledParts(source as Iterable<unknown>, basesize);
  return evenParts(elements.length, basesize, (from, to) =>
    whole((elements as unknown[]).slice(from, to)),
  );
}

const whole = (of: Part["of"]): Part => ({ of, from: 0, to: Number.POSITIVE_INFINITY });

/** Chunks are parts; large ones several. */
function chunkParts(list: ChunkList, basesize: number | undefined): Parts {
  // Writes that come while it is folded replace the tasks of chunks.
  const kept = new DisposableStack();
  for (const chunk of list.chunks) if (chunk instanceof TaskHandle) kept.use(chunk.keep());
  return partsOfChunks(list, basesize, kept);
}

function* partsOfChunks(
  { chunks, lengths }: ChunkList,
  basesize: number = Number.POSITIVE_INFINITY,
  kept: DisposableStack,
): Parts {
  using _kept = kept;
  for (const [index, of] of chunks.entries()) {
    const length = lengths[index] as number;
    if (length <= basesize) yield whole(of);
    else {
      for (let from = 0; from < length; from += basesize) {
        yield { of, from, to: Math.min(length, from + basesize) };
      }
    }
  }
}

/** Few elements come one a part: each may take long. Of many, parts are long enough not to be felt. */
const FEW = 64;
const LONG = 1 << 16;
const MOST_PARTS = 1024;

function* evenParts(
  length: number,
  basesize: number | undefined,
  part: (from: number, to: number) => Part,
): Parts {
  const count = Math.min(MOST_PARTS, Math.max(FEW, Math.ceil(length / LONG)));
  const size = basesize ?? Math.ceil(length / count);
  for (let from = 0; from < length; from += size) yield part(from, Math.min(length, from + size));
}

/** How many there are is not known: parts grow with what has come. */
function* pulledParts(source: Iterable<unknown>, basesize: number | undefined): Parts {
  let elements: unknown[] = [];
  let seen = 0;
  let size = basesize ?? 1;
  for (const element of source) {
    elements.push(element);
    if (elements.length < size) continue;
    yield whole(elements);
    seen += elements.length;
    elements = [];
    size = basesize ?? Math.min(LONG, Math.ceil((seen + 1) / (FEW / 2)));
  }
  if (elements.length > 0) yield whole(elements);
}

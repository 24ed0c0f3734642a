/** Arguments of a task as slots of its record. */

import type { Context } from "../runtime/context.ts";
import { RECORD_SLOTS, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import { internalError, invalidArgument } from "../wire/errors.ts";
import { ChunkHandle } from "./chunk.ts";
import { ForeignTask } from "./foreign.ts";
import { GivenTask } from "./given-task.ts";
import { Shard } from "./shard.ts";
import { ShippedFunction } from "./shipped-function.ts";
import { TaskHandle } from "./task.ts";

/** Numbers of chunks and tasks of a closed cluster mean others in the next. @throws BodkinError */
export function checkContext(own: Context, handle: { readonly context: Context }): void {
  if (handle.context === own) return;
  throw invalidArgument(
    "a task or chunk of a closed cluster cannot be an argument: fetch() its value and pass that",
  );
}

type WaitFor = (task: ForeignTask<unknown>) => TaskHandle<unknown>;

/** Fills the slots of a record, one after the other. */
export class RecordWriter {
  readonly #context: Context;
  readonly #record: number;
  readonly #waitFor: WaitFor;
  #part: number;
  #count = 0;
  /** The tasks whose values it needs or that come before it, while somebody watches. */
  readonly needs: number[] = [];

  /** `waitFor` gives a task of this thread that ends as one of another thread does. */
  constructor(context: Context, record: number, waitFor: WaitFor) {
    this.#context = context;
    this.#waitFor = waitFor;
    this.#record = record;
    this.#part = record;
  }

  #next(): number {
    const { table } = this.#context;
    if (this.#count === RECORD_SLOTS) {
      this.#part = table.extend(this.#record, this.#part);
      this.#count = 0;
    }
    const at = this.#count++;
    table.setCount(this.#part, this.#count);
    return at;
  }

  /** A chunk or function; a reference passes to the record. */
  word(tag: Tag, word: number): void {
    const at = this.#next();
    this.#context.table.setWord(this.#part, at, tag, word);
  }

  #number(value: number): void {
    const at = this.#next();
    this.#context.table.setNumber(this.#part, at, value);
  }

  argument(value: unknown): void {
    if (typeof value === "number") this.#number(value);
    else if (value instanceof TaskHandle) this.#task(value, TAG.edge);
    else if (value instanceof GivenTask) {
      this.#task(value.task, TAG.edge);
      value.giveUp();
    } else if (value instanceof ChunkHandle) this.#chunk(value);
    else if (value instanceof ForeignTask) this.#task(this.#waitFor(value), TAG.edge);
    else if (value instanceof Shard) this.#shard(value);
    else if (value instanceof ShippedFunction) this.#function(value);
    else {
      const { values } = this.#context;
      const tag = values.encode(value, 0);
      if (tag === TAG.number) this.#number(values.number);
      else this.word(tag, values.word);
    }
  }

  /** A task that must be done before. */
  order(before: unknown): void {
    const task = before instanceof ForeignTask ? this.#waitFor(before) : before;
    if (!(task instanceof TaskHandle)) throw invalidArgument("syncdeps must list tasks");
    if (!task.outcome || task.outcome.tag === TAG.error) this.#task(task, TAG.order);
  }

  #task(task: TaskHandle<unknown>, how: Tag): void {
    checkContext(this.#context, task);
    const { heap, events } = this.#context;
    if (events.isOn) this.needs.push(task.number);
    const { outcome, ticket } = task;
    if (ticket) this.word(how, ticket.record);
    else if (outcome) {
      const { tag, number, word } = outcome;
      if (tag === TAG.number) this.#number(number);
      else {
        if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk) heap.retain(word);
        this.word(tag, word);
      }
    } else throw task.gone ?? internalError("a task that was never submitted");
  }

  #chunk(chunk: ChunkHandle<unknown>): void {
    if (chunk.task) this.#task(chunk.task, TAG.edge);
    else {
      checkContext(this.#context, chunk);
      this.#context.heap.retain(chunk.index);
      this.word(TAG.chunk, chunk.index);
    }
  }

  #function(fn: ShippedFunction): void {
    fn.retain();
    this.word(fn.tag, fn.chunk);
  }

  /** The pieces of all processors; the one that runs the task takes its own. */
  #shard(shard: Shard<unknown>): void {
    this.word(TAG.pieces, shard.pieces.length);
    for (const piece of shard.pieces) this.#chunk(piece);
  }

  /** Gives back what was written, when the rest could not be. */
  abandon(): void {
    this.#context.table.core.free(this.#context.seat.slot, this.#record);
  }
}

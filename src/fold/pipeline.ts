/** A source and the transducers behind it, split where state begins: what folds and lists are made of. */

import type { Operation } from "../task/operation.ts";
import type { Task } from "../task/task.ts";
import { endLister, feedLister, makeLister } from "./machine.ts";
import { Range } from "./range.ts";
import { type Part, type Parts, partsOf } from "./source.ts";
import { type AnyTransducer, isStateless, type StageFunction, stageOf } from "./stages.ts";
import { type LoopSpec, listPart } from "./tasks.ts";

export interface Pipeline {
  /** What is asked for its elements when it is folded. */
  readonly source: unknown;
  readonly transducers: readonly AnyTransducer[];
}

export interface CutOptions {
  /** Elements of a part at most. */
  readonly basesize?: number | undefined;
  /** The order of the elements matters. */
  readonly isOrdered: boolean;
}

/** Neighbouring transducers that are all stateless or none. */
interface Segment {
  readonly isStateless: boolean;
  readonly transducers: AnyTransducer[];
}

/** The tasks that bring elements to those who take them. */
export class Flow {
  /** In the order of submission: none waits for a later one. */
  readonly tasks: Task<unknown>[] = [];
  readonly #operation: Operation;
  readonly #parts: Parts;
  /** The parts are indices of a range. */
  readonly isRange: boolean;
  /** What remains for those who take the elements: stateless, or with state, or nothing. */
  readonly rest: Segment;

  constructor(operation: Operation, pipeline: Pipeline, options: CutOptions) {
    this.#operation = operation;
    const { source, transducers } = pipeline;
    const segments = segmentsOf(transducers);
    const hasState = segments.some((each) => !each.isStateless);
    let parts = partsOf(source, hasState || options.isOrdered, options.basesize);
    let isRange = source instanceof Range;
    this.rest = segments.pop() ?? { isStateless: true, transducers: [] };
    for (const segment of segments) {
      parts = this.#through(parts, isRange, segment);
      isRange = false;
    }
    this.#parts = parts;
    this.isRange = isRange;
  }

  /** The elements that `rest` is still to be applied to. */
  get parts(): Parts {
    return this.#parts;
  }

  /** The same, with the elements of what remains as lists. */
  lists(): Parts {
    return this.#through(this.#parts, this.isRange, this.rest);
  }

  #through(parts: Parts, isRange: boolean, { isStateless, transducers }: Segment): Parts {
    return isStateless
      ? this.#listed(parts, isRange, transducers)
      : this.#throughMachine(parts, isRange, transducers);
  }

  /** Submits a task and keeps it for the end. */
  keep<T extends Task<unknown>>(task: T): T {
    this.tasks.push(task);
    return task;
  }

  *#listed(parts: Parts, isRange: boolean, transducers: readonly AnyTransducer[]): Parts {
    const { spec, functions } = loopOf(this.#operation, isRange, transducers);
    for (const { of, from, to } of parts) {
      yield whole(
        this.keep(this.#operation.submit(listPart, spec, of as unknown, from, to, ...functions)),
      );
    }
  }

  *#throughMachine(parts: Parts, isRange: boolean, transducers: readonly AnyTransducer[]): Parts {
    const shipped = transducers.map((each) => this.#operation.ship(each as never));
    const machine = this.#operation.pinned(makeLister, ...(shipped as never[]));
    let before: Task<unknown>[] = [];
    for (const { of, from, to } of parts) {
      const task = this.#operation.submitAfter(
        before,
        feedLister,
        machine,
        isRange,
        of as unknown,
        from,
        to,
      );
      before = [this.keep(task)];
      yield whole(task);
    }
    yield whole(this.keep(this.#operation.submitAfter(before, endLister, machine)));
  }

  /** No more parts are wanted. What was not begun is cancelled. */
  stop(): void {
    this.#parts.return();
    for (const task of this.tasks) if (!task.isReady) task.cancel();
  }
}

const whole = (of: Task<unknown>): Part => ({ of, from: 0, to: Number.POSITIVE_INFINITY });

function segmentsOf(transducers: readonly AnyTransducer[]): Segment[] {
  const segments: Segment[] = [];
  for (const transducer of transducers) {
    const isOwn = isStateless(transducer);
    const last = segments.at(-1);
    if (last?.isStateless === isOwn) last.transducers.push(transducer);
    else segments.push({ isStateless: isOwn, transducers: [transducer] });
  }
  return segments;
}

/** What a task needs for a loop: plain data, the functions of its statements, and other transducers. */
export function loopOf(
  operation: Operation,
  isRange: boolean,
  transducers: readonly AnyTransducer[],
): { readonly spec: LoopSpec; readonly functions: StageFunction[] } {
  const stages = transducers.map(stageOf);
  const count = stages.includes(undefined) ? stages.indexOf(undefined) : stages.length;
  const own = stages.slice(0, count).map((stage) => stage as NonNullable<typeof stage>);
  const functions = [...own.map(({ fn }) => fn), ...transducers.slice(count)];
  return {
    spec: operation.share({ isRange, kinds: own.map(({ kind }) => kind) }) as unknown as LoopSpec,
    functions: functions.map((fn) => operation.ship(fn as never) as StageFunction),
  };
}

/**
 * Transducers with state. Their state is in closures, which cannot travel while they change; so a machine stays on
 * one thread, and the parts come to it one by one, in order. What it gives of a part is the next list of elements.
 */

import { elementsOf } from "./chunked.ts";
import { isReduced, type Reducer, type Transducer, unreduced } from "./protocol.ts";
import { compact, composed, Last, push } from "./tasks.ts";

type Any = Reducer<unknown, unknown>;

/** A reducer, with its result so far. Lists of elements are taken out after each part. */
export class Machine {
  readonly #reducer: Any;
  #result: unknown;
  #isOver = false;

  constructor(reducer: Any) {
    this.#reducer = reducer;
    this.#result = reducer[0]();
  }

  /** Whether it needs no more elements. */
  get isOver(): boolean {
    return this.#isOver;
  }

  feed(elements: ArrayLike<unknown>, from: number, to: number, range: boolean): void {
    const step = this.#reducer[2];
    const end = range ? to : Math.min(to, elements.length);
    const [start, by] = range ? [elements[0] as number, elements[1] as number] : [0, 0];
    for (let index = from; index < end && !this.#isOver; index++) {
      const result = step(this.#result, range ? start + index * by : elements[index]);
      this.#isOver = isReduced(result);
      this.#result = unreduced(result);
    }
  }

  /** No element that may come counts any more. */
  end(): void {
    this.#isOver = true;
  }

  /** There are no more elements. Gives the result. */
  complete(): unknown {
    this.#isOver = true;
    this.#result = unreduced(this.#reducer[1](this.#result));
    return this.#result;
  }

  /** What was listed since the last time. */
  takeList(): ArrayLike<unknown> {
    const list = this.#result as unknown[];
    this.#result = [];
    return compact(list);
  }
}

const lister = (): Reducer<unknown, unknown[]> => [() => [], (list) => list, push];

/** A machine that lists the elements that come of transducers. */
export function makeLister(...transducers: Transducer<unknown, unknown>[]): Machine {
  return new Machine(composed(transducers, lister()) as Any);
}

/** A machine that reduces what comes of transducers. */
export function makeReducer(
  init: () => unknown,
  complete: (result: unknown) => unknown,
  step: Any[2],
  ...transducers: Transducer<unknown, unknown>[]
): Machine {
  return new Machine(composed(transducers, [init, complete, step]));
}

/** The elements that a part adds. With the last one come those that the transducers kept. */
export function feedLister(
  machine: Machine,
  isRange: boolean,
  part: unknown,
  from: number,
  to: number,
): unknown {
  if (machine.isOver) return new Last([]);
  feed(machine, isRange, part, from, to);
  if (machine.isOver) machine.complete();
  return machine.isOver ? new Last(machine.takeList()) : machine.takeList();
}

/** The elements that the transducers kept, unless they have come already. */
export function endLister(machine: Machine): unknown {
  if (machine.isOver) return new Last([]);
  machine.complete();
  return new Last(machine.takeList());
}

/** Takes a part into the result. `Last` where no more is needed. */
export function feedReducer(
  machine: Machine,
  isRange: boolean,
  part: unknown,
  from: number,
  to: number,
): unknown {
  if (!machine.isOver) feed(machine, isRange, part, from, to);
  return machine.isOver ? new Last(undefined) : undefined;
}

export const endReducer = (machine: Machine): unknown => machine.complete();

function feed(machine: Machine, isRange: boolean, part: unknown, from: number, to: number): void {
  machine.feed(elementsOf((part instanceof Last ? part.value : part) as object), from, to, isRange);
  if (part instanceof Last) machine.end();
}

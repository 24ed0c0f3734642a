/** Transducers that take or leave elements by where they are. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkFunction } from "../options.ts";
import {
  ensureReduced,
  isReduced,
  type Reduced,
  reduced,
  type Selection,
  type Transducer,
} from "../protocol.ts";
import { type AnyTransducer, asSelection } from "../stages.ts";

const selection = <A>(transducer: Transducer<A, A>): Selection<A> =>
  asSelection(transducer as AnyTransducer) as Selection<A>;

function checkCount(count: number, name: string, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw invalidArgument(`${name}(${String(count)}): use an integer from ${least}`);
}

/** The first `count` elements. */
export function take<A>(count: number): Selection<A> {
  checkCount(count, "take", 0);
  return selection<A>(([init, complete, step]) => {
    let left = count;
    return [
      init,
      complete,
      (result, element) => {
        if (left === 0) return reduced(result);
        left--;
        const next = step(result, element);
        return left === 0 ? ensureReduced(next) : next;
      },
    ];
  });
}

/** Elements until the function is not true for one. */
export function takeWhile<A>(fn: (element: A) => unknown): Selection<A> {
  checkFunction(fn, "takeWhile(fn): fn", "takeWhile(x => x > 0)");
  return selection<A>(([init, complete, step]) => {
    let isOpen = true;
    return [
      init,
      complete,
      (result, element) => {
        isOpen &&= Boolean(fn(element));
        return isOpen ? step(result, element) : reduced(result);
      },
    ];
  });
}

/** The first element, and every `count`th after it. */
export function takeNth<A>(count: number): Selection<A> {
  checkCount(count, "takeNth", 1);
  return selection<A>(([init, complete, step]) => {
    let skip = 0;
    return [
      init,
      complete,
      (result, element) => {
        if (skip > 0) {
          skip--;
          return result;
        }
        skip = count - 1;
        return step(result, element);
      },
    ];
  });
}

/** The last `count` elements. */
export function takeLast<A>(count: number): Selection<A> {
  checkCount(count, "takeLast", 0);
  return selection<A>(([init, complete, step]) => {
    const kept = new Ring<A>(count);
    return [
      init,
      (result) => {
        let current: typeof result | Reduced<typeof result> = result;
        for (const element of kept.elements()) {
          if (isReduced(current)) break;
          current = step(current, element);
        }
        return complete(isReduced(current) ? (current.deref() as typeof result) : current);
      },
      (result, element) => {
        kept.push(element);
        return result;
      },
    ];
  });
}

/** All elements but the first `count`. */
export function drop<A>(count: number): Selection<A> {
  checkCount(count, "drop", 0);
  return selection<A>(([init, complete, step]) => {
    let left = count;
    return [
      init,
      complete,
      (result, element) => {
        if (left === 0) return step(result, element);
        left--;
        return result;
      },
    ];
  });
}

/** All elements but the last `count`. */
export function dropLast<A>(count: number): Selection<A> {
  checkCount(count, "dropLast", 0);
  return selection<A>(([init, complete, step]) => {
    const kept = new Ring<A>(count);
    return [
      init,
      complete,
      (result, element) => {
        if (count === 0) return step(result, element);
        const isFull = kept.isFull;
        const oldest = kept.push(element);
        return isFull ? step(result, oldest as A) : result;
      },
    ];
  });
}

/** Elements from the first one on for which the function is not true. */
export function dropWhile<A>(fn: (element: A) => unknown): Selection<A> {
  checkFunction(fn, "dropWhile(fn): fn", "dropWhile(x => x < 0)");
  return selection<A>(([init, complete, step]) => {
    let isOpen = false;
    return [
      init,
      complete,
      (result, element) => {
        isOpen ||= !fn(element);
        return isOpen ? step(result, element) : result;
      },
    ];
  });
}

/** The last few of what comes. */
class Ring<A> {
  readonly #kept: A[] = [];
  readonly #most: number;
  #oldest = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#kept.length === this.#most;
  }

  /** Gives the element that makes room, if one has to. */
  push(element: A): A | undefined {
    if (!this.isFull) {
      this.#kept.push(element);
      return undefined;
    }
    const oldest = this.#kept[this.#oldest];
    if (this.#most > 0) this.#kept[this.#oldest] = element;
    this.#oldest = (this.#oldest + 1) % Math.max(1, this.#most);
    return oldest;
  }

  *elements(): Generator<A> {
    for (let at = 0; at < this.#kept.length; at++) {
      yield this.#kept[(this.#oldest + at) % this.#kept.length] as A;
    }
  }
}

/** Transducers that make groups of neighbouring elements, or look at an element and those before it. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkFunction } from "../options.ts";
import {
  ensureReduced,
  isReduced,
  type Reducer,
  type Selection,
  type Transducer,
  unreduced,
} from "../protocol.ts";
import { type AnyTransducer, asSelection, asStateful } from "../stages.ts";

/** Lists of `size` neighbours; what remains at the end is left out, unless `all`. */
export function partition<A>(size: number, all: boolean = false): Transducer<A, A[]> {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw invalidArgument(`partition(${String(size)}): use an integer from 1`);
  }
  return asStateful<Transducer<A, A[]>>(([init, complete, step]) => {
    let group: A[] = [];
    return [
      init,
      (result) => complete(all && group.length > 0 ? unreduced(step(result, group)) : result),
      (result, element) => {
        group.push(element);
        if (group.length < size) return result;
        const full = group;
        group = [];
        return step(result, full);
      },
    ];
  });
}

/** Lists of neighbours for which the function gives the same. */
export function partitionBy<A>(fn: (element: A) => unknown): Transducer<A, A[]> {
  checkFunction(fn, "partitionBy(fn): fn", "partitionBy(x => x > 0)");
  return asStateful<Transducer<A, A[]>>(([init, complete, step]) => {
    let group: A[] | undefined;
    let key: unknown;
    return [
      init,
      (result) => complete(group ? unreduced(step(result, group)) : result),
      (result, element) => {
        const before = key;
        key = fn(element);
        if (!group || key === before) {
          (group ??= []).push(element);
          return result;
        }
        const next = step(result, group);
        group = isReduced(next) ? undefined : [element];
        return next;
      },
    ];
  });
}

/** The result so far after each element, as a reducer has it. */
export function scan<A, B>(reducer: Reducer<A, B>, start?: B): Transducer<A, B> {
  if (!Array.isArray(reducer) || !reducer.every((part) => typeof part === "function")) {
    throw invalidArgument(
      "scan takes a reducer [init, complete, step]: scan([() => 0, (a) => a, (a, x) => a + x])",
    );
  }
  const [begin, end, take] = reducer;
  return asStateful<Transducer<A, B>>(([init, complete, step]) => {
    let current = start ?? begin();
    return [
      init,
      (result) => {
        const last = end(current);
        const isOther = last !== current;
        current = last;
        return complete(isOther ? unreduced(step(result, last)) : result);
      },
      (result, element) => {
        const next = take(current, element);
        current = unreduced(next);
        const given = step(result, current);
        return isReduced(next) ? ensureReduced(given) : given;
      },
    ];
  });
}

/** Pairs of a number, from 0, and the element. */
export function enumerate<A>(): Transducer<A, [index: number, element: A]> {
  return asStateful<Transducer<A, [number, A]>>(([init, complete, step]) => {
    let index = 0;
    return [init, complete, (result, element) => step(result, [index++, element])];
  });
}

/** The separator between each two elements. */
export function interpose<A, B>(separator: B): Transducer<A, A | B> {
  return asStateful<Transducer<A, A | B>>(([init, complete, step]) => {
    let isFirst = true;
    return [
      init,
      complete,
      (result, element) => {
        if (isFirst) {
          isFirst = false;
          return step(result, element);
        }
        const next = step(result, separator);
        return isReduced(next) ? next : step(next as typeof result, element);
      },
    ];
  });
}

/** Elements that differ from the one before. */
export function dedupe<A>(): Selection<A> {
  const transducer: Transducer<A, A> = ([init, complete, step]) => {
    let before: { readonly element: A } | undefined;
    return [
      init,
      complete,
      (result, element) => {
        const isSame = before?.element === element;
        before = { element };
        return isSame ? result : step(result, element);
      },
    ];
  };
  return asSelection(transducer as AnyTransducer) as Selection<A>;
}

/** Elements that did not come before, or for which the function gives what it did not give before. */
export function distinct<A>(fn: (element: A) => unknown = (element) => element): Selection<A> {
  checkFunction(fn, "distinct(fn): fn", "distinct(x => x.id)");
  const transducer: Transducer<A, A> = ([init, complete, step]) => {
    const seen = new Set<unknown>();
    return [
      init,
      complete,
      (result, element) => {
        const key = fn(element);
        if (seen.has(key)) return result;
        seen.add(key);
        return step(result, element);
      },
    ];
  };
  return asSelection(transducer as AnyTransducer) as Selection<A>;
}

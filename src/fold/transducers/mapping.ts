/** Transducers that make other elements of those that come. */

import { checkFunction } from "../options.ts";
import { isReduced, type Selection, type Transducer } from "../protocol.ts";
import { type AnyTransducer, asStage, itself } from "../stages.ts";

/** The function of each element. */
export function mapping<A, B>(fn: (element: A) => B): Transducer<A, B> {
  checkFunction(fn, "mapping(fn): fn", "mapping(x => x * 2)");
  const transducer: Transducer<A, B> = ([init, complete, step]) => [
    init,
    complete,
    (result, element) => step(result, fn(element)),
  ];
  return asStage(transducer as AnyTransducer, "map", fn) as Transducer<A, B>;
}

/** Only elements for which the function is true. */
export function filter<A>(fn: (element: A) => unknown): Selection<A> {
  checkFunction(fn, "filter(fn): fn", "filter(x => x > 0)");
  const transducer: Transducer<A, A> = ([init, complete, step]) => [
    init,
    complete,
    (result, element) => (fn(element) ? step(result, element) : result),
  ];
  return asStage(transducer as AnyTransducer, "filter", fn) as Selection<A>;
}

/** All elements of what the function makes of each element. */
export function mapcat<A, B>(fn: (element: A) => Iterable<B>): Transducer<A, B> {
  checkFunction(fn, "mapcat(fn): fn", "mapcat(x => [x, x])");
  const transducer: Transducer<A, B> = ([init, complete, step]) => [
    init,
    complete,
    (result, element) => {
      let current: typeof result | ReturnType<typeof step> = result;
      for (const inner of fn(element)) {
        current = step(current as typeof result, inner);
        if (isReduced(current)) break;
      }
      return current;
    },
  ];
  return asStage(transducer as AnyTransducer, "cat", fn) as Transducer<A, B>;
}

/** All elements of each element. */
export const cat = <B>(): Transducer<Iterable<B>, B> =>
  mapcat(itself as (element: Iterable<B>) => Iterable<B>);

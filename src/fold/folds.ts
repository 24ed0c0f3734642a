/** The verbs of folds, as users name them: `folds.sum(xs)`, `folds.findFirst(x => x > 3, xs)`. */

export { argMax, argMin, extrema, findMax, findMin } from "./verbs/extremes.ts";
export {
  accumulate,
  collect,
  cumprod,
  cumsum,
  dict,
  forEach,
  map,
  scan,
  set,
  unique,
} from "./verbs/listing.ts";
export { mapReduce, max, min, prod, reduce, sum } from "./verbs/reducing.ts";
export { all, any, count, findAll, findFirst, findLast, isSorted } from "./verbs/searching.ts";

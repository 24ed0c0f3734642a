/** What users ask for of windows, checked and made plain. */

import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Value } from "../columns/values.ts";
import { type SortOptions, sortKeys } from "../sort/options.ts";
import type { SortKey } from "../sort/order.ts";

type Names<R> = (keyof R & string) | readonly (keyof R & string)[];

export interface WindowOptions<R> extends SortOptions {
  /** Rows that agree in these columns are a group; all rows are one unless given. */
  readonly partitionBy?: Names<R>;
  /** The order of the rows of a group; as they come unless given. */
  readonly orderBy?: Names<R>;
}

/** Of the place of a row in its group. */
type Placing = "rowNumber" | "rank" | "denseRank";
/** Of the value of another row, so many before or after. */
type Shifting = "lag" | "lead";
/** Of all rows of the group up to this one, or of all. */
type Running =
  | "cumCount"
  | "cumSum"
  | "cumMin"
  | "cumMax"
  | "count"
  | "sum"
  | "mean"
  | "min"
  | "max"
  | "first"
  | "last";
/** Of so many rows, of which this is the last. */
type Rolling = "rollingSum" | "rollingMean" | "rollingMin" | "rollingMax";

export type WindowVerb = Placing | Shifting | Running | Rolling;

/**
 * `"rowNumber"`, `"rank"`, `"denseRank"`, or a column and what is made of it: `["v", "cumSum"]`, `["v", "lag", 2]`,
 * `["v", "rollingMean", 7]`.
 */
export type WindowFunction<R> =
  | Placing
  | readonly [column: keyof R & string, verb: Running | Shifting]
  | readonly [column: keyof R & string, verb: Shifting | Rolling, rows: number];

type ValueOf<R, F> = F extends readonly [infer C extends keyof R, infer V, ...unknown[]]
  ? V extends "count" | "cumCount"
    ? number
    : V extends "sum" | "mean" | "cumSum" | "rollingSum" | "rollingMean"
      ? number | null
      : R[C] | null
  : number;

/** A row with what was asked for. */
export type WindowRow<R, W> = Omit<R, keyof W> & { readonly [P in keyof W]: ValueOf<R, W[P]> };

/** Plain data. */
export interface WindowColumn {
  readonly name: string;
  readonly verb: WindowVerb;
  readonly column?: string;
  /** How far `lag` and `lead` look, or how many rows roll. */
  readonly rows: number;
}

export interface WindowRequest {
  readonly partitionBy: readonly string[];
  readonly orderBy: readonly SortKey[];
  readonly columns: readonly WindowColumn[];
}

const PLACING: readonly string[] = ["rowNumber", "rank", "denseRank"];
const SHIFTING: readonly string[] = ["lag", "lead"];
const RUNNING: readonly string[] = [
  ...["cumCount", "cumSum", "cumMin", "cumMax"],
  ...["count", "sum", "mean", "min", "max", "first", "last"],
];
const ROLLING: readonly string[] = ["rollingSum", "rollingMean", "rollingMin", "rollingMax"];

export function windowRequest<R extends Readonly<Record<string, Value>>>(
  options: WindowOptions<R>,
  functions: Readonly<Record<string, WindowFunction<R>>>,
): WindowRequest {
  checkNames(options, ["partitionBy", "orderBy", "descending", "nulls"], "window");
  const { partitionBy = [], orderBy, descending, nulls } = options;
  const groups = typeof partitionBy === "string" ? [partitionBy] : partitionBy;
  if (!Array.isArray(groups) || groups.some((name) => typeof name !== "string")) {
    throw invalidArgument(`window: partitionBy is ${describe(partitionBy)}; give names of columns`);
  }
  if (typeof functions !== "object" || functions === null) {
    throw invalidArgument(
      'window takes options, then columns: window({ orderBy: "t" }, { n: "rowNumber" })',
    );
  }
  const keys = typeof orderBy === "string" ? [orderBy] : (orderBy ?? []);
  const sorting = { ...(descending !== undefined && { descending }), ...(nulls && { nulls }) };
  const columns = Object.entries(functions).map(([name, each]) => columnFor(name, each));
  const ranked = columns.find(({ verb }) => verb === "rank" || verb === "denseRank");
  if (ranked && keys.length === 0) {
    throw invalidArgument(`window: '${ranked.name}' is a ${ranked.verb}, which needs orderBy`);
  }
  return {
    partitionBy: groups,
    orderBy: keys.length > 0 ? sortKeys(keys, sorting) : [],
    columns,
  };
}

function columnFor(name: string, given: unknown): WindowColumn {
  if (typeof given === "string" && PLACING.includes(given)) {
    return { name, verb: given as WindowVerb, rows: 0 };
  }
  const [column, verb, rows] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const isKnown = [SHIFTING, RUNNING, ROLLING].some((verbs) => verbs.includes(verb as string));
  if (typeof column !== "string" || !isKnown) {
    throw invalidArgument(
      `window: '${name}' is ${describe(given)}; use ${PLACING.join(", ")}, or a column and one of ${[
        ...SHIFTING,
        ...RUNNING,
        ...ROLLING,
      ].join(", ")}: { ${name}: ["column", "cumSum"] }`,
    );
  }
  const count = rows ?? (SHIFTING.includes(verb as string) ? 1 : undefined);
  const least = ROLLING.includes(verb as string) ? 1 : 0;
  const needsRows = !RUNNING.includes(verb as string);
  if (needsRows && !(Number.isSafeInteger(count) && (count as number) >= least)) {
    throw invalidArgument(
      `window: '${name}' needs a number of rows, at least ${least}: ["${column}", "${verb}", 3]`,
    );
  }
  return { name, column, verb: verb as WindowVerb, rows: needsRows ? (count as number) : 0 };
}

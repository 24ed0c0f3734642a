/**
 * CSV files as a source of a lazy table. Opening it reads the beginning of each file; pieces are ranges of bytes. What
 * the sample did not show (a value that does not fit, a quote) fails the piece that meets it, and the source opens
 * again with what is known then.
 */

import { stat } from "node:fs/promises";
import { readBytes, withFileErrors } from "../../../array/files/paths.ts";
import { Operation } from "../../../task/operation.ts";
import { fetchAll } from "../../../task/wait.ts";
import { fileError } from "../../../wire/errors.ts";
import type { OpenedSource, TableSource } from "../../source.ts";
import { type Files, filesText, pathsOf } from "../paths.ts";
import { joinKinds, type Kind } from "../text/kinds.ts";
import { type Kinds, widened } from "../text/misfit.ts";
import { checkTyped, fieldsOf, type GivenTypes } from "../text/types.ts";
import type { Dialect } from "./field-reader.ts";
import { type CSVPiece, readCSVPiece } from "./piece.ts";
import { chainStates, type QuoteState, quoteTransition } from "./quotes.ts";
import { type Sample, sampleOf } from "./sample.ts";

/** What is read, and how. */
export interface CSVPlan {
  readonly files: Files;
  /** By the first file's name if it is not given. */
  readonly separator: number | undefined;
  readonly header: boolean | readonly string[];
  readonly types: GivenTypes | undefined;
  readonly nulls: readonly string[];
  readonly pads: boolean;
  readonly rangeBytes: number;
}

/** What earlier reading has shown. */
interface Known {
  readonly kinds?: Kinds;
  /** A first pass finds out where records begin. */
  readonly quotes: boolean;
}

export const DEFAULT_RANGE: number = 16 << 20;
const FIRST_SAMPLE = 1 << 18;
const OTHER_SAMPLE = 1 << 16;

/** Of a piece that was taken to have no quotes. */
interface QuoteError extends Error {
  readonly hasQuotes: true;
}

export function csvSource(plan: CSVPlan, known: Known = { quotes: false }): TableSource<CSVPiece> {
  let kinds: Kinds = new Map();
  return {
    text: `CSV ${filesText(plan.files)}`,
    async open(): Promise<OpenedSource> {
      const opened = await openFiles(plan, known);
      kinds = opened.kinds;
      return opened;
    },
    read: readCSVPiece,
    /** Where to read from instead after pieces failed; undefined where that does not help. */
    again(errors: readonly unknown[]): TableSource | undefined {
      const others = errors.filter((error) => !(error as QuoteError | undefined)?.hasQuotes);
      const wider = others.length > 0 ? widened(kinds, others) : kinds;
      if (!wider || (others.length === 0 && known.quotes)) return undefined;
      const quotes = known.quotes || others.length < errors.length;
      return csvSource(plan, { kinds: wider, quotes });
    },
  };
}

async function openFiles(plan: CSVPlan, known: Known) {
  const paths = await pathsOf(plan.files, "readCSV");
  const separator = plan.separator ?? (paths[0]?.endsWith(".tsv") ? 9 : 44);
  const { nulls, pads, types } = plan;
  const dialect: Dialect = { separator, nulls, pads };
  const files = await Promise.all(
    paths.map((path, at) => sampleFile(path, at === 0, dialect, plan)),
  );
  const [first] = files as [SampledFile];
  const { names } = first.sample;
  for (const { path, sample } of files) {
    if (sample.names.join("\n") === names.join("\n")) continue;
    throw fileError(
      `${path} has the columns ${sample.names.join(", ")}, but ${first.path} has ${names.join(", ")}`,
    );
  }
  checkTyped(types, names, "readCSV");
  const kinds =
    known.kinds ??
    new Map(
      names.flatMap((name, at): [string, Kind][] =>
        types && Object.hasOwn(types, name)
          ? []
          : [[name, files.map(({ sample }) => sample.kinds[at] as Kind).reduce(joinKinds)]],
      ),
    );
  const distinct = names.map((_, at) => first.sample.distinct[at] as boolean);
  const schema = fieldsOf(names, kinds, types, distinct);
  const quotes = known.quotes || files.some(({ sample }) => sample.hasQuotes);
  const pieces: CSVPiece[] = [];
  for (const { path, size, sample } of files) {
    const cuts = cutsOf(sample.start, size, plan.rangeBytes);
    const states = await statesAt(path, cuts, separator, quotes);
    for (let at = 0; at + 1 < cuts.length; at++) {
      const [from, to] = [cuts[at] as number, cuts[at + 1] as number];
      const both = [states[at], states[at + 1]] as [QuoteState, QuoteState];
      pieces.push({
        path,
        from,
        to,
        isFirst: at === 0,
        states: both,
        dialect,
        fields: schema,
        kinds,
        quotes,
      });
    }
  }
  return { schema, pieces, kinds };
}

interface SampledFile {
  readonly path: string;
  readonly size: number;
  readonly sample: Sample;
}

async function sampleFile(
  path: string,
  isFirst: boolean,
  dialect: Dialect,
  { header }: CSVPlan,
): Promise<SampledFile> {
  return await withFileErrors("read", path, async () => {
    const { size } = await stat(path);
    for (let length = isFirst ? FIRST_SAMPLE : OTHER_SAMPLE; ; length *= 16) {
      const bytes = Buffer.from((await readBytes(path, 0, Math.min(length, size))).buffer);
      const isWhole = length >= size;
      if (!isWhole && !bytes.includes(10)) continue;
      return { path, size, sample: sampleOf(path, bytes, isWhole, dialect, header) };
    }
  });
}

/** From the first record to the end, in ranges of equal length. */
function cutsOf(start: number, size: number, rangeBytes: number): number[] {
  const count = Math.max(1, Math.ceil((size - start) / rangeBytes));
  return Array.from({ length: count + 1 }, (_, at) =>
    at === count ? Math.max(size, start) : start + Math.round((at * (size - start)) / count),
  );
}

/** In which states the ranges begin. */
async function statesAt(
  path: string,
  cuts: readonly number[],
  separator: number,
  quotes: boolean,
): Promise<readonly QuoteState[]> {
  if (!quotes || cuts.length <= 2) return cuts.map(() => 0);
  using operation = new Operation("readCSV.quotes");
  const tasks = cuts
    .slice(0, -2)
    .map((from, at) =>
      operation.submit(quoteTransition, path, from, cuts[at + 1] as number, separator),
    );
  try {
    return [...chainStates(await fetchAll(tasks)), 0];
  } finally {
    for (const task of tasks) task.dispose();
  }
}

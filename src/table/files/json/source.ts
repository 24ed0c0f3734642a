/**
 * Files of JSON lines as a source of a lazy table. Opening it reads the beginning of each file; pieces are ranges of
 * bytes. Values that do not fit, and names that the beginning does not have, make the source open again.
 */

import { stat } from "node:fs/promises";
import { readBytes, withFileErrors } from "../../../array/files/paths.ts";
import type { OpenedSource, TableSource } from "../../source.ts";
import { type Files, filesText, pathsOf } from "../paths.ts";
import { joinAll, type Kinds, widened } from "../text/misfit.ts";
import { fieldsOf, type GivenTypes, nearlyDistinct } from "../text/types.ts";
import { type JSONPiece, readJSONPiece, recordsOf } from "./piece.ts";
import { type JSONRecord, kindsOf } from "./values.ts";

/** What is read, and how. */
export interface JSONPlan {
  readonly files: Files;
  readonly types: GivenTypes | undefined;
  readonly rangeBytes: number;
}

const SAMPLE = 1 << 20;

/** `known`: what earlier reading has shown. */
export function jsonSource(plan: JSONPlan, known?: Kinds): TableSource<JSONPiece> {
  let kinds: Kinds = new Map();
  return {
    text: `JSON ${filesText(plan.files)}`,
    async open(): Promise<OpenedSource> {
      const opened = await openFiles(plan, known);
      kinds = opened.kinds;
      return opened;
    },
    read: readJSONPiece,
    again(errors: readonly unknown[]): TableSource | undefined {
      const wider = widened(kinds, errors);
      return wider && jsonSource(plan, wider);
    },
  };
}

async function openFiles({ files, types = {}, rangeBytes }: JSONPlan, known: Kinds | undefined) {
  const paths = await pathsOf(files, "readJSON");
  const samples = await Promise.all(
    paths.map((path) => withFileErrors("read", path, () => sampleOf(path))),
  );
  const records = samples.flatMap((sample) => sample.records);
  const found = known ?? samples.map((each) => kindsOf(each.records)).reduce(joinAll);
  const names = [...new Set([...Object.keys(types), ...found.keys()])];
  const kinds = new Map([...found].filter(([name]) => !Object.hasOwn(types, name)));
  const ordered = [...found.keys(), ...names.filter((name) => !found.has(name))];
  const distinct = ordered.map((name) => isDistinct(records, name));
  const schema = fieldsOf(ordered, kinds, types, distinct);
  const pieces = samples.flatMap(({ path, size }) => {
    const count = Math.max(1, Math.ceil(size / rangeBytes));
    return Array.from({ length: count }, (_, at): JSONPiece => {
      const cut = (i: number): number => Math.round((i * size) / count);
      return { path, from: cut(at), to: cut(at + 1), fields: schema, kinds };
    });
  });
  return { schema, pieces, kinds };
}

async function sampleOf(path: string) {
  const { size } = await stat(path);
  for (let length = SAMPLE; ; length *= 16) {
    const bytes = Buffer.from((await readBytes(path, 0, Math.min(length, size))).buffer);
    const end = length >= size ? bytes.length : bytes.lastIndexOf(10) + 1;
    if (end === 0 && length < size) continue;
    const records = recordsOf(path, { bytes: bytes.subarray(0, end), base: 0 });
    return { path, size, records: records.map(({ record }) => record) };
  }
}

function isDistinct(records: readonly JSONRecord[], name: string): boolean {
  const texts = records.map((record) => record[name]).filter((value) => typeof value === "string");
  return nearlyDistinct(texts.length, new Set(texts).size);
}

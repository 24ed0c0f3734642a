/** What the tasks run that give partitions one dictionary; they travel by name. */

import { packPartition } from "../columns/build.ts";
import { ByteDictionary } from "../columns/byte-dictionary.ts";
import type { Column } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { type Packed, packDictionary, readDictionary, readPartition } from "../columns/packing.ts";
import { columnNamed } from "./columns.ts";
import { type Opened, opened } from "./exchange.ts";

export interface Recoding {
  /** Those that are kept; all unless given. */
  readonly columns?: readonly string[];
  /** Of each column that gets another dictionary where the codes of each old one begin in the merged one's rows. */
  readonly texts: readonly {
    readonly name: string;
    readonly starts: readonly (readonly [id: number, start: number])[];
  }[];
  readonly dictionaries: number;
}

/** The dictionary of a column. */
export function textsOf(name: string, part: Packed, ...shared: readonly Packed[]): Packed {
  const { dictionary } = columnNamed(readPartition(part, shared), name);
  return packDictionary(dictionary as Dictionary);
}

/** A column of the strings of all dictionaries, one after another, with a dictionary of its own. */
export function mergeTexts(name: string, ...packed: readonly Packed[]): Packed {
  const given = packed.map(readDictionary);
  const rows = given.reduce((sum, { size }) => sum + size, 0);
  const all = new ByteDictionary();
  const values = new Int32Array(rows);
  let row = 0;
  for (const { size, offsets, bytes } of given) {
    for (let at = 0; at < size; at++) {
      values[row++] = all.add(bytes, offsets[at] as number, offsets[at + 1] as number);
    }
  }
  const column: Column = { name, type: "dictionary", values, nulls: 0, dictionary: all.build() };
  return packPartition({ rows, columns: [column] });
}

/** The dictionary of what `mergeTexts` made, for itself. */
export function sharedTexts(merged: Packed): Packed {
  const [column] = readPartition(merged).columns;
  return packDictionary(column?.dictionary as Dictionary);
}

/** Some columns of a partition, with the codes of merged dictionaries. */
export function recodePart(
  { columns, texts, dictionaries }: Recoding,
  ...args: readonly Packed[]
): Packed {
  const { partition, isShared } = openedRecoded(args, dictionaries, texts);
  const own = columns?.map((name) => columnNamed(partition, name)) ?? partition.columns;
  return packPartition({ rows: partition.rows, columns: own }, isShared);
}

/** Dictionaries, a partition and what `mergeTexts` made, as a task is given them: the partition with codes of the latter. */
export function openedRecoded(
  args: readonly Packed[],
  dictionaries: number,
  texts: Recoding["texts"],
): Pick<Opened, "partition" | "isShared"> {
  const { partition, isShared } = opened(args.slice(0, dictionaries + 1), dictionaries);
  const merged = args
    .slice(dictionaries + 1)
    .map((each) => readPartition(each).columns[0] as Column);
  const ids = new Set(merged.map(({ dictionary }) => dictionary?.id));
  const columns = partition.columns.map((column) => {
    const at = texts.findIndex(({ name }) => name === column.name);
    // A column of nothing but nulls may be of any type.
    return at < 0 || !column.dictionary
      ? column
      : recoded(column, merged[at] as Column, texts[at] as Recoding["texts"][number]);
  });
  return {
    partition: { rows: partition.rows, columns },
    isShared: (id) => isShared(id) || ids.has(id),
  };
}

/** What the codes of an old dictionary are in the merged one. */
export function codesIn(
  { values }: Column,
  { starts }: Recoding["texts"][number],
  { id, size }: Dictionary,
): Int32Array {
  const [, start] = starts.find(([own]) => own === id) ?? [0, 0];
  return (values as Int32Array).subarray(start, start + size);
}

function recoded(column: Column, merged: Column, text: Recoding["texts"][number]): Column {
  const { values, dictionary } = column;
  const known = codesIn(merged, text, dictionary as Dictionary);
  const codes = new Int32Array(values.length);
  for (let row = 0; row < codes.length; row++) {
    const code = values[row] as number;
    // What lies under a null may be no code of a dictionary without strings.
    codes[row] = code < known.length ? (known[code] as number) : 0;
  }
  return { ...column, values: codes, dictionary: merged.dictionary as Dictionary };
}

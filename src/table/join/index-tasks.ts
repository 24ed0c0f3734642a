/** What the tasks of joins with an index of the right side run; they travel by name. */

import { across, acrossOf, type Numbering } from "../columns/across.ts";
import { packFillings, packRows, takenOf } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import type { Field, Schema } from "../columns/field.ts";
import { type Packed, readPartition } from "../columns/packing.ts";
import { noRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { opened } from "../keys/exchange.ts";
import { codesIn, type Recoding } from "../keys/unify-tasks.ts";
import { type Dense, denseIds } from "./dense.ts";
import { addedNames, type Index, type JoinSpec, pairsOf } from "./match.ts";

/** Plain data. */
export interface IndexedWork {
  readonly spec: JoinSpec;
  readonly dense: Dense;
  readonly numbering: Numbering;
  readonly schemas: readonly [left: Schema, right: Schema];
  /** Of the right side, which have one dictionary of all partitions. */
  readonly texts: Recoding["texts"];
  readonly dictionaries: number;
}

/** Numbers of the rows by their keys: the first of each key and, where keys have several, after those the next of each row. */
export function indexKeys(
  { spec, dense, numbering, dictionaries }: IndexedWork,
  ...args: readonly Packed[]
): Packed {
  const { partitions } = opened(args, dictionaries);
  const ids = partitions.map(({ rows, columns }) =>
    denseIds(columnNamed({ columns }, spec.right[0] as string), rows, dense),
  );
  const heads = new Int32Array(dense.size).fill(-1);
  const next = areUnique(ids, heads, numbering) ? undefined : chained(ids, heads, numbering);
  const fill = ({ values }: { readonly values: Column["values"] }) => {
    (values as Int32Array).set(heads);
    if (next) (values as Int32Array).set(next, heads.length);
    return { nulls: 0 };
  };
  const rows = heads.length + (next?.length ?? 0);
  return packFillings(rows, [{ plan: { name: "index", type: "i32", nullable: false }, fill }]);
}

/** Notes a row of each key. To write without a look at what is there is several times faster. */
function areUnique(ids: readonly Int32Array[], heads: Int32Array, { bits }: Numbering): boolean {
  let nulls = 0;
  let rows = 0;
  for (const [p, own] of ids.entries()) {
    const first = p << bits;
    for (let row = 0; row < own.length; row++) {
      const id = own[row] as number;
      if (id < 0) nulls++;
      else heads[id] = first + row;
    }
    rows += own.length;
  }
  let found = 0;
  for (let id = 0; id < heads.length; id++) found += ((heads[id] as number) >>> 31) ^ 1;
  return found === rows - nulls;
}

/** The first row of each key, and for each row the next one. The last rows go first. */
function chained(
  ids: readonly Int32Array[],
  heads: Int32Array,
  { partitions, bits }: Numbering,
): Int32Array {
  const next = new Int32Array(partitions << bits);
  heads.fill(-1);
  for (let p = ids.length - 1; p >= 0; p--) {
    const own = ids[p] as Int32Array;
    const first = p << bits;
    for (let row = own.length - 1; row >= 0; row--) {
      const id = own[row] as number;
      if (id < 0) continue;
      next[first + row] = heads[id] as number;
      heads[id] = first + row;
    }
  }
  return next;
}

/** What a partition of the left side matches. */
export function joinIndexed(
  { spec, dense, numbering, schemas, texts, dictionaries }: IndexedWork,
  ...args: readonly Packed[]
): Packed {
  const shared = args.slice(0, dictionaries);
  const [merged, others] = [
    args.slice(dictionaries, dictionaries + texts.length),
    args.slice(dictionaries + texts.length),
  ];
  const { partitions, isShared } = opened([...shared, ...others], dictionaries);
  const [given, own, ...rights] = partitions as [Partition, Partition, ...Partition[]];
  const left = own.rows > 0 ? own : noRows(schemas[0]);
  const ids = denseIds(columnNamed(left, spec.left[0] as string), left.rows, dense);
  const pairs = pairsOf(ids, indexIn(given, dense), spec.how);
  if (spec.how === "semi" || spec.how === "anti") return packRows(left, pairs.left, isShared);
  const rows = across(pairs.right, numbering);
  const codes = merged.map((each) => readPartition(each).columns[0] as Column);
  const isOne = (id: number): boolean =>
    isShared(id) || codes.some(({ dictionary }) => dictionary?.id === id);
  const added = addedNames(left, schemas[1], spec).map(([at, name]) => {
    const field = schemas[1][at] as Field;
    const columns = rights.map((part) => part.columns[at] as Column);
    const place = texts.findIndex((text) => text.name === field.name);
    const known = codes[place];
    const dictionary = known?.dictionary ?? columns.find((column) => column.dictionary)?.dictionary;
    return acrossOf(
      { ...field, name },
      columns,
      rows,
      isOne,
      dictionary && [
        dictionary,
        (from) => codesIn(known as Column, texts[place] as Recoding["texts"][number], from),
      ],
    );
  });
  return packFillings(pairs.left.length, [
    ...left.columns.map((column) => takenOf(column, pairs.left, isOne, 0)),
    ...added,
  ]);
}

function indexIn({ columns }: Partition, { size }: Dense): Index {
  const values = columns[0]?.values as Int32Array;
  const heads = values.subarray(0, size);
  return values.length > size ? { heads, next: values.subarray(size) } : { heads };
}

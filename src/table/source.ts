/** Where a lazy table comes from: pieces that one task each reads. */

import type { Schema } from "./columns/field.ts";
import type { Packed } from "./columns/packing.ts";

/** What of a piece is needed. */
export interface Want {
  /** In any order; all unless given. */
  readonly columns?: readonly string[];
  /** Rows that are needed. Only a hint: whoever reads may give more, and filters are applied again. */
  readonly where?: Predicate;
}

/** Columns compared with values: all of them must hold. Null never does. */
export type Predicate = readonly {
  readonly column: string;
  readonly compare: "==" | "<" | "<=" | ">" | ">=";
  readonly value: number | bigint | string | boolean;
}[];

/** What is known of a source when it is opened. */
export interface OpenedSource {
  readonly schema: Schema;
  /** Plain data, one a partition. */
  readonly pieces: readonly unknown[];
}

export interface TableSource<Piece = never> {
  /** For `explain()`. */
  readonly text: string;
  /** Looks at the files, as far as it must to know columns and pieces. */
  open(): Promise<OpenedSource>;
  /** A function that travels by name; it runs as a task, and is synchronous. */
  readonly read: (piece: Piece, want: Want) => Packed;
  /**
   * The source to read instead after pieces of this one failed with these errors; undefined where that does not help.
   * So a source may take things for granted that only reading shows.
   */
  again?(errors: readonly unknown[]): TableSource | undefined;
}

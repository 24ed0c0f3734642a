/**
 * Reads single fields where a compiled parser meets something that is not plain: quotes, nulls, long numbers, dates;
 * and says what is wrong with those that cannot be read.
 */

import { NEWLINE, QUOTE } from "../../compiled/bytes.ts";
import type { Kinds } from "../text/misfit.ts";
import type { Sink } from "../text/sink.ts";
import { closingQuote } from "./quotes.ts";

/** What reading a file as CSV needs to know besides its columns. */
export interface Dialect {
  readonly separator: number;
  /** Spellings of null, besides a field that is empty. */
  readonly nulls: readonly string[];
  readonly pads: boolean;
}

/** A field that its column cannot hold, or a record that is not as the others. Caught where the file is known. */
export class BadField extends Error {
  readonly at: number;
  /** Of the file; none where it is the record. */
  readonly column: number | undefined;
  readonly text: string | undefined;

  constructor(message: string, at: number, column?: number, text?: string) {
    super(message);
    this.at = at;
    this.column = column;
    this.text = text;
  }
}

export class FieldReader {
  readonly #bytes: Buffer;
  readonly #sinks: readonly (Sink | undefined)[];
  readonly #dialect: Dialect;
  readonly #kinds: Kinds;
  /** Where the text of the field that was found lies. */
  #text: Buffer;
  #from = 0;
  #to = 0;
  #isQuoted = false;

  /** `sinks`: one a column of the file, none of those that nobody wants. Of kind `null` is what has only nulls. */
  constructor(
    bytes: Buffer,
    sinks: readonly (Sink | undefined)[],
    dialect: Dialect,
    kinds: Kinds = new Map(),
  ) {
    this.#bytes = bytes;
    this.#text = bytes;
    this.#sinks = sinks;
    this.#dialect = dialect;
    this.#kinds = kinds;
  }

  /** Reads the field of a column that begins at `at`; gives where it ends. */
  read(row: number, column: number, at: number): number {
    const end = this.#find(at);
    const sink = this.#sinks[column];
    if (!sink) return end;
    if (this.isNull()) sink.null(row);
    else if (this.#kinds.get(sink.field.name) === "null")
      throw new BadField("", at, column, this.text());
    else if (sink.field.type === "utf8" || sink.field.type === "dictionary") {
      sink.text(row, this.#text, this.#from, this.#to);
    } else if (!sink.parse(row, this.text())) {
      throw new BadField("", at, column, this.text());
    }
    return end;
  }

  /** The text of the field at `at`, undefined of a null, and where it ends. */
  next(at: number): { readonly text: string | undefined; readonly end: number } {
    const end = this.#find(at);
    return { text: this.isNull() ? undefined : this.text(), end };
  }

  /** A record that ends at `at`, after this column: the others are null if that is allowed. Gives the next record. */
  short(row: number, column: number, at: number): number {
    const count = this.#sinks.length;
    if (!this.#dialect.pads) {
      throw new BadField(
        `${column + 1} ${column === 0 ? "field" : "fields"} instead of ${count}; { ragged: "pad" } makes the missing ones null`,
        at,
      );
    }
    for (const sink of this.#sinks.slice(column + 1)) sink?.null(row);
    return this.#bytes.indexOf(NEWLINE, at) + 1;
  }

  long(_row: number, at: number): never {
    const count = this.#sinks.length;
    throw new BadField(`more than ${count} ${count === 1 ? "field" : "fields"}`, at);
  }

  isNull(): boolean {
    if (this.#isQuoted) return false;
    if (this.#to === this.#from) return true;
    const { nulls } = this.#dialect;
    return nulls.length > 0 && nulls.includes(this.text());
  }

  text(): string {
    return this.#text.toString("utf8", this.#from, this.#to);
  }

  #find(at: number): number {
    const bytes = this.#bytes;
    const { separator } = this.#dialect;
    this.#isQuoted = bytes[at] === QUOTE;
    if (this.#isQuoted) return this.#findQuoted(at);
    let end = at;
    while (bytes[end] !== separator && bytes[end] !== NEWLINE) end++;
    if (bytes[end] === NEWLINE && end > at && bytes[end - 1] === 13) end--;
    this.#text = bytes;
    this.#from = at;
    this.#to = end;
    return end;
  }

  #findQuoted(at: number): number {
    const bytes = this.#bytes;
    const close = closingQuote(bytes, at + 1);
    if (close === undefined) throw new BadField("a quote that is not closed", at);
    const end = close + 1;
    const next = bytes[end] === 13 ? bytes[end + 1] : bytes[end];
    if (bytes[end] !== this.#dialect.separator && next !== NEWLINE) {
      throw new BadField("text after the quote that closes a field", at);
    }
    this.#text = bytes;
    this.#from = at + 1;
    this.#to = close;
    const pair = bytes.indexOf(QUOTE, at + 1);
    if (pair < close) {
      this.#text = Buffer.from(
        bytes.toString("latin1", at + 1, close).replaceAll('""', '"'),
        "latin1",
      );
      this.#from = 0;
      this.#to = this.#text.length;
    }
    return end;
  }
}

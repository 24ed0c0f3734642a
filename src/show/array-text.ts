/**
 * The elements of an n-dimensional array as text, in NumPy's layout: nested brackets, a blank line between
 * planes, and of large arrays only what is at the edges. Reads no more elements than it shows.
 */

import type { DType } from "../memory/dtype.ts";
import { columnFormat, type Showable } from "./columns.ts";
import { shortestSingle, specialText } from "./decimal.ts";

/** What is needed of an array to show it. */
export interface ShowableArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The element at one index an axis; undefined where it is not here. */
  at(indices: readonly number[]): Showable | undefined;
}

export interface TextOptions {
  /** Columns of the page. */
  readonly width?: number;
  /** Arrays of more elements are shown by their edges. */
  readonly threshold?: number;
  /** Elements shown at each end of an axis of such arrays. */
  readonly edge?: number;
  /** Digits after the decimal point at most. */
  readonly precision?: number;
}

const GAP = "...";

export function arrayText(array: ShowableArray, options: TextOptions = {}): string {
  const { width = 80, threshold = 1000, edge = 3, precision = 8 } = options;
  const { shape, dtype } = array;
  if (shape.length === 0) return scalarText(array.at([]), dtype);
  const size = shape.reduce((product, length) => product * length, 1);
  if (size === 0) return "[]";
  const shown = shape.map((length) => indicesShown(length, size > threshold ? edge : length));
  const known = valuesAt(array, shown).filter((value) => value !== undefined);
  const write = columnFormat(dtype, known, precision);
  const column = known[0] === undefined ? 0 : write(known[0]).length;
  const format = (value: Showable | undefined): string =>
    value === undefined ? GAP.padStart(column) : write(value);

  /** The text below `path`, whose lines after the first begin with `indent`. */
  const textOf = (path: readonly number[], indent: string): string => {
    const indices = shown[path.length] as readonly (number | typeof GAP)[];
    const inner = path.length + 1;
    if (inner === shape.length) {
      const words = indices.map((index) =>
        index === GAP ? GAP : format(array.at([...path, index])),
      );
      return `[${wrap(words, indent, width - inner)}]`;
    }
    const separator = "\n".repeat(shape.length - inner) + indent;
    const parts = indices.map((index) =>
      index === GAP ? GAP : textOf([...path, index], `${indent} `),
    );
    return `[${parts.join(separator)}]`;
  };
  return textOf([], " ");
}

/** A single value by itself. */
export function scalarText(value: Showable | undefined, dtype: DType): string {
  if (value === undefined) return GAP;
  if (typeof value === "boolean") return String(value);
  const single = dtype === "f32" || dtype === "c64";
  if (typeof value === "number") return numberText(value, single);
  const im = numberText(value.im, single);
  return `${numberText(value.re, single)}${/^[-+]/.test(im) ? "" : "+"}${im}i`;
}

function numberText(x: number, single: boolean): string {
  if (!Number.isFinite(x)) return specialText(x);
  return Object.is(x, -0) ? "-0" : String(single ? shortestSingle(x) : x);
}

/** Indices of an axis, with a gap where the middle is left out. */
function indicesShown(length: number, edge: number): (number | typeof GAP)[] {
  if (length <= 2 * edge) return Array.from({ length }, (_, index) => index);
  const ends = Array.from({ length: edge }, (_, index) => index);
  return [...ends, GAP, ...ends.map((index) => length - edge + index)];
}

function valuesAt(
  array: ShowableArray,
  shown: readonly (readonly (number | typeof GAP)[])[],
): (Showable | undefined)[] {
  let paths: number[][] = [[]];
  for (const indices of shown) {
    const kept = indices.filter((index) => index !== GAP);
    paths = paths.flatMap((path) => kept.map((index) => [...path, index]));
  }
  return paths.map((path) => array.at(path));
}

/** Words in lines of at most `width` columns, the bracket after the last one included. */
function wrap(words: readonly string[], indent: string, width: number): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of words) {
    if (line.length > indent.length && line.length + word.length > width) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  lines.push(line.slice(0, -1));
  return lines.join("\n").slice(indent.length);
}

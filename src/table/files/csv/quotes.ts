/**
 * Where records begin in the middle of a file. A newline ends a record unless it lies in a quoted field, and whether
 * a byte does depends on all before it: so a first pass gives, for each range of bytes, in which state it ends for
 * each state it may begin in, and these are chained. A quote opens a field only where a field begins.
 */

import { readBytesSync } from "../../../array/files/paths.ts";
import { invalidArgument } from "../../../wire/errors.ts";
import { NEWLINE, QUOTE, RETURN } from "../../compiled/bytes.ts";

/** Outside of quotes, in a quoted field, or in one whose next byte belongs to a pair of quotes. */
export type QuoteState = 0 | 1 | 2;

const OUTSIDE = 0;
const INSIDE = 1;
const PAIRED = 2;

/** The states in which a range ends, by the state in which it begins. */
export type Transition = readonly [QuoteState, QuoteState, QuoteState];

/** The first pass over one range; runs as a task. */
export function quoteTransition(
  path: string,
  from: number,
  to: number,
  separator: number,
): Transition {
  const before = from === 0 ? 0 : 1;
  const bytes = Buffer.from(readBytesSync(path, from - before, to - from + before + 1).buffer);
  const limit = to - from + before;
  const run = (state: QuoteState): QuoteState => endState(bytes, before, limit, state, separator);
  return [run(OUTSIDE), run(INSIDE), run(PAIRED)];
}

/** The state after bytes from `at` to before `limit`; the bytes beside them must be there if the file has them. */
function endState(
  bytes: Buffer,
  at: number,
  limit: number,
  begin: QuoteState,
  separator: number,
): QuoteState {
  let state = begin === PAIRED ? INSIDE : begin;
  let from = begin === PAIRED ? at + 1 : at;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0 || quote >= limit) return state;
    from = quote + 1;
    if (state === OUTSIDE) {
      if (opens(bytes, quote, separator)) state = INSIDE;
    } else if (bytes[from] !== QUOTE) state = OUTSIDE;
    else if (from >= limit) return PAIRED;
    else from++;
  }
}

const opens = (bytes: Uint8Array, at: number, separator: number): boolean =>
  at === 0 || bytes[at - 1] === NEWLINE || bytes[at - 1] === separator;

/** In which state each range begins, and the last one ends. */
export function chainStates(transitions: readonly Transition[]): QuoteState[] {
  const states: QuoteState[] = [OUTSIDE];
  for (const transition of transitions) {
    states.push(transition[states.at(-1) as QuoteState]);
  }
  return states;
}

/**
 * The place of the first record that begins at `at` or after it; undefined where the bytes end before. The byte
 * before `at` must be there.
 */
export function recordStart(
  bytes: Buffer,
  at: number,
  state: QuoteState,
  separator: number,
): number | undefined {
  let from = at;
  if (state === OUTSIDE) {
    if (at === 0 || bytes[at - 1] === NEWLINE) return at;
  } else {
    const close = closingQuote(bytes, state === PAIRED ? at + 1 : at);
    if (close === undefined) return undefined;
    from = close + 1;
  }
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) return undefined;
    let quote = bytes.indexOf(QUOTE, from);
    while (quote >= 0 && quote < newline && !opens(bytes, quote, separator)) {
      quote = bytes.indexOf(QUOTE, quote + 1);
    }
    if (quote < 0 || quote > newline) return newline + 1;
    const close = closingQuote(bytes, quote + 1);
    if (close === undefined) return undefined;
    from = close + 1;
  }
}

/** Where the quoted field ends whose text goes on at `from`; undefined where the bytes end before what follows it. */
export function closingQuote(bytes: Buffer, from: number): number | undefined {
  let at = from;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0 || quote + 1 >= bytes.length) return undefined;
    if (bytes[quote + 1] !== QUOTE) return quote;
    at = quote + 2;
  }
}

/** @throws BodkinError where it is no single byte */
export function separatorByte(separator: string, caller: string): number {
  const byte = separator.charCodeAt(0);
  if (separator.length === 1 && byte < 128 && ![QUOTE, NEWLINE, RETURN].includes(byte)) return byte;
  throw invalidArgument(
    `${caller} with separator ${JSON.stringify(separator)}: give one ASCII character, such as ";" or "\\t"`,
  );
}

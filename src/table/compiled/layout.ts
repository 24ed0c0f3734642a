/** What the compiled reader and JavaScript both know: where in the heap what is. All addresses are words of 32 bits. */

/** What the reader does with the fields of a column. */
export const KIND = {
  /** Nobody wants it. */
  skipped: 0,
  /** JavaScript reads what is not null. */
  other: 1,
  /** All types of integers. */
  integer: 2,
  f64: 3,
  f32: 4,
  dictionary: 5,
  utf8: 6,
  date: 7,
  timestamp: 8,
  bool: 9,
} as const;

/** A column, by its place in the file. */
export const COLUMN = {
  kind: 0,
  /** Of `utf8`: the bytes. */
  values: 4,
  validity: 8,
  nulls: 12,
  /** Fields of so many bytes or fewer may spell null. */
  shortest: 16,
  /** Logarithm of the bytes of an element. */
  shift: 20,
  /** Of `utf8`. */
  offsets: 24,
  /** Of `utf8`: bytes there is room for. */
  room: 28,
  /** Of `dictionary`. */
  dictionary: 28,
  /** Of a timestamp: digits of a fraction of a second. */
  digits: 28,
  /** Of integers: the least one, how many others there are, and the greatest amount of a positive one. */
  least: 32,
  span: 40,
  most: 48,
} as const;
export const COLUMN_WORDS = 14;

/** A dictionary that is being made. */
export const DICTIONARY = {
  /** Slots of hash, code + 1 (0: it is free), first byte and length. */
  table: 0,
  /** Slots less one: they are a power of two. */
  mask: 4,
  size: 8,
  /** Where each string begins, and where the last one ends. */
  offsets: 12,
  bytes: 16,
  room: 20,
} as const;
export const DICTIONARY_BYTES = 24;
export const SLOT_BYTES = 16;

/** Numbers that the reader looks up. */
export const CONSTANTS = {
  /** Where the last call ended. */
  at: 0,
  /** Powers of ten: 20 integers of 64 bits, 23 exact floats, and the upper bits of those that floats reach. */
  integers: 8,
  floats: 168,
  powers: 352,
} as const;
/** Exponents of the first and the last power. */
export const POWERS: readonly [number, number] = [-342, 308];
export const CONSTANTS_BYTES: number = CONSTANTS.powers + 8 * (POWERS[1] - POWERS[0] + 1);

/** Bytes that may be read, and written, beyond an end. */
export const SLACK = 32;

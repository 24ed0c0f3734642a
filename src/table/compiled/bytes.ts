/** Bytes that mean something in text files. */

export const NEWLINE = 10;
export const RETURN = 13;
export const QUOTE = 34;

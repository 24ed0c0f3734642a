/** Values and nulls of a chunk of Apache Arrow, converted where the layout of a table is another one. */

import type { Data, DataType } from "apache-arrow";
import { DateUnit, Precision, Type } from "apache-arrow/enum";
import { type ColumnArray, setNull } from "./column.ts";

export function copyNulls(validity: Uint8Array, at: number, chunk: Data): void {
  const { length, offset, nullBitmap, nullCount, type } = chunk;
  if (nullCount === 0 && type.typeId !== Type.Null) return;
  const bits = nullBitmap as Uint8Array | undefined;
  for (let i = 0; i < length; i++) {
    if (type.typeId === Type.Null || !isSet(bits as Uint8Array, offset + i)) {
      setNull(validity, at + i);
    }
  }
}

const isSet = (bits: Uint8Array, at: number): boolean =>
  (((bits[at >> 3] as number) >> (at & 7)) & 1) === 1;

export const isNullAt = ({ nullBitmap, nullCount, offset }: Data, at: number): boolean =>
  nullCount > 0 && !isSet(nullBitmap as Uint8Array, offset + at);

/** Values that are neither strings nor codes. */
export function copyValues(target: ColumnArray, at: number, chunk: Data): void {
  const { type, length, offset, values } = chunk;
  switch (type.typeId) {
    case Type.Bool:
      for (let i = 0; i < length; i++) target[at + i] = isSet(values, offset + i) ? 1 : 0;
      return;
    case Type.Date:
      if ((type as DataType & { unit: DateUnit }).unit === DateUnit.DAY) break;
      for (let i = 0; i < length; i++) target[at + i] = Math.floor(Number(values[i]) / 86_400_000);
      return;
    case Type.Float:
      if ((type as DataType & { precision: Precision }).precision !== Precision.HALF) break;
      for (let i = 0; i < length; i++) target[at + i] = halfFloat(values[i] as number);
      return;
    case Type.Decimal: {
      const { scale, bitWidth } = type as DataType & { scale: number; bitWidth: number };
      for (let i = 0; i < length; i++) target[at + i] = decimal(values, i, bitWidth, scale);
      return;
    }
    default:
  }
  (target as Float64Array).set(values.subarray(0, length), at);
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return (
    sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024)
  );
}

/** The nearest float to a decimal number of 128 or 256 bits, given as words of 32. */
function decimal(words: Uint32Array, at: number, bits: number, scale: number): number {
  const count = bits / 32;
  let value = 0n;
  for (let word = count - 1; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[at * count + word] as number);
  }
  const whole = BigInt.asIntN(bits, value);
  return Number(`${whole}e${-scale}`);
}

/** Dates and times as ISO 8601 writes them, exact to the nanosecond. */

import type { TimeUnit } from "../../columns/field.ts";

/** A date, or a time with the unit that holds all of its digits. */
export type Instant =
  | { readonly unit: "date"; readonly days: number }
  | {
      readonly unit: "ms" | "us" | "ns";
      readonly days: number;
      /** Since midnight in UTC. */
      readonly nanoseconds: bigint;
    };

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** The instant that a text is; undefined where it is none. */
export function instantIn(text: string): Instant | undefined {
  const found = text.length < 10 || text[4] !== "-" ? null : ISO.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone = "Z"] = found;
  const days = daysOf(Number(year), Number(month), Number(day));
  if (days === undefined) return undefined;
  if (hour === undefined) return { unit: "date", days };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetOf(zone);
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  return {
    unit: fraction.length <= 3 ? "ms" : fraction.length <= 6 ? "us" : "ns",
    days,
    nanoseconds,
  };
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 86_400_000;
}

/** Seconds that a zone is before UTC. */
function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone[0] === "-" ? -size : size;
}

/** Units of a second, or of what a timestamp counts. */
export const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = {
  s: 1n,
  ms: 1000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

/** An instant in units since 1970; undefined where the unit is too coarse for it, or 64 bits are too few. */
export function countOf(instant: Instant, unit: TimeUnit): bigint | undefined {
  const whole = BigInt(instant.days) * 86_400_000_000_000n;
  const nanoseconds = instant.unit === "date" ? whole : whole + instant.nanoseconds;
  const each = 1_000_000_000n / PER_SECOND[unit];
  if (nanoseconds % each !== 0n) return undefined;
  const count = nanoseconds / each;
  return BigInt.asIntN(64, count) === count ? count : undefined;
}

/** Units since 1970 as text, with the digits that the unit has. */
export function instantText(count: bigint, unit: TimeUnit): string {
  const per = PER_SECOND[unit];
  const fraction = ((count % per) + per) % per;
  const seconds = Number((count - fraction) / per);
  const digits = unit === "s" ? "" : `.${String(fraction).padStart(String(per).length - 1, "0")}`;
  const base = new Date(seconds * 1000);
  if (Number.isNaN(base.getTime())) return String(count);
  return `${base.toISOString().slice(0, -5)}${digits}Z`;
}

/** Days since 1970 as text. */
export const dateText = (days: number): string =>
  new Date(days * 86_400_000).toISOString().slice(0, -14);

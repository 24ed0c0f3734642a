/** Dates and times as they are mostly written, as WebAssembly; others are left to JavaScript. */

import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import { i32, i64, iff, ret, set } from "../../wasm/ops.ts";
import { any, byteAt, digitsAt, type I32, nonDigits } from "./code.ts";

/** No number of days. */
export const NO_DATE: number = -(2 ** 31);

/** `date(at)` gives the days since 1970 of `YYYY-MM-DD`, whatever follows it. */
export function defineDate(m: ModuleBuilder): Callable<"i32"> {
  return m.define("date", { at: "i32" }, "i32", ({ at }, f) => {
    const { year, month, day, leap, tens } = f.locals({
      year: "i32",
      month: "i32",
      day: "i32",
      leap: "i32",
      tens: "i32",
    });
    const no = ret(NO_DATE);
    return [
      iff(i32.ne(i32.or(byteAt(at, 4), i32.shl(byteAt(at, 7), 8)), 0x2d2d), [no]),
      iff(i64.ne(i64.and(nonDigits(digitsAt(at)), 0x00ffff00ffffffffn), 0n), [no]),
      set(year, i32.add(i32.mul(twoDigits(at, 0), 100), twoDigits(at, 2))),
      set(month, twoDigits(at, 5)),
      set(tens, i32.sub(byteAt(at, 8), 48)),
      set(day, i32.sub(byteAt(at, 9), 48)),
      iff(any(i32.gtU(tens, 3), i32.gtU(day, 9), i32.gtU(i32.sub(month, 1), 11)), [no]),
      set(day, i32.add(i32.mul(tens, 10), day)),
      set(
        leap,
        i32.and(
          i32.eqz(i32.and(year, 3)),
          i32.or(i32.ne(i32.remU(year, 100), 0), i32.eqz(i32.remU(year, 400))),
        ),
      ),
      set(tens, i32.add(30, i32.and(i32.add(month, i32.shrU(month, 3)), 1))),
      iff(i32.eq(month, 2), [set(tens, i32.add(28, leap))]),
      iff(i32.gtU(i32.sub(day, 1), i32.sub(tens, 1)), [no]),
      ret(daysOf(year, month, day)),
    ];
  });
}

/** Two bytes that are digits. */
const twoDigits = (at: I32, offset: number): I32 =>
  i32.sub(i32.add(i32.mul(byteAt(at, offset), 10), byteAt(at, offset + 1)), 528);

/** Years begin in March here, so that the day that some have is their last. 400 more make all numbers positive. */
function daysOf(year: I32, month: I32, day: I32): I32 {
  const isEarly = i32.ltU(month, 3);
  const years = i32.sub(i32.add(year, 400), isEarly);
  const months = i32.sub(i32.add(month, i32.mul(isEarly, 12)), 3);
  const inYear = i32.add(i32.divU(i32.add(i32.mul(months, 153), 2), 5), i32.sub(day, 1));
  const leapDays = i32.add(i32.sub(i32.divU(years, 4), i32.divU(years, 100)), i32.divU(years, 400));
  return i32.sub(i32.add(i32.add(i32.mul(years, 365), leapDays), inYear), 719468 + 146097);
}

/** Seconds since midnight of `HH:MM:SS`; less than 0 where it is none. */
export function defineSeconds(m: ModuleBuilder): Callable<"i32"> {
  return m.define("seconds", { at: "i32" }, "i32", ({ at }, f) => {
    const { hour, minute, second } = f.locals({ hour: "i32", minute: "i32", second: "i32" });
    const no = ret(-1);
    return [
      iff(i32.ne(i32.or(byteAt(at, 2), i32.shl(byteAt(at, 5), 8)), 0x3a3a), [no]),
      iff(i64.ne(i64.and(nonDigits(digitsAt(at)), 0xffff00ffff00ffffn), 0n), [no]),
      set(hour, twoDigits(at, 0)),
      set(minute, twoDigits(at, 3)),
      set(second, twoDigits(at, 6)),
      iff(any(i32.gtU(hour, 23), i32.gtU(minute, 59), i32.gtU(second, 59)), [no]),
      ret(i32.add(i32.mul(i32.add(i32.mul(hour, 60), minute), 60), second)),
    ];
  });
}

/**
 * Numbers of digits and a power of ten as the nearest float, as WebAssembly. D. Lemire: Number parsing at a gigabyte
 * per second. Software: Practice and Experience 51(8), 2021; with powers of 64 bits, so that about one number in a
 * thousand is left to JavaScript.
 */

import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import { f64, fromBits, i32, i64, iff, type Local, ret, set, widenS } from "../../wasm/ops.ts";
import { any } from "./code.ts";
import { CONSTANTS, POWERS } from "./layout.ts";

/** `decimal(digits, exponent, constants)` gives the float nearest to digits · 10^exponent, or NaN where it cannot tell. */
export function defineDecimal(m: ModuleBuilder): Callable<"f64"> {
  const scaled = defineScaled(m);
  return m.export(
    "decimal",
    { digits: "i64", exponent: "i32", constants: "i32" },
    "f64",
    ({ digits, exponent, constants }) => {
      const ten = (power: Parameters<typeof i32.shl>[0]) =>
        f64.load(i32.add(constants, i32.shl(power, 3)), CONSTANTS.floats);
      return [
        // Both numbers are exact, so that the result is rounded once.
        iff(i64.leU(digits, 2n ** 53n), [
          iff(i32.eqz(exponent), [ret(f64.fromU64(digits))]),
          iff(i32.leU(exponent, 22), [ret(f64.mul(f64.fromU64(digits), ten(exponent)))]),
          iff(i32.leU(i32.sub(0, exponent), 22), [
            ret(f64.div(f64.fromU64(digits), ten(i32.sub(0, exponent)))),
          ]),
        ]),
        iff(i64.eqz(digits), [ret(f64.const(0))]),
        ret(scaled(digits, exponent, constants)),
      ];
    },
  );
}

function defineScaled(m: ModuleBuilder): Callable<"f64"> {
  return m.define(
    "scaled",
    { digits: "i64", exponent: "i32", constants: "i32" },
    "f64",
    ({ digits, exponent, constants }, f) => {
      const { power, low, high, binary, upper, mantissa, carry } = f.locals({
        power: "i64",
        low: "i64",
        high: "i64",
        binary: "i64",
        upper: "i64",
        mantissa: "i64",
        carry: "i64",
      });
      const [first, last] = POWERS;
      const unknown = ret(f64.const(Number.NaN));
      return [
        iff(i32.gtU(i32.sub(exponent, first), last - first), [unknown]),
        set(
          power,
          i64.load(i32.add(constants, i32.shl(i32.sub(exponent, first), 3)), CONSTANTS.powers),
        ),
        // The exponent of two of the result, with the bias of floats.
        set(
          binary,
          i64.sub(
            i64.add(i64.shrS(i64.mul(widenS(exponent), 217706n), 16n), 64n + 1023n),
            i64.clz(digits),
          ),
        ),
        set(digits, i64.shl(digits, i64.clz(digits))),
        ...multiply(digits, power, high, low, carry, upper),
        // What the power lacks may carry into the bits that count.
        iff(i32.and(i64.eq(i64.and(high, 0x1ffn), 0x1ffn), i64.ltU(i64.add(low, digits), digits)), [
          unknown,
        ]),
        set(upper, i64.shrU(high, 63n)),
        set(mantissa, i64.shrU(high, i64.add(upper, 9n))),
        set(binary, i64.sub(binary, i64.xor(upper, 1n))),
        // Half way between two floats, as far as it is known.
        iff(
          i32.and(i64.eqz(i64.or(low, i64.and(high, 0x1ffn))), i64.eq(i64.and(mantissa, 3n), 1n)),
          [unknown],
        ),
        set(mantissa, i64.shrU(i64.add(mantissa, i64.and(mantissa, 1n)), 1n)),
        iff(i64.ne(i64.shrU(mantissa, 53n), 0n), [
          set(mantissa, i64.shrU(mantissa, 1n)),
          set(binary, i64.add(binary, 1n)),
        ]),
        // Too large, or with fewer bits than others.
        iff(any(i64.leS(binary, 0n), i64.geS(binary, 0x7ffn)), [unknown]),
        ret(fromBits(i64.or(i64.shl(binary, 52n), i64.and(mantissa, 0xfffffffffffffn)))),
      ];
    },
  );
}

type Wide = Local<"i64">;

/** The product of two words of 64 bits as two. */
function multiply(a: Wide, b: Wide, high: Wide, low: Wide, middle: Wide, other: Wide) {
  const lower = (x: Wide) => i64.and(x, 0xffffffffn);
  const upper = (x: Wide) => i64.shrU(x, 32n);
  return [
    set(low, i64.mul(lower(a), lower(b))),
    set(middle, i64.add(i64.mul(upper(a), lower(b)), upper(low))),
    set(other, i64.add(i64.mul(lower(a), upper(b)), lower(middle))),
    set(low, i64.mul(a, b)),
    set(high, i64.add(i64.add(i64.mul(upper(a), upper(b)), upper(middle)), upper(other))),
  ];
}

/** The upper 64 bits of the powers of ten, in order, rounded down. */
export function upperPowers(): BigUint64Array<ArrayBuffer> {
  const [first, last] = POWERS;
  const powers = new BigUint64Array(last - first + 1);
  let ten = 1n;
  for (let exponent = 0; exponent <= Math.max(-first, last); exponent++) {
    if (exponent <= last) {
      const beyond = ((217706 * exponent) >> 16) - 63;
      powers[exponent - first] = beyond > 0 ? ten >> BigInt(beyond) : ten << BigInt(-beyond);
    }
    if (exponent > 0 && -exponent >= first) {
      const bits = 63 - ((217706 * -exponent) >> 16);
      powers[-exponent - first] = (1n << BigInt(bits)) / ten;
    }
    ten *= 10n;
  }
  return powers;
}

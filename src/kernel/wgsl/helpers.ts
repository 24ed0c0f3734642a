/**
 * WGSL functions for what WGSL itself leaves open or has not got: division by zero, conversions modulo 2^32, NaN,
 * and functions of `Math`. A module contains those it uses.
 */

export type Helper =
  | "nan"
  | "infinity"
  | "div_i32"
  | "div_u32"
  | "rem_i32"
  | "rem_u32"
  | "is_nan"
  | "truth"
  | "to_u32"
  | "min_f32"
  | "max_f32"
  | "round_f32"
  | "cbrt_f32"
  | "expm1_f32"
  | "log1p_f32"
  | "log10_f32"
  | "tanh_f32"
  | "hypot_f32"
  | "pow_f32";

const UNARY = (name: string, body: string): string => `fn ${name}(x: f32) -> f32 { ${body} }`;

const HELPERS: Readonly<Record<Helper, string>> = {
  // Constants that are no numbers would be errors; read from a variable they are not.
  nan: "var<private> nan_bits: u32 = 0x7fc00000u;\nfn nan() -> f32 { return bitcast<f32>(nan_bits); }",
  infinity:
    "var<private> infinity_bits: u32 = 0x7f800000u;\nfn infinity() -> f32 { return bitcast<f32>(infinity_bits); }",
  div_i32: "fn div_i32(a: i32, b: i32) -> i32 { if (b == 0i) { return 0i; } return a / b; }",
  div_u32: "fn div_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a / b; }",
  rem_i32:
    "fn rem_i32(a: i32, b: i32) -> i32 { if (b == 0i || b == -1i) { return 0i; } return a % b; }",
  rem_u32: "fn rem_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a % b; }",
  // By its bits: compilers may take comparisons of a number with itself for true.
  is_nan: "fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  truth: "fn truth(x: f32) -> bool { return x != 0.0f && !is_nan(x); }",
  to_u32: `fn to_u32(x: f32) -> u32 {
  if (abs(x) < 2147483648.0f) { return bitcast<u32>(i32(x)); }
  let bits = bitcast<u32>(x);
  let places = (bits >> 23u) & 255u;
  if (places >= 182u) { return 0u; }
  let magnitude = ((bits & 0x7fffffu) | 0x800000u) << ((places - 150u) & 31u);
  return select(magnitude, 0u - magnitude, bits >= 0x80000000u);
}`,
  min_f32:
    "fn min_f32(a: f32, b: f32) -> f32 { return select(min(a, b), a + b, is_nan(a) || is_nan(b)); }",
  max_f32:
    "fn max_f32(a: f32, b: f32) -> f32 { return select(max(a, b), a + b, is_nan(a) || is_nan(b)); }",
  round_f32: UNARY(
    "round_f32",
    "let low = floor(x); return select(low, low + 1.0f, x - low >= 0.5f);",
  ),
  cbrt_f32: UNARY(
    "cbrt_f32",
    "if (x == 0.0f || is_nan(x) || abs(x) > 3.4e38f) { return x; } let y = pow(abs(x), 0.33333334f); " +
      "let z = y - (y - abs(x) / (y * y)) / 3.0f; return select(z, -z, x < 0.0f);",
  ),
  // Taylor's series near 0, where the difference would cancel.
  expm1_f32: UNARY(
    "expm1_f32",
    "if (abs(x) > 0.5f) { return exp(x) - 1.0f; } " +
      "return x * (1.0f + x / 2.0f * (1.0f + x / 3.0f * (1.0f + x / 4.0f * (1.0f + x / 5.0f * " +
      "(1.0f + x / 6.0f * (1.0f + x / 7.0f * (1.0f + x / 8.0f)))))));",
  ),
  // The series of the inverse hyperbolic tangent near 0.
  log1p_f32: UNARY(
    "log1p_f32",
    "if (abs(x) > 0.5f) { return log(1.0f + x); } let s = x / (2.0f + x); let q = s * s; " +
      "return 2.0f * s * (1.0f + q * (0.33333334f + q * (0.2f + q * (0.14285715f + q * (0.11111111f + q * 0.09090909f)))));",
  ),
  log10_f32: UNARY("log10_f32", "return log2(x) * 0.30103f;"),
  tanh_f32: UNARY("tanh_f32", "if (abs(x) > 15.0f) { return sign(x); } return tanh(x);"),
  hypot_f32: `fn hypot_f32(a: f32, b: f32) -> f32 {
  let high = max(abs(a), abs(b));
  if (high == 0.0f || high > 3.4e38f) { return high; }
  let ratio = min(abs(a), abs(b)) / high;
  return high * sqrt(1.0f + ratio * ratio);
}`,
  // `pow` of WGSL is undefined for negative bases.
  pow_f32: `fn pow_f32(x: f32, y: f32) -> f32 {
  if (y == 0.0f) { return 1.0f; }
  if (is_nan(x) || is_nan(y)) { return nan(); }
  let magnitude = pow(abs(x), y);
  if (x >= 0.0f) { return magnitude; }
  if (y != trunc(y)) { return nan(); }
  return select(magnitude, -magnitude, y * 0.5f != trunc(y * 0.5f));
}`,
};

const NAMES = Object.keys(HELPERS) as Helper[];

/** Collects which helpers a module uses. */
export class Helpers {
  readonly #used = new Set<Helper>();

  call(name: Helper, ...args: readonly string[]): string {
    // Those that it calls come along.
    for (const each of NAMES)
      if (each === name || HELPERS[name].includes(`${each}(`)) this.#used.add(each);
    return `${name}(${args.join(", ")})`;
  }

  get texts(): string[] {
    return [...this.#used].map((name) => HELPERS[name]);
  }
}

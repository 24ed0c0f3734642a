/**
 * The elementwise functions of the Python array API standard. Shapes broadcast; the result is distributed where an operand
 * is, and one pass with what is computed of it next. Operands are promoted to their common dtype (see `promotion.ts`).
 *
 *   number  that dtype, where booleans count as numbers and give f64; integers wrap
 *   real    the same, of complex numbers the dtype of their parts
 *   float   that dtype, where integers and booleans give f64
 *   bits    that dtype, which is one of integers or bool
 *   test    bool
 */

import { type BinaryFunction, binary, type UnaryFunction, unary } from "./apply.ts";

// --- Of one array ------------------------------------------------------------

export const abs: UnaryFunction<"real"> = unary("abs", "real");
export const acos: UnaryFunction<"float"> = unary("acos", "float");
export const acosh: UnaryFunction<"float"> = unary("acosh", "float");
export const asin: UnaryFunction<"float"> = unary("asin", "float");
export const asinh: UnaryFunction<"float"> = unary("asinh", "float");
export const atan: UnaryFunction<"float"> = unary("atan", "float");
export const atanh: UnaryFunction<"float"> = unary("atanh", "float");
export const bitwiseInvert: UnaryFunction<"bits"> = unary("bitwiseInvert", "bits");
export const ceil: UnaryFunction<"number"> = unary("ceil", "number");
/** The complex conjugate; of real numbers themselves. */
export const conj: UnaryFunction<"number"> = unary("conj", "number");
export const cos: UnaryFunction<"float"> = unary("cos", "float");
export const cosh: UnaryFunction<"float"> = unary("cosh", "float");
export const exp: UnaryFunction<"float"> = unary("exp", "float");
export const expm1: UnaryFunction<"float"> = unary("expm1", "float");
export const floor: UnaryFunction<"number"> = unary("floor", "number");
/** The imaginary part; of real numbers 0. */
export const imag: UnaryFunction<"real"> = unary("imag", "real");
export const isfinite: UnaryFunction<"test"> = unary("isfinite", "test");
export const isinf: UnaryFunction<"test"> = unary("isinf", "test");
export const isnan: UnaryFunction<"test"> = unary("isnan", "test");
export const log: UnaryFunction<"float"> = unary("log", "float");
export const log10: UnaryFunction<"float"> = unary("log10", "float");
export const log1p: UnaryFunction<"float"> = unary("log1p", "float");
export const log2: UnaryFunction<"float"> = unary("log2", "float");
/** Whether it is 0. */
export const logicalNot: UnaryFunction<"test"> = unary("logicalNot", "test");
export const negative: UnaryFunction<"number"> = unary("negative", "number");
export const positive: UnaryFunction<"number"> = unary("positive", "number");
export const real: UnaryFunction<"real"> = unary("real", "real");
/** 1 / x. */
export const reciprocal: UnaryFunction<"float"> = unary("reciprocal", "float");
/** The nearest whole number, halves to the even one. */
export const round: UnaryFunction<"number"> = unary("round", "number");
/** -1, 0 or 1; of complex numbers z / |z|. */
export const sign: UnaryFunction<"number"> = unary("sign", "number");
/** Whether the sign is negative, that of -0 too. */
export const signbit: UnaryFunction<"test"> = unary("signbit", "test");
export const sin: UnaryFunction<"float"> = unary("sin", "float");
export const sinh: UnaryFunction<"float"> = unary("sinh", "float");
export const sqrt: UnaryFunction<"float"> = unary("sqrt", "float");
export const square: UnaryFunction<"number"> = unary("square", "number");
export const tan: UnaryFunction<"float"> = unary("tan", "float");
export const tanh: UnaryFunction<"float"> = unary("tanh", "float");
export const trunc: UnaryFunction<"number"> = unary("trunc", "number");
// --- Of two ------------------------------------------------------------

export const add: BinaryFunction<"number"> = binary("add", "number");
/** The angle of the points (x2, x1). */
export const atan2: BinaryFunction<"float"> = binary("atan2", "float");
export const bitwiseAnd: BinaryFunction<"bits"> = binary("bitwiseAnd", "bits");
export const bitwiseLeftShift: BinaryFunction<"bits"> = binary("bitwiseLeftShift", "bits");
export const bitwiseOr: BinaryFunction<"bits"> = binary("bitwiseOr", "bits");
/** Shifted by x2 bits; negative numbers stay negative. */
export const bitwiseRightShift: BinaryFunction<"bits"> = binary("bitwiseRightShift", "bits");
export const bitwiseXor: BinaryFunction<"bits"> = binary("bitwiseXor", "bits");
/** The size of x1 with the sign of x2. */
export const copysign: BinaryFunction<"float"> = binary("copysign", "float");
/** The quotient as a floating-point number. */
export const divide: BinaryFunction<"float"> = binary("divide", "float");
export const equal: BinaryFunction<"test"> = binary("equal", "test");
/** The quotient rounded down; integers by 0 give 0. */
export const floorDivide: BinaryFunction<"number"> = binary("floorDivide", "number");
export const greater: BinaryFunction<"test"> = binary("greater", "test");
export const greaterEqual: BinaryFunction<"test"> = binary("greaterEqual", "test");
export const hypot: BinaryFunction<"float"> = binary("hypot", "float");
export const less: BinaryFunction<"test"> = binary("less", "test");
export const lessEqual: BinaryFunction<"test"> = binary("lessEqual", "test");
/** log(exp(x1) + exp(x2)). */
export const logaddexp: BinaryFunction<"float"> = binary("logaddexp", "float");
export const logicalAnd: BinaryFunction<"test"> = binary("logicalAnd", "test");
export const logicalOr: BinaryFunction<"test"> = binary("logicalOr", "test");
export const logicalXor: BinaryFunction<"test"> = binary("logicalXor", "test");
/** The larger one; NaN where one is. */
export const maximum: BinaryFunction<"number"> = binary("maximum", "number");
/** The smaller one; NaN where one is. */
export const minimum: BinaryFunction<"number"> = binary("minimum", "number");
export const multiply: BinaryFunction<"number"> = binary("multiply", "number");
/** The number next to x1 on the way to x2. */
export const nextafter: BinaryFunction<"float"> = binary("nextafter", "float");
export const notEqual: BinaryFunction<"test"> = binary("notEqual", "test");
/** x1 to the power x2; of integers what is whole of it. */
export const pow: BinaryFunction<"number"> = binary("pow", "number");
/** The remainder of floorDivide, with the sign of x2; integers by 0 give 0. */
export const remainder: BinaryFunction<"number"> = binary("remainder", "number");
export const subtract: BinaryFunction<"number"> = binary("subtract", "number");

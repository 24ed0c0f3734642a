/**
 * Kernels between their source and the machine they run on: plain data, fully typed, with every conversion
 * written out, so that a back end translates node by node and decides nothing about the meaning. Calls of
 * helpers are gone (they are inlined), and so are side effects within expressions: **an expression is pure and
 * total**. It may be evaluated early, twice or for items that do not need it; it only must not move across a
 * statement that changes what it reads.
 *
 * The meaning of each node is the same on all targets:
 * - `f32` and `f64` arithmetic rounds once for each operation; `i32` and `u32` wrap.
 * - Integer division by zero and its remainder are 0; `-2147483648 / -1` wraps; `rem` has the dividend's sign.
 * - Reading an element out of bounds gives NaN in floats, 0 in integers and false in `bool`; storing there does
 *   nothing, and an atomic there does nothing and gives 0. Back ends leave checks out only where they can
 *   prove them needless.
 * - Casts: float to `i32`/`u32` as JavaScript's `x | 0`/`x >>> 0` (truncated, modulo 2^32, NaN gives 0); between
 *   `i32` and `u32` the bits stay; anything to `bool` is JavaScript's truth (NaN is false); `bool` to a number is 0
 *   or 1; others round to nearest, ties to even.
 * - Shift counts are taken modulo 32; `shr` is arithmetic for `i32` and logical for `u32`.
 * - `min`, `max`, `round`, `sign` and the other functions treat NaN and −0 as `Math` does, on GPUs as far as WGSL
 *   can tell them.
 */

/** Types of values. */
export type ValueType = "f32" | "f64" | "i32" | "u32" | "bool";

export type NumberType = Exclude<ValueType, "bool">;
export type FloatType = "f32" | "f64";
export type IntegerType = "i32" | "u32";

/** Types of the elements of arrays. */
export type ElementDType = "f64" | "f32" | "i32" | "u32" | "i16" | "u16" | "i8" | "u8" | "bool";

/** The type of the value that is loaded from and stored to elements; narrow integers are `i32` outside of arrays. */
export function valueTypeOf(dtype: ElementDType): ValueType {
  switch (dtype) {
    case "i16":
    case "u16":
    case "i8":
    case "u8":
      return "i32";
    default:
      return dtype;
  }
}

export interface KernelIR {
  /** Unique, where other threads may have this kernel too. */
  readonly id?: string;
  /** An identifier, for names in generated code. */
  readonly name: string;
  /** In the order of the function's parameters; captured numbers come after them. */
  readonly parameters: readonly Parameter[];
  /** Arrays that the items of a group share; zero when the group starts. */
  readonly shared: readonly LocalArray[];
  /** What each item runs. */
  readonly body: readonly Statement[];
  readonly facts: Facts;
}

export type Parameter = ArrayParameter | ScalarParameter;

/** Names of parameters, arrays and variables are identifiers, all different within a kernel. */
export interface ArrayParameter {
  readonly kind: "array";
  readonly name: string;
  readonly dtype: ElementDType;
  readonly isRead: boolean;
  readonly isWritten: boolean;
  /** Some access is atomic. */
  readonly isAtomic: boolean;
}

export interface ScalarParameter {
  readonly kind: "scalar";
  readonly name: string;
  readonly type: ValueType;
}

/** An array of fixed length, shared by a group or private to an item. */
export interface LocalArray {
  readonly name: string;
  readonly dtype: "f64" | "f32" | "i32" | "u32";
  readonly length: number;
  readonly isAtomic: boolean;
}

export interface Facts {
  readonly hasBarriers: boolean;
  readonly hasAtomics: boolean;
  /** Items depend on the group they belong to: barriers, shared arrays, or indices within groups are used. */
  readonly usesGroups: boolean;
  /** One more than the highest axis asked for; 0 where only linear forms are used. */
  readonly axes: 0 | 1 | 2 | 3;
  /**
   * Every access to a parameter's array is at the linear global index, outside of nothing but `if`s and loops, and
   * there is no barrier, atomic or shared array: consecutive items are independent of each other.
   */
  readonly isElementwise: boolean;
  /** Some value or element is `f64`. */
  readonly usesF64: boolean;
}

// --- Statements ----------------------------------------------------------------------------------

/** Of a block or loop; numbers are different within a kernel. */
export type Label = number;

export type Statement =
  | LetStatement
  | PrivateStatement
  | AssignStatement
  | StoreStatement
  | AtomicStatement
  | IfStatement
  | LoopStatement
  | BlockStatement
  | LeaveStatement
  | ReturnStatement
  | BarrierStatement;

/** Declares a variable, each time it is reached. It is seen until the end of the list of statements. */
export interface LetStatement {
  readonly kind: "let";
  readonly name: string;
  readonly type: ValueType;
  readonly value: Expression;
  /** It is never assigned again. */
  readonly isConstant: boolean;
  /**
   * All items of a group hold the same value, and a barrier or the way to one may depend on it. It is
   * assigned only by statements that all items of a group run together.
   */
  readonly isUniform: boolean;
}

/** Declares an array private to the item, zero each time it is reached. */
export interface PrivateStatement {
  readonly kind: "private";
  readonly array: LocalArray;
}

export interface AssignStatement {
  readonly kind: "assign";
  readonly name: string;
  readonly value: Expression;
}

export interface StoreStatement {
  readonly kind: "store";
  /** A parameter, shared or private array. */
  readonly array: string;
  readonly dtype: ElementDType;
  /** `i32`. */
  readonly index: Expression;
  /** Of the array's value type. */
  readonly value: Expression;
}

export type AtomicOperation =
  | "add"
  | "sub"
  | "min"
  | "max"
  | "exchange"
  /** Stores `value` if the element equals `expected`. */
  | "compareExchange";

export interface AtomicStatement {
  readonly kind: "atomic";
  readonly operation: AtomicOperation;
  readonly array: string;
  readonly dtype: IntegerType;
  readonly index: Expression;
  readonly value: Expression;
  readonly expected: Expression | undefined;
  /** A new constant that holds the element's value from before. */
  readonly result: string;
}

export interface IfStatement {
  readonly kind: "if";
  /** `bool`. */
  readonly condition: Expression;
  readonly consequent: readonly Statement[];
  readonly alternate: readonly Statement[];
}

/**
 * Each turn: leave if `test` is false; run `body`, in which `continue` goes to `update`; run `update`, which
 * leaves the loop in no way; leave if `until` is true. Variables of `body` are not used by `update` and `until`.
 */
export interface LoopStatement {
  readonly kind: "loop";
  readonly label: Label;
  readonly test: Expression | undefined;
  readonly body: readonly Statement[];
  readonly update: readonly Statement[];
  /** May use what `update` declares. */
  readonly until: Expression | undefined;
}

/** Statements that `break` leaves. */
export interface BlockStatement {
  readonly kind: "block";
  readonly label: Label;
  readonly body: readonly Statement[];
}

/** `break` leaves the loop or block of that label, `continue` (loops only) goes on with its `update`. */
export interface LeaveStatement {
  readonly kind: "break" | "continue";
  readonly label: Label;
}

/** Ends the item. */
export interface ReturnStatement {
  readonly kind: "return";
}

/** All items of a group reach it together; what any of them wrote before is seen by all after it. */
export interface BarrierStatement {
  readonly kind: "barrier";
}

// --- Expressions ---------------------------------------------------------------------------------

export type Expression =
  | ConstantExpression
  | VariableExpression
  | IndexExpression
  | LengthExpression
  | LoadExpression
  | UnaryExpression
  | BinaryExpression
  | CompareExpression
  | LogicalExpression
  | SelectExpression
  | CastExpression
  | MathExpression;

/** The value fits the type exactly: an `f32` is rounded, a `bool` is 0 or 1. */
export interface ConstantExpression {
  readonly kind: "constant";
  readonly type: ValueType;
  readonly value: number;
}

/** A variable or a scalar parameter. */
export interface VariableExpression {
  readonly kind: "variable";
  readonly type: ValueType;
  readonly name: string;
}

export type IndexName = "globalIndex" | "localIndex" | "groupIndex" | "globalSize" | "groupSize";

/**
 * Where the item is: `globalIndex` within the range of `globalSize`, in the group `groupIndex` of `groupSize` items
 * the item `localIndex`. With an axis that axis's, without the row-major linear one (the last axis runs fastest).
 * The last group of an axis may reach beyond the range; items there do not exist, `groupSize` stays.
 */
export interface IndexExpression {
  readonly kind: "index";
  readonly type: "i32";
  readonly of: IndexName;
  readonly axis: 0 | 1 | 2 | undefined;
}

/** The number of elements of a parameter's array. */
export interface LengthExpression {
  readonly kind: "length";
  readonly type: "i32";
  readonly array: string;
}

export interface LoadExpression {
  readonly kind: "load";
  /** `valueTypeOf(dtype)` */
  readonly type: ValueType;
  readonly array: string;
  readonly dtype: ElementDType;
  /** `i32`. */
  readonly index: Expression;
}

export interface UnaryExpression {
  readonly kind: "unary";
  /** `negate`: floats and integers; `complement` (`~`): integers; `not`: `bool`. */
  readonly operator: "negate" | "complement" | "not";
  readonly type: ValueType;
  readonly operand: Expression;
}

export type ArithmeticOperator = "add" | "subtract" | "multiply" | "divide" | "remainder";
export type BitOperator = "and" | "or" | "xor" | "shl" | "shr";

/** Both operands have the type of the result; bit operators take integers only. */
export interface BinaryExpression {
  readonly kind: "binary";
  readonly operator: ArithmeticOperator | BitOperator;
  readonly type: NumberType;
  readonly left: Expression;
  readonly right: Expression;
}

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Both operands have one type; `bool`s are compared by `eq` and `ne` only. */
export interface CompareExpression {
  readonly kind: "compare";
  readonly operator: Comparison;
  readonly type: "bool";
  readonly left: Expression;
  readonly right: Expression;
}

export interface LogicalExpression {
  readonly kind: "logical";
  readonly operator: "and" | "or";
  readonly type: "bool";
  readonly left: Expression;
  readonly right: Expression;
}

export interface SelectExpression {
  readonly kind: "select";
  readonly type: ValueType;
  /** `bool`. */
  readonly condition: Expression;
  readonly consequent: Expression;
  readonly alternate: Expression;
}

export interface CastExpression {
  readonly kind: "cast";
  readonly type: ValueType;
  readonly operand: Expression;
}

/** Functions of floats. All but `atan2`, `hypot` and `pow` take one argument. */
export type FloatFunction =
  | "acos"
  | "acosh"
  | "asin"
  | "asinh"
  | "atan"
  | "atan2"
  | "atanh"
  | "cbrt"
  | "ceil"
  | "cos"
  | "cosh"
  | "exp"
  | "expm1"
  | "floor"
  | "hypot"
  | "log"
  | "log10"
  | "log1p"
  | "log2"
  | "pow"
  | "round"
  | "sin"
  | "sinh"
  | "sqrt"
  | "tan"
  | "tanh"
  | "trunc";

/** Functions of numbers of any type: `min` and `max` of two arguments. */
export type NumberFunction = "abs" | "max" | "min" | "sign";

/** `clz` (leading zeros) takes and gives `i32`. */
export type MathFunction = FloatFunction | NumberFunction | "clz";

/** The arguments have the type of the result. */
export interface MathExpression {
  readonly kind: "math";
  readonly function: MathFunction;
  readonly type: NumberType;
  readonly arguments: readonly Expression[];
}

// biome-ignore-all lint/suspicious/noImplicitAnyLet: kernels say things here that nobody should

/** What the language of kernels has not got. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import type { Kernel } from "../support/cases.ts";
import { f32, type Refusal, refusal } from "../support/refusals.ts";

const TABLE = Float32Array.of(1, 2);
const text = "abc";
const big = 5n;
const object = { deep: { fn: () => 1 } };
const loose = (x: number): number => (x > 0 ? loose(x - 1) : 0);
const even = (x: number): number => (x > 0 ? odd(x - 1) : 1);
const odd = (x: number): number => (x > 0 ? even(x - 1) : 0);
const sometimes = (x: number): number | undefined => {
  if (x > 0) return 1;
  for (let k = 0; k < 3; k++) if (k > x) return k;
  // And nothing here.
};
const nothing = (x: number): void => {
  x + 1;
};
const pair = ({ x }: { x: number }): number => x;
const counter = { n: 0 };

export const refusedLanguage: readonly Refusal[] = [
  refusal(
    "a captured array",
    [f32],
    /the array 'TABLE' is captured.*Pass it as an argument/,
    (O) => {
      O[globalIndex()] = TABLE[globalIndex()];
    },
  ),
  refusal("text", [f32], /'text' is a string.*Use what it holds as a number/, (O) => {
    O[0] = text;
  }),
  refusal("a bigint", [f32], /'big' is a bigint/, (O) => {
    O[0] = big;
  }),
  refusal("a text literal", [f32], /"1" is no number.*numbers and booleans/, (O) => {
    O[0] = "1";
  }),
  refusal("an object literal", [f32], /objects do not exist in a kernel/, (O) => {
    const p = { x: 1 };
    O[0] = p.x;
  }),
  refusal("null", [f32], /null is no number/, (O) => {
    O[0] = null;
  }),
  refusal("an unknown name", [f32], /'globalThis.missing' is undefined/, (O) => {
    O[0] = (globalThis as unknown as { missing: number }).missing;
  }),
  refusal(
    "a function as a value",
    [f32],
    /the function 'object.deep.fn' is used as a value/,
    (O) => {
      O[0] = object.deep.fn;
    },
  ),
  refusal("a function of its own as a value", [f32], /the function 'f' is used as a value/, (O) => {
    const f = () => 1;
    O[0] = f;
  }),
  refusal("assigning what is captured", [f32], /`counter.n` cannot be assigned/, (O) => {
    counter.n = 1;
    O[0] = 1;
  }),
  refusal(
    "an array as a value",
    [f32, f32],
    /the array 'A' is used as a value.*`A\[i\]`/,
    (O, A) => {
      O[0] = A;
    },
  ),
  refusal("assigning an array", [f32, f32], /the array 'O' cannot be assigned/, (O, A) => {
    O = 1;
    A[0] = O;
  }),
  refusal("a method of an array", [f32], /`O.fill` cannot be called in a kernel/, (O) => {
    O.fill(0);
  }),
  refusal("a property of an array", [f32], /'byteLength' of arrays.*`\.length`/, (O) => {
    O[0] = O.byteLength;
  }),
  refusal("recursion", [f32], /the function calls itself.*Write a loop/, (O) => {
    O[0] = loose(3);
  }),
  refusal("recursion of two", [f32], /the function calls itself/, (O) => {
    O[0] = even(3);
  }),
  refusal(
    "a helper that gives nothing as a value",
    [f32],
    /gives no value.*Let the function return/,
    (O) => {
      O[0] = (nothing as unknown as (x: number) => number)(1);
    },
  ),
  refusal(
    "a helper that returns a value on some ways only",
    [f32],
    /some ways through the function return a value.*Let every way end/,
    (O) => {
      O[0] = sometimes(O[1]);
    },
  ),
  refusal("a missing argument of a helper", [f32], /takes its arguments apart/, (O) => {
    O[0] = (pair as unknown as () => number)();
  }),
  refusal("console", [f32], /`console.log`.*Use `Math` functions/, (O) => {
    console.log(O[0]);
  }),
  refusal("Math.random", [f32], /Math.random\(\) gives other numbers.*rand\(\)/, (O) => {
    O[0] = Math.random();
  }),
  refusal("too few arguments of Math", [f32], /pow\(\) takes 2 arguments/, (O) => {
    O[0] = (Math.pow as (x: number) => number)(2);
  }),
  refusal("for of", [f32, f32], /`for … of` has no meaning.*for \(let k = 0/, (O, A) => {
    for (const x of A) O[0] += x;
  }),
  refusal("var", [f32], /`var` has no meaning.*`let` or `const`/, (O) => {
    var x = 1;
    O[0] = x;
  }),
  refusal("try", [f32], /exceptions do not exist/, (O) => {
    try {
      O[0] = 1;
    } catch {
      O[0] = 2;
    }
  }),
  refusal("throw", [f32], /exceptions do not exist/, (O) => {
    if (O[0] > 1) throw new Error("no");
  }),
  refusal("typeof", [f32], /'typeof' has no meaning/, (O) => {
    O[0] = typeof O[0] === "number" ? 1 : 0;
  }),
  refusal("optional access", [f32, f32], /`\?\.` has no meaning/, (O, A) => {
    O[0] = A?.[0];
  }),
  refusal("??", [f32, f32], /'\?\?' has no meaning/, (O, A) => {
    O[0] = A[0] ?? 1;
  }),
  refusal("a spread", [f32, f32], /`\.\.\.` has no meaning/, (O, A) => {
    O[0] = Math.max(...A);
  }),
  refusal("returning a value", [f32], /a kernel returns nothing.*Store results/, (O) => {
    O[0] = 1;
    return O[0];
  }),
  refusal("too many arguments", [f32, f32], /takes 1 argument and is given 2/, (O) => {
    O[0] = 1;
  }),
  refusal("too few arguments", [f32], /'A' is given nothing/, (O, A) => {
    O[0] = A[0];
  }),
  refusal("destructured parameters", [f32], /takes its arguments apart/, ({ length }) => {
    void length;
  }),
  refusal("await", [f32], /it is async/, (async (O: Float32Array) => {
    O[0] = await 1;
  }) as unknown as Kernel),
  refusal("a generator", [f32], /it is a generator/, function* (O: Float32Array) {
    O[0] = 1;
    yield 1;
  } as unknown as Kernel),
  refusal("a native function", [f32], /no source text/, Math.max as unknown as Kernel),
  refusal(
    "a bound function",
    [f32],
    /no source text/,
    ((O: Float32Array) => {
      O[0] = 1;
    }).bind(null) as Kernel,
  ),
];

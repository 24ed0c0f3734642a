/** Any chain of operations on a distributed array equals the same chain on the local one, however arrays are cut. */

import { readFileSync } from "node:fs";
import { type Cluster, collect, type DArray, distribute, type NDArray, start } from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { times } from "../../../support/counts.ts";
import { arrayText, type Call, call, largest, run, textOf, writable, X } from "./calls.ts";
import { blocksFor, Choices, DTYPES, operand } from "./choices.ts";
import { COMPUTING } from "./moves.ts";
import { ELEMENTARY } from "./moves-of-elements.ts";
import { MOVING } from "./moves-of-places.ts";

const MOVES = { ...COMPUTING, ...ELEMENTARY, ...MOVING };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

interface Program {
  readonly dtype: (typeof DTYPES)[number];
  readonly shape: readonly number[];
  readonly seed: number;
  readonly moves: readonly (readonly [name: string, choices: readonly number[]])[];
  /** Of each run how arrays are cut. */
  readonly cuts: readonly number[];
}

const anyMove = fc.tuple(
  fc.constantFrom(...Object.keys(MOVES)),
  fc.array(fc.nat(11), { minLength: 8, maxLength: 8 }),
);
const anyProgram: fc.Arbitrary<Program> = fc.record({
  dtype: fc.constantFrom(...DTYPES),
  shape: fc.array(fc.nat(7), { maxLength: 3 }),
  seed: fc.nat(11),
  moves: fc.array(anyMove, { minLength: 1, maxLength: 6 }),
  cuts: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
});

const isDArray = (value: unknown): value is DArray =>
  typeof value === "object" && value !== null && "chunks" in value;
const isArray = (value: unknown): value is NDArray =>
  typeof value === "object" && value !== null && "dtype" in value && "shape" in value;

/** What a call gave, by name: arrays and values. */
function partsOf(result: unknown): [string, unknown][] {
  if (Array.isArray(result)) return result.map((own, at) => [`[${at}]`, own]);
  if (isArray(result) || typeof result !== "object" || result === null) return [["", result]];
  return Object.entries(result).map(([key, own]) => [`.${key}`, own]);
}

/** Whether two values are one, or as close as another order of additions leaves them; deviations go by their squares. */
function isSame(one: unknown, other: unknown, dtype: string, { fn, scale }: Call): boolean {
  if (Object.is(one, other)) return true;
  if (scale === undefined || typeof one !== "number" || typeof other !== "number") return false;
  const [a, b] = /std$/.test(fn) ? [one * one, other * other] : [one, other];
  return Math.abs(a - b) <= scale * (dtype === "f32" ? 1e-6 : 1e-13);
}

function expectSame(actual: unknown, expected: unknown, own: Call, dtype: string): void {
  if (!isArray(expected)) {
    if (!isSame(actual, expected, dtype, own)) expect(actual).toEqual(expected);
    return;
  }
  const array = actual as NDArray;
  expect([array.dtype, ...array.shape]).toEqual([expected.dtype, ...expected.shape]);
  const [found, wanted] = [[...array], [...expected]];
  const wrong = found.findIndex((value, at) => !isSame(value, wanted[at], array.dtype, own));
  if (wrong >= 0) expect(found, `element ${wrong}`).toEqual(wanted);
}

/** Numbers that have grown are held, so that sums of them stay exact or close. */
const holding = (x: NDArray): Call | undefined =>
  x.dtype !== "bool" && largest(x) > 1000 ? call("clip", X, -9, 9) : undefined;

async function runBoth({ dtype, shape, seed, moves }: Program, cut: number): Promise<void> {
  const program: string[] = [];
  const cutting = new Choices([cut, 3 * cut + 1, 5 * cut + 2, 7 * cut + 3, 2 * cut + 4]);
  /** Some operands stay local. */
  const take = (array: NDArray): NDArray | DArray =>
    cutting.below(4) === 3
      ? array.copy()
      : distribute(array, blocksFor(array.shape, cutting.below(500)));
  let x = operand(shape, dtype, seed);
  let dx = distribute(x, blocksFor(shape, cut));
  program.push(`x = ${arrayText(x)}, in blocks ${JSON.stringify(dx.grid.cuts)}`);

  const apply = async (own: Call, choose: number): Promise<void> => {
    program.push(`x = ${textOf(own)}`);
    const before = x.dtype;
    const [expected, actual] = [
      partsOf(await run(own, x, (array) => array.copy())),
      partsOf(await run(own, dx, take)),
    ];
    expect(actual.map(([name]) => name)).toEqual(expected.map(([name]) => name));
    const at = expected.map(([, part], k) => (isArray(part) ? k : -1)).filter((k) => k >= 0);
    const next = at[choose % at.length];
    // What the chain goes on with is not looked at where it must be the same: it may be part of a pass.
    for (const [k, [name, part]] of expected.entries()) {
      const made = actual[k]?.[1];
      if (own.scale === undefined && k === next && isDArray(made)) continue;
      const found = isDArray(made) ? await collect(made) : made;
      program.push(`// of this ${name || "the value"}`);
      expectSame(found, part, own, before);
      program.pop();
      // So that what follows is of the same numbers.
      if (isArray(part) && own.scale !== undefined) part.assign(found as NDArray);
    }
    if (next === undefined) return;
    x = writable(expected[next]?.[1] as NDArray);
    const made = actual[next]?.[1] as DArray;
    dx = isDArray(made) ? made : distribute(made, blocksFor(x.shape, cut));
  };

  try {
    for (const [name, numbers] of moves) {
      const choose = new Choices(numbers);
      const own = MOVES[name]?.(x, choose);
      if (own) await apply(own, choose.below(12));
      const held = holding(x);
      if (held) await apply(held, 0);
    }
    program.push("// in the end");
    expectSame(await collect(dx), x, call("collect"), x.dtype);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\nin the program\n${program.join("\n")}`, {
      cause,
    });
  }
}

it("a chain of operations gives what it gives of local arrays, however arrays are cut", async () => {
  const property = fc.asyncProperty(anyProgram, async (program) => {
    for (const cut of program.cuts) await runBoth(program, cut);
  });
  await fc.assert(property, { seed: 41, numRuns: times(20_000) });
});

/** Functions that make arrays or files, or say how, and those whose own tests are about what blocks are. */
const OTHERS = [
  ...["AutoBlocks", "Blocks", "allowScalar", "fromArray", "ndarray", "view", "mapBlocks"],
  ...[
    "explain",
    "arange",
    "collect",
    "distribute",
    "exponential",
    "eye",
    "full",
    "linspace",
    "ones",
    "rand",
  ],
  ...["randint", "randn", "zeros", "choice", "permutation", "Diagonal", "LowerBidiagonal"],
  ...["LowerTriangular", "Tridiagonal", "UnitLowerTriangular", "UnitUpperTriangular"],
  ...["UpperBidiagonal", "UpperTriangular"],
  ...["resultType", "canCast", "isdtype", "finfo", "iinfo"],
  ...["readNpy", "writeNpy", "readNpz", "writeNpz", "readRaw", "writeRaw", "readZarr", "writeZarr"],
];

it("chains have each of the functions of arrays", () => {
  const index = readFileSync(new URL("../../../../src/index.ts", import.meta.url), "utf8");
  const exported = [...index.matchAll(/export \{([^}]*)\} from "\.\/array\//g)]
    .flatMap(([, names]) => (names as string).split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
  expect(exported.length).toBeGreaterThan(80);
  const own = [...Object.keys(MOVES), ...OTHERS];
  expect(exported.filter((name) => !own.includes(name))).toEqual([]);
});

import { describe, expect, it } from "vitest";
import type { Label } from "../../src/wasm/encoder.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import {
  block,
  br,
  brIf,
  dispatch,
  drop,
  f64,
  i32,
  i64,
  iff,
  loop,
  ret,
  select,
  set,
  tee,
  unreachable,
} from "../../src/wasm/ops.ts";
import { disassemble, instructions, run } from "./support.ts";

describe("control", () => {
  it("loops, branches out of blocks, and chooses", () => {
    const { exports } = run((m) => {
      m.export("sum", { n: "i32" }, "i32", ({ n }, f) => {
        const { i, total } = f.locals({ i: "i32", total: "i32" });
        return [
          block((done) => [
            loop((again) => [
              brIf(done, i32.geU(i, n)),
              set(total, i32.add(total, tee(i, i32.add(i, 1)))),
              br(again),
            ]),
          ]),
          ret(total),
        ];
      });
      m.export("sign", { n: "i32" }, "i32", ({ n }) => [
        iff(i32.ltS(n, 0), [ret(-1)], [iff(n, [ret(1)])]),
        ret(0),
      ]);
      m.export("max", { a: "i64", b: "i64" }, "i64", ({ a, b }) => [
        ret(select(i64.gtS(a, b), a, b)),
      ]);
      m.export("drop", { a: "i32" }, "void", ({ a }) => [drop(i32.divU(1, a))]);
      m.export("never", {}, "i32", () => []);
      m.export("trap", {}, "void", () => [unreachable]);
    });
    expect(exports["sum"]?.(10)).toBe(55);
    expect([-5, 0, 5].map((n) => exports["sign"]?.(n))).toEqual([-1, 0, 1]);
    expect(exports["max"]?.(3n, -4n)).toBe(3n);
    expect(exports["drop"]?.(1)).toBe(undefined);
    expect(() => exports["drop"]?.(0)).toThrow("divide by zero");
    expect(() => exports["never"]?.()).toThrow("unreachable");
    expect(() => exports["trap"]?.()).toThrow("unreachable");
  });

  it("runs the body of a number, and the last one for any other", () => {
    const { exports } = run((m) =>
      m.export("f", { n: "i32" }, "i32", ({ n }, f) => {
        const total = f.local("i32");
        return [
          loop((again) => [
            dispatch(n, [
              [set(total, i32.add(total, 1))],
              [set(n, 0), set(total, i32.add(total, 10)), br(again)],
              [set(total, i32.add(total, 100))],
            ]),
          ]),
          ret(total),
        ];
      }),
    );
    expect([0, 1, 2, 3, -1].map((n) => exports["f"]?.(n))).toEqual([1, 11, 100, 100, 100]);
  });

  it("branches reach the block they name from any depth", () => {
    const { bytes, exports } = run((m) =>
      m.export("f", { n: "i32" }, "i32", ({ n }) => [
        block((outer) => [
          block((inner) => [
            iff(i32.eq(n, 1), [br(inner)], [loop(() => [brIf(outer, i32.eq(n, 2))])]),
            ret(0),
          ]),
          ret(1),
        ]),
        ret(2),
      ]),
    );
    expect([0, 1, 2].map((n) => exports["f"]?.(n))).toEqual([0, 1, 2]);
    const code = instructions(bytes).join(" ");
    expect(code).toMatch(/br 1 .*br_if 3/);
  });
});

describe("functions", () => {
  it("call each other and imports, with operands of every type", () => {
    let calls = 0;
    const { exports, bytes } = run(
      (m) => {
        const tick = m.import("tick", [], "void");
        const half = m.define(
          "half",
          { x: "f64", by: "i64" },
          "f64",
          ({ x }) => [tick(), ret(f64.div(x, 2))] as never,
        );
        m.export("f", {}, "f64", () => [ret(half(9, 3n))]);
        m.export("g", { x: "f64" }, "f64", ({ x }) => [ret(half(x, i64.const(1)))]);
      },
      {
        tick: () => {
          calls++;
          return undefined;
        },
      },
    );
    expect(exports["f"]?.()).toBe(4.5);
    expect(exports["g"]?.(3)).toBe(1.5);
    expect(calls).toBe(2);
    expect(Object.keys(exports)).toEqual(["f", "g"]);
    expect(disassemble(bytes).match(/\(type /g)?.length).toBeGreaterThan(2);
  });

  it("have as many parameters and locals as they like, each of its type", () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`p${i}`, i % 2 ? "i64" : "i32"] as const),
    );
    const { exports } = run((m) =>
      m.export("f", many, "i64", (params, f) => {
        const locals = Array.from({ length: 200 }, () => f.local("i64"));
        return [
          ...locals.map((local, i) =>
            set(local, i64.add((locals[i - 1] ?? params["p199"]) as never, 1n)),
          ),
          ret(locals[199]),
        ];
      }),
    );
    expect(exports["f"]?.(...Array.from({ length: 200 }, (_, i) => (i % 2 ? BigInt(i) : i)))).toBe(
      399n,
    );
  });

  it("with equal signatures share a type, and finishing twice gives the same", () => {
    const m = new ModuleBuilder(65536);
    for (const name of ["a", "b", "c"]) m.export(name, { x: "i32" }, "i32", ({ x }) => [ret(x)]);
    const text = disassemble(m.bytes());
    expect(text.match(/\(type \(;/g)?.length).toBe(1);
    expect(text).toContain('(import "env" "memory" (memory (;0;) 1 65536 shared))');
    expect(m.bytes()).toEqual(m.bytes());
  });

  it("larger than 128 and 16384 bytes are framed right", () => {
    for (const statements of [1, 30, 100, 6000]) {
      const { exports } = run((m) =>
        m.export("f", { x: "i32" }, "i32", ({ x }) => [
          ...Array.from({ length: statements }, () => set(x, i32.add(x, 1))),
          ret(x),
        ]),
      );
      expect(exports["f"]?.(0)).toBe(statements);
    }
  });
});

describe("probes", () => {
  it("are called at every function entry and loop head, and only in a test build", () => {
    const fill = (m: ModuleBuilder): void => {
      const inner = m.define("inner", {}, "void", () => []);
      m.export("f", { n: "i32" }, "void", ({ n }) => [
        inner(),
        loop((again) => [set(n, i32.sub(n, 1)), brIf(again, i32.gtS(n, 0))]),
      ]);
    };
    let probes = 0;
    const probe = (): undefined => {
      probes++;
    };
    run(fill, { probe }, { probe: true }).exports["f"]?.(5);
    expect(probes).toBe(1 + 1 + 5);
    run(fill, { probe }).exports["f"]?.(5);
    expect(probes).toBe(7);
  });

  it("may throw, which stops there", () => {
    const { exports, memory } = run(
      (m) => m.export("f", {}, "void", () => [i32.store(0, 1), loop(() => [i32.store(4, 1)])]),
      {
        probe: () => {
          if (memory.getInt32(0, true) === 1) throw new Error("stopped");
          return undefined;
        },
      },
      { probe: true },
    );
    expect(() => exports["f"]?.()).toThrow("stopped");
    expect([memory.getInt32(0, true), memory.getInt32(4, true)]).toEqual([1, 0]);
  });
});

describe("bad use is refused", () => {
  const bytesOf = (fill: (m: ModuleBuilder) => void): (() => Uint8Array) => {
    return () => {
      const m = new ModuleBuilder(1);
      fill(m);
      return m.bytes();
    };
  };

  it.each<[string, (m: ModuleBuilder) => void, string]>([
    [
      "an import after a function",
      (m) => {
        m.export("f", {}, "void", () => []);
        m.import("late", [], "void");
      },
      "imports come before functions",
    ],
    [
      "too few arguments",
      (m) => {
        const g = m.define("g", { a: "i32" }, "void", () => []);
        m.export("f", {}, "void", () => [g()]);
      },
      "0 arguments for 1 parameters",
    ],
    [
      "an argument of another type",
      (m) => {
        const g = m.define("g", { a: "i64" }, "void", () => []);
        m.export("f", { a: "i32" }, "void", ({ a }) => [g(a)]);
      },
      "i32 for a parameter of i64",
    ],
    [
      "a literal v128",
      (m) => {
        const g = m.define("g", { a: "v128" }, "void", () => []);
        m.export("f", {}, "void", () => [g(0)]);
      },
      "a v128 has no literal operand",
    ],
    [
      "a branch to a block from outside",
      (m) => {
        let outside: Label | undefined;
        m.export("f", {}, "void", () => [
          block((label) => {
            outside = label;
            return [];
          }),
          br(outside as Label),
        ]);
      },
      "branch to 'block' from outside of it",
    ],
    [
      "a negative offset",
      (m) => m.export("f", {}, "i32", () => [ret(i32.load(0, -4))]),
      "-4 is not an unsigned 32-bit number",
    ],
    [
      "an offset beyond 32 bits",
      (m) => m.export("f", {}, "i32", () => [ret(i32.load(0, 2 ** 32))]),
      "is not an unsigned 32-bit number",
    ],
  ])("%s", (_, fill, message) => {
    expect(bytesOf(fill)).toThrow(message);
  });
});

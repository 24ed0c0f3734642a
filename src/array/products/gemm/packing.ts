/** Packing of parts of matrices into panels, as WebAssembly: what the kernel reads lies in the order in which it does. */

import type { Callable, ModuleBuilder } from "../../../wasm/module.ts";
import { i32, i64, iff, type Statement, set } from "../../../wasm/ops.ts";
import { v128 } from "../../../wasm/simd.ts";
import { advance, type I32, range, upTo } from "./loops.ts";
import { type GemmType, TILES } from "./tiles.ts";

/**
 * Packs `count` lines of `depth` elements into panels of `panel` lines each. `across` leads from line to line,
 * `along` from element to element.
 */
export function definePack(m: ModuleBuilder, type: GemmType, panel: number): Callable<"void"> {
  const { bytes } = TILES[type];
  const params = {
    from: "i32",
    to: "i32",
    count: "i32",
    depth: "i32",
    across: "i32",
    along: "i32",
  } as const;
  const full = m.define(
    `full${panel}`,
    { from: "i32", to: "i32", depth: "i32", across: "i32", along: "i32" },
    "void",
    ({ from, to, depth, across, along }, f) => {
      const at = range(panel).map(() => f.local("i32"));
      const k = f.local("i32");
      const move = (address: I32, k: number): Statement =>
        bytes === 8
          ? i64.store(to, i64.load(address), k * bytes)
          : i32.store(to, i32.load(address), k * bytes);
      const side = (panel * bytes) / 8;
      return [
        iff(
          i32.eq(across, bytes),
          [
            upTo(k, depth, 1, [
              ...range(Math.floor(side / 2)).map((v) =>
                v128.store(to, v128.load(from, v * 16), v * 16),
              ),
              ...(side % 2 === 1
                ? [i64.store(to, i64.load(from, 8 * (side - 1)), 8 * (side - 1))]
                : []),
              advance(from, along),
              advance(to, panel * bytes),
            ]),
          ],
          [
            ...at.map((own, i) => set(own, i32.add(from, i32.mul(across, i)))),
            upTo(k, depth, 1, [
              ...at.map(move),
              ...at.map((own) => advance(own, along)),
              advance(to, panel * bytes),
            ]),
          ],
        ),
      ];
    },
  );
  const part = m.define(
    `part${panel}`,
    params,
    "void",
    ({ from, to, count, depth, across, along }, f) => {
      const { k, i, at } = f.locals({ k: "i32", i: "i32", at: "i32" });
      const zero = bytes === 8 ? i64.store(to, 0n) : i32.store(to, 0);
      const move = bytes === 8 ? i64.store(to, i64.load(at)) : i32.store(to, i32.load(at));
      return [
        upTo(k, depth, 1, [
          set(at, from),
          upTo(i, i32.const(panel), 1, [
            iff(i32.ltU(i, count), [move], [zero]),
            advance(at, across),
            advance(to, bytes),
          ]),
          advance(from, along),
        ]),
      ];
    },
  );
  return m.define(
    `pack${panel}`,
    params,
    "void",
    ({ from, to, count, depth, across, along }, f) => {
      const line = f.local("i32");
      return [
        upTo(line, count, panel, [
          iff(
            i32.geU(i32.sub(count, line), panel),
            [full(from, to, depth, across, along)],
            [part(from, to, i32.sub(count, line), depth, across, along)],
          ),
          advance(from, i32.mul(across, panel)),
          advance(to, i32.mul(depth, panel * bytes)),
        ]),
      ];
    },
  );
}

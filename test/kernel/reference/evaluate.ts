/** `node evaluate.ts name lane`: reads numbers of that type, writes the function of each (or of each pair). */

import { readFileSync, writeFileSync } from "node:fs";
import { arity, type MathName } from "../../../src/kernel/math/functions.ts";
import { arrayFunction, type Lane } from "../math/module.ts";

const [name, lane] = process.argv.slice(2) as [MathName, Lane];
const bytes = readFileSync(0);
const Lanes = lane === "f64" ? Float64Array : Float32Array;
const input = new Lanes(new Uint8Array(bytes).buffer);
const count = arity(name) ?? 2;
const length = input.length / count;
const run = arrayFunction(name, lane);
const output = new Lanes(length);
const STEP = 2 ** 16;
for (let at = 0; at < length; at += STEP) {
  const end = Math.min(length, at + STEP);
  const parts = Array.from({ length: count }, (_, k) =>
    input.slice(k * length + at, k * length + end),
  );
  output.set(run(...(parts as Float64Array[])), at);
}
writeFileSync(1, new Uint8Array(output.buffer));

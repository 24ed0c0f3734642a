/** What the engine and the computer must and can have. */

import { statfsSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { createSharedMemory, MAX_MEMORY_BYTES } from "../../platform/memory.ts";
import { bytesText } from "../../show/units.ts";
import { type Check, ok } from "./check.ts";

/** Modules of one function with an instruction of the feature. */
const FEATURES = {
  simd: [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253,
    15, 253, 98, 11,
  ],
  relaxed: [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253,
    15, 65, 2, 253, 15, 253, 128, 2, 11,
  ],
  memory64: [0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 4, 1],
} as const;

const has = (feature: keyof typeof FEATURES): boolean =>
  WebAssembly.validate(Uint8Array.from(FEATURES[feature]));

const NEWER_NODE = "Install Node 24, or have npm bring it: npm install node@24";

export const engine: readonly Check[] = [
  () => ok("Node", process.versions.node),
  () => {
    const [cores, model] = [cpus().length, cpus()[0]?.model.trim() ?? "unknown processor"];
    const usable = availableParallelism();
    const bound = usable < cores ? ` of ${cores} cores, as this process is bound` : "";
    return ok("threads", `${usable}${bound} (${model})`);
  },
  () => ok("memory", bytesText(totalmem())),
  () => {
    try {
      createSharedMemory(MAX_MEMORY_BYTES);
      return ok("shared memory", `${bytesText(MAX_MEMORY_BYTES)} for each worker`);
    } catch (error) {
      return {
        name: "shared memory",
        state: "broken",
        detail: `${bytesText(MAX_MEMORY_BYTES)} of addresses cannot be had: ${(error as Error).message}`,
        remedy: "Raise the limit of address space (ulimit -v unlimited)",
      };
    }
  },
  () =>
    has("simd")
      ? ok("SIMD", has("relaxed") ? "128 bits, with fused multiply-add" : "128 bits")
      : { name: "SIMD", state: "broken", detail: "not here", remedy: NEWER_NODE },
  () =>
    has("memory64")
      ? ok("memory64", "here; heaps have 4 GiB all the same")
      : { name: "memory64", state: "missing", detail: "not here", remedy: NEWER_NODE },
  () => {
    const { bavail, bsize } = statfsSync(tmpdir());
    return ok("spill folder", `${tmpdir()}, ${bytesText(bavail * bsize)} free`);
  },
];

/** What the figures were measured on, in one line. */

import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { compiler } from "./native.ts";

export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? process.arch;
  const load = (loadavg()[0] as number).toFixed(1);
  return `${availableParallelism()} × ${model}, ${memory} GiB, ${process.platform}; Node ${process.versions.node}, ${compiler() ?? "no gcc"}; load ${load} at the start.`;
}

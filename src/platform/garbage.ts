/** Asking the engine to collect what cannot be reached any more. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects garbage now. Callbacks of finalization registries come in later turns of the event loop. */
export function collectGarbage(): void {
  while (!collect) {
    // The flag is that of the process: another thread may have cleared it again before we looked.
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("globalThis.gc") as (() => void) | undefined;
    setFlagsFromString("--no-expose-gc");
  }
  collect();
}

/**
 * What a compute thread starts with: loads the rest with compiled code of the last time, which Node keeps in its folder
 * of temporary files. `NODE_DISABLE_COMPILE_CACHE=1` turns that off.
 */

import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();
await import("./compute.ts");
// What this thread compiled anew; it ends without a last word.
flushCompileCache();

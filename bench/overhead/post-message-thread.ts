/** A thread that answers messages, without any pool. */

import { parentPort } from "node:worker_threads";
import { inc } from "./inc.ts";

parentPort?.on("message", ([id, x]: [number, number]) => parentPort?.postMessage([id, inc(x)]));

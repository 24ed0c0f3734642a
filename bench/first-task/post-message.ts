import { report } from "./report.ts";

const { Worker } = await import("node:worker_threads");
const worker = new Worker(new URL("../overhead/post-message-thread.ts", import.meta.url));
worker.once("message", async ([, result]: [number, number]) => {
  report(result);
  await worker.terminate();
});
worker.postMessage([0, 41]);

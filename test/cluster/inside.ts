/** What tests ask of the processes of a cluster: functions to run as tasks, and the links of this process. */

import { fileURLToPath } from "node:url";
import { scope, spawnWith, TaskFailedError } from "bodkin";
import { ensureNode } from "../../src/cluster/session.ts";
import type { HeapStats } from "../../src/memory/heap.ts";
import type { Message } from "../../src/wire/messages.ts";

/** Number of the process in the system. */
export function pidOf(worker: number): Promise<number> {
  return spawnWith({ scope: scope({ worker }) }, () => process.pid).fetch();
}

const contextFile = fileURLToPath(new URL("../../src/runtime/context.ts", import.meta.url));

/** What the heap of a worker holds, this question aside. */
export async function heapOf(worker: number): Promise<HeapStats> {
  const task = spawnWith(
    { scope: scope({ worker }) },
    (file: string) => {
      // Vitest would have an import mean its own copy of the module, not the one that the thread uses.
      const { createRequire } = process.getBuiltinModule("node:module");
      const { context } = createRequire(file)(
        file,
      ) as typeof import("../../src/runtime/context.ts");
      return context().heap.stats();
    },
    contextFile,
  );
  try {
    return await task.fetch();
  } finally {
    task.dispose();
  }
}

/** Has every process give back what nobody reaches there, as they do when a heap fills. */
export function collectEverywhere(): void {
  const node = ensureNode();
  node?.process.collect();
  for (const worker of node?.linked ?? []) node?.link(worker)?.send({ type: "collect" });
}

/** Records what this process says to a worker. */
export function tap(worker: number): Message[] {
  const link = ensureNode()?.link(worker);
  if (!link) throw new Error(`no link to worker ${worker}`);
  const messages: Message[] = [];
  const send = link.send.bind(link);
  link.send = (message) => {
    messages.push(message);
    send(message);
  };
  return messages;
}

/** Bytes of chunks that this process sent to others, and got from them. */
export function traffic(): { readonly sent: number; readonly received: number } {
  const counted = ensureNode()?.exchange.pulls.traffic;
  if (!counted) throw new Error("nothing runs");
  return { ...counted };
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when something holds; looks between turns of the event loop. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What a task failed with. */
export async function failureOf(
  task: { fetch(): Promise<unknown> } | undefined,
): Promise<TaskFailedError> {
  const error = await task?.fetch().then(
    (value) => new Error(`it did not fail, but gave ${String(value)}`),
    (thrown) => thrown,
  );
  if (!(error instanceof TaskFailedError)) throw error;
  return error;
}

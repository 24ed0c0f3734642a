/** Prints the lines where two tasks of one function were spawned, as their errors tell them. */

import { spawn, start, type TaskFailedError } from "bodkin";

const cluster = await start({ threads: 1 });

const fail = (): never => {
  throw new Error("always");
};

const first = spawn(fail);
const second = spawn(fail);
const lines = [];
for (const task of [first, second]) {
  const { site } = (await task.fetch().catch((error) => error)) as TaskFailedError;
  lines.push(Number(/sites\.ts:(\d+):/.exec(site ?? "")?.[1]));
}
console.log(JSON.stringify(lines));
await cluster.close();

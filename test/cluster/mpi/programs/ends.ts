/** A job of which one rank ends in the way that `HOW` says. */

import { scope, spawn, spawnWith } from "../../../../src/index.ts";
import { accelerate } from "../../../../src/mpi/index.ts";

await accelerate("mpi", { threads: 1 });
const how = process.env["HOW"];
const on2 = { scope: scope({ worker: 2 }) };

if (how === "throw") throw new RangeError("the program is wrong");
if (how === "exit") process.exit(3);
if (how === "kill") await spawnWith(on2, () => process.kill(process.pid, "SIGKILL")).fetch();
if (how === "freeze") await spawnWith(on2, () => process.kill(process.pid, "SIGSTOP")).fetch();
if (how === "task") {
  await spawn(() => {
    throw new TypeError("the task is wrong");
  })
    .fetch()
    .catch((error) => console.log(String(error.cause)));
}
if (how === "trap") {
  // Some libraries take the signal that WebAssembly needs for itself.
  const trap = (): string => {
    const code = "AGFzbQEAAAABBAFgAAADAgEABwUBAXIAAAoFAQMAAAs=";
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(Buffer.from(code, "base64")),
      {},
    );
    try {
      (exports["r"] as () => void)();
      return "nothing";
    } catch (error) {
      return (error as Error).name;
    }
  };
  console.log(await spawnWith(on2, trap).fetch(), trap());
}

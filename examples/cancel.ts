/** Ending what is not needed any more: a race of searches, of which the first one to find something wins. */

import { spawnWith, throwIfCancelled, waitAny } from "bodkin";

/** Looks for a number whose square ends in the digits given; never finds some. */
function search(digits: number, from: number): number {
  for (let n = from; ; n++) {
    if ((n * n) % 1000 === digits) return n;
    if (n % 1_000_000 === 0) throwIfCancelled();
  }
}

const race = new AbortController();
const options = { signal: race.signal, name: "search" };
const tasks = [spawnWith(options, search, 3, 0), spawnWith(options, search, 24, 1)];
const first = await waitAny(tasks);
race.abort();
console.log(`found: ${await first.fetch()}`);
for (const task of tasks) await task.wait();
console.log(tasks.map((task) => (task === first ? "won" : "cancelled")).join(", "));

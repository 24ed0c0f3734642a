/** A graph of tasks: results flow from one to the next without passing through this program. */

import { spawn } from "bodkin";

const load = (name: string): string[] => `${name} is read word by word`.split(" ");
const count = (words: string[]): Map<string, number> =>
  words.reduce((counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1), new Map());
const merge = (a: Map<string, number>, b: Map<string, number>): Map<string, number> => {
  for (const [word, n] of b) a.set(word, (a.get(word) ?? 0) + n);
  return a;
};

const counted = (name: string) => spawn(count, spawn(load, name));
const merged = spawn(merge, spawn(merge, counted("one"), counted("two")), counted("three"));
console.log(await merged.fetch());

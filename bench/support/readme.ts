/** Puts what was measured between the markers of its topic in `bench/README.md`. */

import { readFileSync, writeFileSync } from "node:fs";

const README = new URL("../README.md", import.meta.url);

export function writeSection(name: string, text: string): void {
  const before = readFileSync(README, "utf8");
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(
      `bench/README.md has no lines '${begin}' and '${end}'; add them where the tables belong`,
    );
  }
  const after = `${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(to)}`;
  writeFileSync(README, after);
}

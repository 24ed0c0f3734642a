/** The talk's cells of loops and folds: a loop that changes an array where it lies, and the filter that failed on stage. */

import { Blocks, collect, filter, folds, myid, parallelFor, rand, referenceable } from "bodkin";
import { show, tally, title } from "./cells.ts";

export async function loopsAndFolds(): Promise<void> {
  title("Loops and folds");

  const DC = rand(Blocks(4), [16], { seed: 2023 });
  const before = await collect(DC);
  await parallelFor(referenceable(DC), (x) => {
    x.value += 42;
  });
  const after = await collect(DC);
  show("await parallelFor(referenceable(DC), x => { x.value += 42; }); await collect(DC)", after);

  const total = await folds.sum(DC);
  show("await folds.sum(DC)", total);

  const DD = DC.pipe(filter((x) => x < 42.5));
  const below = await collect(DD);
  show("DD = DC.pipe(filter(x => x < 42.5)); await collect(DD)", below);
  console.log(`elements by worker: ${tally(await folds.map(() => myid(), DC))}`);

  const plain = [...before].map((x) => x + 42);
  const agrees =
    plain.every((x, i) => x === after.get(i)) &&
    Math.abs(plain.reduce((a, b) => a + b) - total) < 1e-9 &&
    plain.filter((x) => x < 42.5).join() === [...below].join();
  console.log(agrees ? "checked: a plain loop gives the same" : "WRONG: a plain loop differs");
  if (!agrees) process.exitCode = 1;
}

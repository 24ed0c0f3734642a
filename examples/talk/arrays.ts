/** The talk's cells on distributed arrays. */

import { Blocks, broadcast, collect, distribute, map, myid, rand, sum, threadid } from "bodkin";
import { show, tally, title } from "./cells.ts";

export async function arrayProgramming(): Promise<void> {
  title("Array programming");

  const A = rand([64, 64], { seed: 2023 });
  show("A = rand([64, 64])", A);

  const DA = distribute(A, Blocks(16, 16));
  await DA.wait();
  show("DA = distribute(A, Blocks(16, 16))", DA);

  const DB = map((x) => x * 2, DA);
  show("DB = map(x => x * 2, DA); await collect(DB)", await collect(DB));

  const DC = rand(Blocks(16, 16), [64, 64], { seed: 2023 });
  show("DC = rand(Blocks(16, 16), [64, 64]); await collect(DC)", await collect(DC));

  show("await sum(DA)", await sum(DA));

  const DD = broadcast((a, b) => a * 2 + b, DA, DB);
  show("await collect(broadcast((a, b) => a * 2 + b, DA, DB))", await collect(DD));

  title("Where it ran");
  const onWorker = await collect(map(() => myid(), DB));
  show("await collect(map(() => myid(), DB))", onWorker);
  console.log(`elements by worker: ${tally(onWorker)}`);

  const onThread = await collect(map(() => threadid(), DB));
  show("await collect(map(() => threadid(), DB))", onThread);
  console.log(`elements by thread: ${tally(onThread)}`);
}

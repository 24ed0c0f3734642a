/**
 * The talk "Dagger for HPC", cell by cell, on two further workers of two threads each: `npm start`.
 */

import { addWorkers, start, workers } from "bodkin";
import { arrayProgramming } from "./arrays.ts";
import { title } from "./cells.ts";
import { flights } from "./flights.ts";
import { kernels } from "./kernels.ts";
import { loopsAndFolds } from "./loops.ts";
import { tables } from "./tables.ts";

const cluster = await start({ threads: 2 });
await addWorkers(2, { threads: 2 });

title("Workers");
console.log(`workers ${workers().join(", ")}; this is worker 1, ${cluster.threads} threads each`);

await arrayProgramming();
await loopsAndFolds();
await flights();
await tables();
await cluster.close();

await kernels();

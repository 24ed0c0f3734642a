/** The talk's cells on kernels and on array programming on GPUs. */

import {
  broadcast,
  type Cluster,
  globalIndex,
  kernel,
  map,
  mutable,
  rand,
  SchedulingError,
  scope,
  spawn,
  spawnBulk,
  spawnSequential,
  start,
  sum,
  TaskFailedError,
  withOptions,
  zeros,
} from "bodkin";
import { softwareGpuEnvironment } from "../../test/kernel/support/swiftshader.ts";
import { show, title } from "./cells.ts";

const gpu = scope({ gpu: 1 });

const vinc = kernel((O, A) => {
  const i = globalIndex();
  O[i] = A[i] + 1;
});

const vadd = kernel((C, A, B) => {
  const i = globalIndex();
  C[i] = A[i] + B[i];
});

export async function kernels(): Promise<void> {
  await using _cluster = await startWithGpu();
  await spmdKernels();
  await gpuArrays();
}

/** A cluster of this process with a GPU: one of the machine, else one in software. */
async function startWithGpu(): Promise<Cluster> {
  const cluster = await start({ threads: 2 });
  try {
    await withOptions({ scope: gpu }, () => spawn(sum, zeros([1], { dtype: "f32" })).fetch());
    console.log("\nThe kernels run on the GPU of this machine.");
    return cluster;
  } catch (error) {
    if (!(error instanceof TaskFailedError && error.cause instanceof SchedulingError)) throw error;
  }
  await cluster.close();
  Object.assign(process.env, softwareGpuEnvironment());
  console.log("\nThere is no GPU here: the kernels run on SwiftShader, a GPU in software.");
  return start({ threads: 2 });
}

async function spmdKernels(): Promise<void> {
  title("Distributed SPMD kernels");
  const array = () => mutable(() => zeros([64], { dtype: "f32" }));

  const A = mutable(() => rand([64], { dtype: "f32", seed: 2023 }));
  const O = array();
  await spawn(vinc, O, A).fetch();
  show("await spawn(vinc, O, A).fetch(); await O.fetch()", await O.fetch());

  const P = array();
  await withOptions({ scope: gpu }, () => spawn(vinc, P, A).fetch());
  show("the same under scope({ gpu: 1 })", await P.fetch());

  const [B, C, Z1, Z2] = [array(), array(), array(), array()];
  await spawnSequential(() => {
    spawnBulk(() => {
      spawn(vinc, B, Z1);
      spawn(vinc, C, Z2);
    });
    spawn(vadd, O, B, C);
    return spawn(vinc, O, O);
  }).fetch();
  show("two at once, then their sum, then one more: O", await O.fetch());
}

async function gpuArrays(): Promise<void> {
  title("GPU array programming");
  const A = rand([64, 64], { dtype: "f32", seed: 2023 });
  const C = withOptions({ scope: gpu }, () => {
    const B = spawn(broadcast, (a: number) => a + 3, A);
    return spawn(map, (x: number) => x / 2, B);
  });
  const total = await spawn(sum, C).fetch();
  show("spawn(broadcast, a => a + 3, A), spawn(map, x => x / 2, B) on the GPU; sum", total);
  const plain = A.data.reduce((all, a) => all + (a + 3) / 2, 0);
  const isSame = Math.abs((total as number) - plain) < 1e-4 * plain;
  console.log(`checked: a plain loop ${isSame ? "agrees" : "DISAGREES"}`);
}

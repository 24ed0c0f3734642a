/**
 * Programs on the ranks of an MPI job.
 * @module bodkin/mpi
 */

import "../entry/setup.ts";

export { MPIBlocks } from "../array/blocks.ts";
export { accelerate, type Communicator } from "../cluster/mpi/accelerate.ts";

/**
 * A program on all ranks of a job that `mpirun` or `srun` launched. Every rank runs the program up to `accelerate`; from
 * there on rank 0, worker 1, goes on with it, and the others serve its tasks until it ends.
 */

import { availableParallelism, coresOfHost } from "../../platform/threads.ts";
import { BodkinError, invalidArgument } from "../../wire/errors.ts";
import type { Member } from "../../wire/messages.ts";
import { follow } from "../follower.ts";
import { runningHead, start, startEntries } from "../session.ts";
import { type StartOptions, settings } from "../settings.ts";
import { type Job, joinJob } from "./job.ts";
import { addressOf, openMpiTransport } from "./transport.ts";

/** The ranks of the job. */
export interface Communicator {
  /** Of this process. */
  readonly rank: number;
  readonly size: number;
  /** The MPI library, as it calls itself. */
  readonly library: string;
}

let communicator: Communicator | undefined;

/**
 * Takes all ranks of the job into use; resolves on rank 0 alone. Options are those of `start`, for each rank; threads are the
 * cores of a host shared out among its ranks by default. Without a launcher there is one rank.
 * @throws BodkinError where there is no MPI library, or a cluster is running
 */
export async function accelerate(
  name: "mpi",
  options: Omit<StartOptions, "workers"> = {},
): Promise<Communicator> {
  if (name !== "mpi")
    throw invalidArgument(`accelerate("mpi") is what there is, not ${String(name)}`);
  if (communicator) return communicator;
  if (runningHead()) {
    throw new BodkinError(
      "CLOSED",
      'a cluster is running: call accelerate("mpi") before the first task',
    );
  }
  const shared = threadsOfRank();
  const own = settings({ ...(shared !== undefined && { threads: shared }), ...options });
  const job = joinJob();
  const { rank, size, library } = job;
  const members = membersOf(job, own.threads);
  if (rank > 0) {
    await follow({
      ...own,
      worker: rank + 1,
      threadEntry: startEntries().thread,
      head: [addressOf(0)],
      open: async (onLink) => openMpiTransport(job, { keepsAlive: true, onLink }),
      endAlone: () => process.exit(0), // it ends because its head does, in its turn
    });
    return new Promise(() => {});
  }
  warnOfBinding(job);
  await start({ ...options, threads: own.threads, workers: 0 });
  const head = runningHead();
  if (!head) throw new BodkinError("CLOSED", "the cluster was closed");
  openMpiTransport(job, { keepsAlive: false, onLink: (link) => head.answer(link) });
  await head.followedBy(members.slice(1), job.fail);
  communicator = Object.freeze({ rank, size, library: library.version });
  return communicator;
}

/** What each rank says of itself, as every rank knows it. */
function membersOf({ library, communicator: all, size }: Job, threads: number): Member[] {
  const counts = new Int32Array(size);
  const { INT32 } = library.values;
  library.call("Allgather", Int32Array.of(threads), 1, INT32, counts, 1, INT32, all);
  return Array.from(counts, (count, rank) => ({
    worker: rank + 1,
    threads: count,
    addresses: [addressOf(rank)],
  }));
}

/** Ranks of this host, as the launcher says. */
function localSize(): number {
  const { env } = process;
  const said =
    env["OMPI_COMM_WORLD_LOCAL_SIZE"] ?? env["MPI_LOCALNRANKS"] ?? env["SLURM_TASKS_PER_NODE"];
  return Math.max(1, Number.parseInt(said ?? "1", 10) || 1);
}

function threadsOfRank(): number | undefined {
  if (process.env["BODKIN_THREADS"]) return undefined;
  return Math.max(1, Math.floor(availableParallelism() / localSize()));
}

/** Open MPI binds each of two ranks to one core: all their threads would share it. */
function warnOfBinding({ size }: Job): void {
  const [own, all] = [availableParallelism(), coresOfHost()];
  if (size > 2 || own > 1 || all <= localSize()) return;
  console.error(
    `bodkin: this rank may use 1 of the ${all} cores of its host; launch with mpirun --bind-to none`,
  );
}

/**
 * This process as a rank of a job: from `MPI_Init` to `MPI_Finalize`. A job ends as a whole: a rank that fails takes the
 * others along at once, with its exit code, since no library here goes on without one.
 */

import { inspect } from "node:util";
import { openLibrary } from "../../platform/native.ts";
import { writeError } from "../../platform/output.ts";
import { BodkinError } from "../../wire/errors.ts";
import { type MpiLibrary, openMpi } from "./library.ts";

export interface Job {
  readonly library: MpiLibrary;
  /** Of all ranks, for this library alone. */
  readonly communicator: number;
  readonly rank: number;
  readonly size: number;
  /** What has to be done before the process leaves the job. */
  beforeEnd(finish: () => void): void;
  /** Ends the job because of an error, which is printed. */
  fail(error: unknown): never;
  abort(code: number): never;
}

/** Some libraries wait for ever for hosts that have ended: after so long the process ends without. */
const FINALIZE_SECONDS = 10;

let joined: Job | undefined;

/** @throws BodkinError where there is no library, or it cannot start */
export function joinJob(): Job {
  if (joined) throw new BodkinError("CLOSED", "this process has joined its job already");
  const library = openMpi();
  library.call("Init_thread", null, null, library.abi.funneled, new Int32Array(1));
  const { COMM_WORLD, ERRORS_RETURN } = library.values;
  library.call("Comm_set_errhandler", COMM_WORLD, ERRORS_RETURN);
  const own = library.handles(1);
  library.call("Comm_dup", COMM_WORLD, own);
  const communicator = Number(own[0]);
  const number = (name: "Comm_rank" | "Comm_size"): number => {
    const value = new Int32Array(1);
    library.call(name, communicator, value);
    return value[0] as number;
  };
  const finishing: (() => void)[] = [];
  const abort = (code: number): never => {
    library.call("Abort", COMM_WORLD, code);
    process.exit(code);
  };
  joined = {
    library,
    communicator,
    rank: number("Comm_rank"),
    size: number("Comm_size"),
    beforeEnd: (finish) => void finishing.push(finish),
    fail: (error) => {
      writeError(`${inspect(error)}\n`);
      return abort(1);
    },
    abort,
  };
  // The engine prints it after the process has ended, which would be too late.
  process.on("uncaughtExceptionMonitor", (error) => writeError(`${inspect(error)}\n`));
  process.on("exit", (code) => {
    if (code !== 0) abort(code);
    for (const finish of finishing) finish();
    openLibrary("libc.so.6").func("alarm", "uint", ["uint"])(FINALIZE_SECONDS);
    library.call("Finalize");
  });
  return joined;
}

/** The launchers of MPI jobs on this machine, and jobs they run. */

import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Launcher {
  readonly name: string;
  readonly command: readonly string[];
}

const ALL: readonly Launcher[] = [
  { name: "Open MPI", command: ["mpirun.openmpi", "--oversubscribe", "--bind-to", "none"] },
  { name: "MPICH", command: ["mpiexec.mpich"] },
];

const isThere = ({ command }: Launcher): boolean =>
  spawnSync(command[0] as string, ["--version"]).status === 0;

/** With `BODKIN_REQUIRE_ALL` all of them; a missing one fails its tests then (apt-get install openmpi-bin mpich). */
export const LAUNCHERS: readonly Launcher[] =
  process.env["BODKIN_REQUIRE_ALL"] === "1" ? ALL : ALL.filter(isThere);

export interface JobEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** On this machine alone, by whomever. */
const ENVIRONMENT = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_btl_tcp_if_include: "lo",
  OMPI_MCA_oob_tcp_if_include: "lo",
};

/** A program of the folder `programs`. */
export const program = (name: string): string =>
  fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

/** Runs a program on so many ranks; a job that hangs is ended and has code -1. */
export function runJob(
  { command }: Launcher,
  ranks: number,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<JobEnd> {
  const [launcher = "", ...options] = command;
  return new Promise((resolve) => {
    execFile(
      launcher,
      [...options, "-n", String(ranks), process.execPath, file],
      { env: { ...process.env, ...ENVIRONMENT, ...env }, timeout: 50_000 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

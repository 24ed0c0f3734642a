/**
 * The functions of the MPI library that launched this process, called without a compiler or an addon. One thread of a
 * process calls them. Buffers are typed arrays, over shared memory too; who starts a transfer holds them until it is over.
 */

import { type NativeFunction, type NativeLibrary, openLibrary } from "../../platform/native.ts";
import { BodkinError } from "../../wire/errors.ts";
import { ABIS, type Abi, type Family, type Name, OPEN_MPI, VALUES } from "./abi.ts";

/** Requests or other handles, as the library stores them. */
export type Handles = BigInt64Array | Int32Array;

/** Parameters: a pointer, an int, a handle. */
const FUNCTIONS = {
  Init_thread: "ppip",
  Finalize: "",
  Abort: "hi",
  Comm_rank: "hp",
  Comm_size: "hp",
  Comm_dup: "hp",
  Comm_set_errhandler: "hh",
  Error_string: "ipp",
  Get_library_version: "pp",
  Isend: "pihiihp",
  Irecv: "pihiihp",
  Improbe: "iihppp",
  Mrecv: "pihpp",
  Get_count: "php",
  Testsome: "ipppp",
  Allgather: "pihpihh",
} as const;

type FunctionName = keyof typeof FUNCTIONS;

export interface MpiLibrary {
  readonly family: Family;
  readonly abi: Abi;
  /** What the library says of itself, in one line. */
  readonly version: string;
  readonly values: Readonly<Record<Name, number>>;
  /** Calls a function. @throws BodkinError with the library's text where it fails */
  call(name: FunctionName, ...args: unknown[]): void;
  /** `n` handles, all of them no request. */
  handles(n: number): Handles;
  /** Memory for `n` statuses. */
  statuses(n?: number): Int32Array;
  sourceOf(statuses: Int32Array, at?: number): number;
}

/** What the launcher of each family leaves in the environment. */
const launcher = (): Family | undefined => {
  const { env } = process;
  if (env["OMPI_COMM_WORLD_SIZE"] !== undefined) return "openmpi";
  return env["PMI_RANK"] !== undefined || env["PMI_SIZE"] !== undefined ? "mpich" : undefined;
};

const FILES: Readonly<Record<Family, readonly string[]>> = {
  openmpi: ["libmpi.so.40", "libmpi.so"],
  mpich: ["libmpich.so.12", "libmpi.so.12", "libmpich.so"],
  standard: ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so"],
};

/** What to look for: what the user names, or what launched us, else what there is. */
function candidates(): readonly string[] {
  const named = process.env["BODKIN_MPI"];
  if (named) return [named];
  const own = launcher();
  if (own) return [...FILES[own], ...FILES.standard];
  return [...FILES.standard, ...FILES.openmpi, ...FILES.mpich];
}

/**
 * Loads the library. It must be called on the main thread, whose environment is that of C.
 * @throws BodkinError that says what to install
 */
export function openMpi(): MpiLibrary {
  guardEnvironment();
  const names = candidates();
  let failure: unknown;
  for (const name of names) {
    try {
      // Open MPI's plugins look for its symbols among those of the process.
      return new Library(name, openLibrary(name, { global: true }));
    } catch (error) {
      failure = error;
    }
  }
  throw new BodkinError(
    "CLOSED",
    `there is no MPI library (${names.join(", ")}): install one (apt-get install openmpi-bin, or mpich) and koffi (npm install koffi), or name it by BODKIN_MPI`,
    { cause: failure },
  );
}

/** Without these UCX, below some libraries, breaks the engine's memory and takes the signals WebAssembly needs. */
function guardEnvironment(): void {
  process.env["UCX_MEM_EVENTS"] ??= "no";
  process.env["UCX_ERROR_SIGNALS"] ??= "";
  process.env["UCX_HANDLE_ERRORS"] ??= "none";
  // MPICH's launcher sends it to survivors of a lost rank; unheard it would open the debugger's port.
  process.on("SIGUSR1", () => {});
}

function familyOf(file: string, library: NativeLibrary): Family {
  if (library.address("ompi_mpi_comm_world") !== undefined) return "openmpi";
  const isStandard = library.address("MPI_Abi_get_version") !== undefined;
  return isStandard && file.includes("libmpi_abi") ? "standard" : "mpich";
}

class Library implements MpiLibrary {
  readonly family: Family;
  readonly abi: Abi;
  readonly values: Readonly<Record<Name, number>>;
  readonly #functions = new Map<FunctionName, NativeFunction>();

  constructor(file: string, library: NativeLibrary) {
    const family = familyOf(file, library);
    this.family = family;
    this.abi = ABIS[family];
    this.values =
      family === "openmpi"
        ? (Object.fromEntries(
            Object.entries(OPEN_MPI).map(([name, symbol]) => [
              name,
              Number(library.address(symbol)),
            ]),
          ) as Record<Name, number>)
        : VALUES[family];
    const types: Readonly<Record<string, string>> = { p: "void *", i: "int", h: this.abi.handle };
    for (const [name, parameters] of Object.entries(FUNCTIONS)) {
      const own = Array.from(parameters, (letter) => types[letter] as string);
      this.#functions.set(name as FunctionName, library.func(`MPI_${name}`, "int", own));
    }
  }

  get version(): string {
    const [first = ""] = this.#text("Get_library_version").split("\n");
    return first.replace(/\s+/g, " ").trim();
  }

  call(name: FunctionName, ...args: unknown[]): void {
    const code = (this.#functions.get(name) as NativeFunction)(...args) as number;
    if (code === 0) return;
    const why = name === "Init_thread" ? `error ${code}` : this.#text("Error_string", code);
    throw new BodkinError("CLOSED", `MPI_${name} failed: ${why}`);
  }

  #text(name: "Error_string" | "Get_library_version", ...args: number[]): string {
    const [bytes, length] = [new Uint8Array(8192), new Int32Array(1)];
    this.#functions.get(name)?.(...args, bytes, length);
    return Buffer.from(bytes.subarray(0, length[0])).toString("latin1").replace(/\0+$/, "");
  }

  handles(n: number): Handles {
    const none = this.values.REQUEST_NULL;
    return this.abi.handle === "int"
      ? new Int32Array(n).fill(none)
      : new BigInt64Array(n).fill(BigInt(none));
  }

  statuses(n = 1): Int32Array {
    return new Int32Array(this.abi.status.ints * n);
  }

  sourceOf(statuses: Int32Array, at = 0): number {
    const { ints, source } = this.abi.status;
    return statuses[at * ints + source] as number;
  }
}

/** What is optional: native libraries and packages that the library calls where they are found. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { blasLibrary } from "../../array/products/gemm/blas-library.ts";
import { openMpi } from "../../cluster/mpi/library.ts";
import { findDevices } from "../../gpu/binding.ts";
import { hasNative } from "../../platform/native.ts";
import { type Check, type Finding, ok } from "./check.ts";

/** An optional package, and what it is for. */
const optional =
  (name: string, wanted: string, purpose: string): Check =>
  () => {
    try {
      return ok(name, versionOf(name));
    } catch {
      const remedy = `npm install ${name}@${wanted}`;
      return { name, state: "missing", detail: purpose, remedy };
    }
  };

/** The version of an installed package; many do not export their description. */
function versionOf(name: string): string {
  const file = fileURLToPath(import.meta.resolve(name));
  const root = file.slice(0, file.lastIndexOf(`${sep}node_modules${sep}`));
  const description = join(root, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(description, "utf8")) as { readonly version: string }).version;
}

function mpi(): Finding {
  const name = "MPI";
  if (!hasNative()) return { name, state: "missing", detail: "needs koffi", remedy: "See koffi" };
  try {
    const { family, version } = openMpi();
    return ok(name, `${version} (${family})`);
  } catch {
    return {
      name,
      state: "missing",
      detail: "no library is found",
      remedy: "apt-get install openmpi-bin, or mpich; or name its library by BODKIN_MPI",
    };
  }
}

function blas(): Finding {
  const name = "BLAS";
  try {
    if (blasLibrary()) return ok(name, process.env["BODKIN_BLAS"] || "OpenBLAS");
  } catch (error) {
    return {
      name,
      state: "missing",
      detail: (error as Error).message,
      remedy: "Unset BODKIN_BLAS",
    };
  }
  return {
    name,
    state: "missing",
    detail: "products of matrices run as WebAssembly, at half the speed or less",
    remedy: hasNative() ? "apt-get install libopenblas0-pthread" : "See koffi; then OpenBLAS",
  };
}

async function gpus(): Promise<Finding> {
  const { devices, reason } = await findDevices({ source: undefined, limits: undefined });
  const name = "GPU";
  if (devices.length > 0)
    return ok(name, devices.map((device) => device["name"] ?? "GPU").join(", "));
  const [detail = "none", ...remedy] = (reason ?? "none").split(". ");
  return { name, state: "missing", detail, remedy: remedy.join(". ").replace(/\.$/, "") };
}

function ssh(): Finding {
  try {
    execFileSync("ssh", ["-V"], { stdio: "ignore" });
    return ok("ssh", "here");
  } catch {
    const detail = "workers on other hosts are started by it";
    return { name: "ssh", state: "missing", detail, remedy: "apt-get install openssh-client" };
  }
}

export const libraries: readonly Check[] = [
  optional("koffi", "3.3.4", "MPI and OpenBLAS are called through it"),
  blas,
  mpi,
  optional("webgpu", "0.6.2", "GPUs are reached through it"),
  gpus,
  optional("nodejs-polars", "^0.24.1", "tables are handed over to polars by it"),
  optional("zarrita", "0.7.5", "Zarr arrays are read by it"),
  ssh,
];

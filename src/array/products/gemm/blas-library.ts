/**
 * The BLAS of this machine with the C interface: OpenBLAS where it is found, or what `BODKIN_BLAS` names (a path, or
 * `none`). It computes on the thread that calls it: threads are ours to share out.
 */

import { hasNative, type NativeLibrary, openLibrary } from "../../../platform/native.ts";
import { invalidArgument } from "../../../wire/errors.ts";

const NAMES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libopenblas.so.0", "libopenblas.so"],
  darwin: [
    "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll"],
};

let found: { readonly asked: string; readonly library: NativeLibrary | undefined } | undefined;

/** @throws BodkinError where `BODKIN_BLAS` names a library that cannot be used */
export function blasLibrary(): NativeLibrary | undefined {
  const asked = process.env["BODKIN_BLAS"] ?? "";
  if (found?.asked === asked) return found.library;
  const library = asked === "none" ? undefined : asked === "" ? search() : open(asked);
  found = { asked, library };
  return library;
}

function search(): NativeLibrary | undefined {
  if (!hasNative()) return undefined;
  for (const name of NAMES[process.platform] ?? []) {
    try {
      return prepared(openLibrary(name));
    } catch {
      // not here, or without the C interface
    }
  }
  return undefined;
}

function open(path: string): NativeLibrary {
  try {
    return prepared(openLibrary(path));
  } catch (error) {
    throw invalidArgument(
      `BODKIN_BLAS=${path} cannot be used: ${(error as Error).message}. Name a library with the C interface of BLAS, or none for WebAssembly.`,
    );
  }
}

/** @throws where the library lacks the C interface */
function prepared(library: NativeLibrary): NativeLibrary {
  library.func("cblas_dgemm", "void", gemmParameters("d"));
  try {
    library.func("openblas_set_num_threads", "void", ["int"])(1);
  } catch {
    // another BLAS: its own settings hold
  }
  return library;
}

/** Of the product of matrices; that with a vector has one order and one length less. */
export function gemmParameters(letter: string): string[] {
  const scalar = letter === "d" ? "double" : letter === "s" ? "float" : "void*";
  const matrix = ["void*", "int"];
  return [
    "int",
    "int",
    "int",
    "int",
    "int",
    "int",
    scalar,
    ...matrix,
    ...matrix,
    scalar,
    ...matrix,
  ];
}

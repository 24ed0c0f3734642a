/** Functions of native libraries, where the optional package `koffi` is there to call them. */

import { createRequire } from "node:module";

/** A function of a library; typed arrays stand for pointers. */
export type NativeFunction = (...args: unknown[]) => unknown;

export interface NativeLibrary {
  /** Types are written as in C. @throws where the library has no such function */
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  /** Where a variable or function is; undefined where there is none of that name. */
  address(name: string): bigint | undefined;
}

interface OpenOptions {
  /** What the library defines is found by others that are loaded later. */
  readonly global?: boolean;
}

interface KoffiLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  symbol(name: string): bigint;
}

interface Koffi {
  load(path: string, options?: OpenOptions): KoffiLibrary;
}

let koffi: Koffi | undefined | "unknown" = "unknown";

function findKoffi(): Koffi | undefined {
  if (koffi !== "unknown") return koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    koffi = undefined;
  }
  return koffi;
}

export const hasNative = (): boolean => findKoffi() !== undefined;

/** A library by its path, or by the name under which the system finds it. @throws where it cannot be loaded */
export function openLibrary(name: string, options: OpenOptions = {}): NativeLibrary {
  const found = findKoffi();
  if (!found) throw new Error("the package 'koffi' is not installed (npm install koffi)");
  const library = found.load(name, options);
  return {
    func: (symbol, result, parameters) => library.func(symbol, result, parameters),
    address(symbol) {
      try {
        return library.symbol(symbol);
      } catch {
        return undefined;
      }
    },
  };
}

/** What is not worth a kernel, or cannot be one: it runs on the device's thread, with its data in the heap. */

import { DeviceArray } from "../../gpu/arrays.ts";
import { context } from "../../runtime/context.ts";

/** Calls a function with the values of arrays on the device. */
export async function onHost<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: readonly unknown[]
): Promise<R> {
  const { heap, values, bring } = context();
  const own = await Promise.all(
    args.map(async (arg) => {
      if (!(arg instanceof DeviceArray)) return arg;
      if (!heap.hasData(arg.chunk)) await bring(arg.chunk);
      return values.read(arg.chunk, false);
    }),
  );
  return fn(...(own as unknown as A));
}

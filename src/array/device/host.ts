/** What is not worth a kernel, or cannot be one: it runs on the device's thread, with its data in the heap. */

import { DeviceArray } from "../../gpu/arrays.ts";
import { context } from "../../runtime/context.ts";

/** Calls a function with the values of arrays on the device. */
export async function onHost<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: readonly unknown[]
): Promise<R> {
  const { heap, values, bring } = context();
  const chunks = args.filter((arg) => arg instanceof DeviceArray).map(({ chunk }) => chunk);
  await Promise.all(chunks.map((chunk) => heap.hasData(chunk) || bring(chunk)));
  const pins: number[] = [];
  try {
    for (const chunk of chunks) pins.push(heap.pin(chunk));
    const own = args.map((arg) =>
      arg instanceof DeviceArray ? values.read(arg.chunk, false) : arg,
    );
    return fn(...(own as unknown as A));
  } finally {
    for (const pin of pins) heap.unpin(pin);
  }
}

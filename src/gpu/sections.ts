/**
 * Launches over arrays that have several buffers, since a kernel can only be given so much of one: a kernel that looks at
 * the elements of its own items alone runs section by section; any other is refused.
 */

import type { KernelIR } from "../kernel/ir.ts";
import { type Range, rangeOf } from "../kernel/range.ts";
import { hasSections, type Section } from "../kernel/wgsl/wgsl.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { DeviceArray } from "./arrays.ts";

export interface LaunchSection {
  readonly range: Range;
  /** Absent for all at once. */
  readonly section?: Section;
}

/** The launches of one over a range; `most` is the number of elements of a buffer. @throws BodkinError */
export function sectionsOf(
  ir: KernelIR,
  range: Range,
  args: readonly (DeviceArray | number)[],
  most: number,
): LaunchSection[] {
  let largest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, parameter] of ir.parameters.entries()) {
    if (parameter.kind !== "array" || !(parameter.isRead || parameter.isWritten)) continue;
    const { size } = args[i] as DeviceArray;
    largest = Math.max(largest, size);
    least = Math.min(least, size);
  }
  if (largest <= most) return [{ range }];
  if (!hasSections(ir) || least !== largest) throw tooLarge(ir.name, 4 * largest, 4 * most);
  const items = Math.min(range.items, largest);
  return Array.from({ length: Math.ceil(items / most) }, (_, i) => ({
    range: rangeOf([Math.min(most, items - i * most)]),
    section: { first: i * most, items: range.items },
  }));
}

const tooLarge = (name: string, bytes: number, most: number): Error =>
  invalidArgument(
    `kernel '${name}' looks at any place of an array of ${bytes} bytes, and the GPU binds at most ${most} at once; cut the array into smaller blocks (distribute(x, Blocks(…)), rechunk), let each item use the elements at globalIndex() alone, or run it on CPU threads`,
  );

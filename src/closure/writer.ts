/** What the parts of the writer offer each other. */

import type { CodecHost } from "./host.ts";
import type { Extras, Node, Slot } from "./nodes.ts";
import type { Path } from "./refusal.ts";

export interface Writer {
  readonly host: CodecHost;
  /** The slot for a value; an object is written later, when its turn comes. */
  slot(value: unknown, path: Path): Slot;
  /** Gives an object or unique symbol a node that is known already, unless it has one. */
  place(value: object | symbol, node: Node): Slot;
  /** A node that stands for no object of the program. */
  add(node: Node): Slot;
  /** True for what travels by a name or token instead of by its contents. */
  isNamed(value: object | symbol): boolean;
  extras(
    value: object,
    prototype: Slot | null | undefined,
    path: Path,
    keys?: readonly string[],
  ): Extras | 0;
  /** Notes that something of this could run after a call has returned. */
  noteContinuation(): void;
}

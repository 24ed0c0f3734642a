/** A file in memory that fails when it is told to. */

import type { SpillFile } from "../../src/memory/spill/spill-file.ts";

export class FakeFile implements SpillFile {
  readonly folder = "/fake";
  readonly #written = new Map<number, Uint8Array>();
  /** What writing fails with. */
  fails: string | undefined;
  /** What reading finds: "short", "changed", or an error. */
  damage: string | undefined;
  onWrite: () => void = () => {};
  onRead: () => void = () => {};

  write(bytes: Uint8Array, position: number): void {
    if (this.fails) throw new Error(this.fails);
    this.#written.set(position, bytes.slice());
    this.onWrite();
  }

  read(into: Uint8Array, position: number): number {
    this.onRead();
    const bytes = this.#written.get(position) as Uint8Array;
    into.set(bytes);
    if (this.damage === "short") return bytes.length - 1;
    if (this.damage === "changed") into[5] = (into[5] as number) ^ 1;
    else if (this.damage) throw new Error(this.damage);
    return bytes.length;
  }
}

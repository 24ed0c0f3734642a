/**
 * Memory of a chunk in the hands of user code outside of a task. It stays until it is disposed of; and where a
 * typed array of it was handed out, until neither that nor anything made of it can be reached any more.
 */

import type { TypedArray } from "../memory/dtype.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Context } from "./context.ts";

/** Gives references back: of buffers that nothing reaches, of memory that was never disposed of. */
const unreachable = new FinalizationRegistry<() => void>((release) => release());

export class PinnedMemory implements Disposable {
  readonly #context: Context;
  readonly #chunk: number;
  #view: WeakRef<TypedArray> | undefined;
  #isDisposed = false;

  /** Takes over a reference to a chunk whose data is here. */
  constructor(context: Context, chunk: number) {
    this.#context = context;
    this.#chunk = chunk;
    unreachable.register(this, () => context.release(chunk), this);
  }

  /** The elements, in place. @throws BodkinError after `dispose()` */
  get data(): TypedArray {
    if (this.#isDisposed) {
      throw new BodkinError("CLOSED", "this view was disposed of; fetch the value again");
    }
    let view = this.#view?.deref();
    if (!view) {
      const [context, chunk] = [this.#context, this.#chunk];
      view = context.heap.userView(chunk);
      this.#view = new WeakRef(view);
      context.heap.retain(chunk);
      unreachable.register(view.buffer, () => context.release(chunk));
    }
    return view;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    unreachable.unregister(this);
    this.#context.release(this.#chunk);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Memory of a chunk in the hands of user code outside of a task. It stays until it is disposed of; and where a
 * typed array of it was handed out, until neither that nor anything made of it can be reached any more.
 */

import type { TypedArray } from "../memory/dtype.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Context } from "./context.ts";

export class PinnedMemory implements Disposable {
  readonly #context: Context;
  readonly #chunk: number;
  readonly #place: number;
  readonly #pin: number;
  #view: WeakRef<TypedArray> | undefined;
  #isDisposed = false;

  /** Takes over a reference to a chunk whose data is here. @throws BodkinError where that cannot be read */
  constructor(context: Context, chunk: number) {
    this.#context = context;
    this.#chunk = chunk;
    this.#pin = context.heap.pin(chunk);
    this.#place = context.holdings.hold(this, chunk, this.#pin);
  }

  /** The elements, in place. @throws BodkinError after `dispose()` */
  get data(): TypedArray {
    if (this.#isDisposed) {
      throw new BodkinError("CLOSED", "this view was disposed of; fetch the value again");
    }
    let view = this.#view?.deref();
    if (!view) {
      const { heap, holdings } = this.#context;
      view = heap.userView(this.#chunk);
      this.#view = new WeakRef(view);
      heap.retain(this.#chunk);
      // Until nothing reaches the buffer.
      holdings.hold(view.buffer, this.#chunk, heap.pin(this.#chunk));
    }
    return view;
  }

  /** Calls a function with the elements, in place; it keeps nothing of them, so that they end with this. */
  read(use: (data: TypedArray) => void): void {
    use(this.#context.heap.view(this.#chunk));
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { heap, holdings } = this.#context;
    heap.unpin(this.#pin);
    heap.release(holdings.letGo(this.#place));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

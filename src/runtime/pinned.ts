/**
 * Memory of a chunk in the hands of user code outside of a task. It stays until it is disposed of; and where a
 * bare typed array of it was handed out, until that cannot be reached any more either.
 */

import type { TypedArray } from "../memory/dtype.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Context } from "./context.ts";

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
  }

  /** The elements, in place. @throws BodkinError after `dispose()` */
  get data(): TypedArray {
    if (this.#isDisposed) {
      throw new BodkinError("CLOSED", "this view was disposed of; fetch the value again");
    }
    let view = this.#view?.deref();
    if (!view) {
      const { heap } = this.#context;
      view = heap.view(this.#chunk);
      this.#view = new WeakRef(view);
      const [context, chunk] = [this.#context, this.#chunk];
      heap.retain(chunk);
      unreachable.register(view, () => context.release(chunk));
    }
    return view;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#context.release(this.#chunk);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

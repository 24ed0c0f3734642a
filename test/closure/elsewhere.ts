/** Calls functions in another thread that has nothing but the codec, and tells what they give. */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Codec, type FunctionOptions, type Shipment } from "../../src/closure/codec.ts";
import { type Parcel, TestHost } from "./host.ts";

export interface Question {
  readonly fn: Parcel;
  readonly args: Parcel;
}

export type Answer = { readonly result: Parcel } | { readonly thrown: Parcel };

export class Elsewhere implements AsyncDisposable {
  readonly host: TestHost = new TestHost(1);
  readonly codec: Codec = new Codec(this.host);
  readonly #worker = new Worker(new URL("./fixtures/receiver.ts", import.meta.url));

  /** Calls a function in the other thread. */
  call<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return this.callWith({}, fn, ...args);
  }

  async callWith<A extends unknown[], R>(
    options: FunctionOptions,
    fn: (...args: A) => R,
    ...args: A
  ): Promise<Awaited<R>> {
    const parcel = this.host.pack(() => this.codec.encodeFunction(fn, options).bytes);
    const question: Question = { fn: parcel, args: this.host.pack(() => this.codec.encode(args)) };
    this.#worker.postMessage(question);
    const [answer] = (await once(this.#worker, "message")) as [Answer];
    if ("thrown" in answer) throw this.#open(answer.thrown);
    return this.#open(answer.result) as Awaited<R>;
  }

  /** A value after it has been in the other thread. */
  async echo<T>(value: T): Promise<T> {
    return (await this.call((each: unknown) => each, value)) as T;
  }

  ship(fn: (...args: never[]) => unknown, options: FunctionOptions = {}): Shipment {
    let shipment: Shipment | undefined;
    this.host.pack(() => (shipment = this.codec.encodeFunction(fn, options)).bytes);
    return shipment as Shipment;
  }

  #open(parcel: Parcel): unknown {
    return this.host.unpack(parcel, (bytes) => this.codec.decode(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * A collection and transducers behind it. Nothing runs before its elements are asked for; then they go through all
 * transducers in one pass. Stateless ones run on the chunks, beside one another; state has one thread.
 */

import { printAsString } from "../platform/inspect.ts";
import { type Foldable, kindOf } from "./chunked.ts";
import { checkFoldOptions, type FoldOptions } from "./options.ts";
import type { Pipeline } from "./pipeline.ts";
import { listing } from "./plans.ts";
import type { Selection, Transducer } from "./protocol.ts";
import { runFold } from "./run.ts";
import { checkSource } from "./source.ts";
import { type AnyTransducer, checkTransducer, isSelection } from "./stages.ts";

/** Adds transducers. `W` is what elements that were only selected become when they are collected. */
export interface Pipe<T, W> {
  (...selections: Selection<T>[]): Piped<T, W>;
  <A>(a: Transducer<T, A>): Piped<A>;
  <A, B>(a: Transducer<T, A>, b: Transducer<A, B>): Piped<B>;
  <A, B, C>(a: Transducer<T, A>, b: Transducer<A, B>, c: Transducer<B, C>): Piped<C>;
  <A, B, C, D>(
    a: Transducer<T, A>,
    b: Transducer<A, B>,
    c: Transducer<B, C>,
    d: Transducer<C, D>,
  ): Piped<D>;
  <A, B, C, D, E>(
    a: Transducer<T, A>,
    b: Transducer<A, B>,
    c: Transducer<B, C>,
    d: Transducer<C, D>,
    e: Transducer<D, E>,
    ...more: Transducer<E, E>[]
  ): Piped<E>;
}

/** What comes of a collection through transducers: it can be folded, collected and piped on. */
export interface Piped<T, W = T[]> {
  /** @internal */
  readonly pipeline: Pipeline;
  /** For the compiler: what its elements are. */
  readonly [ELEMENT]?: T;
  readonly pipe: Pipe<T, W>;
  /**
   * All elements in order: of a distributed array that was only selected from as an array of its dtype, else as
   * a list.
   */
  collect(options?: FoldOptions): Promise<W>;
  /** As `collect`. */
  fetch(options?: FoldOptions): Promise<W>;
}

declare const ELEMENT: unique symbol;

/** What folds take: a collection, or one with transducers behind it. */
export type Collection<T, W = T[]> = Foldable<T, W> | Piped<T, W>;

export class PipedCollection<T, W> implements Piped<T, W> {
  readonly pipeline: Pipeline;

  constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
  }

  readonly pipe: Pipe<T, W> = (...transducers: readonly unknown[]): never => {
    const { source, transducers: own } = this.pipeline;
    const added = transducers.map((each) => checkTransducer(each, "pipe"));
    return new PipedCollection({ source, transducers: [...own, ...added] }) as never;
  };

  async collect(options: FoldOptions = {}): Promise<W> {
    checkFoldOptions(options, "collect()");
    const pipeline = this.pipeline;
    const lists = await runFold(
      pipeline,
      { ...options, name: "collect", isOrdered: true, mayStop: false },
      (_, flow) => listing(flow),
    );
    const { source, transducers } = pipeline;
    const kind = kindOf(source);
    if (kind && transducers.every(isSelection)) {
      return kind.gather(source as object, lists) as W;
    }
    return lists.flatMap((list) => Array.from(list)) as W;
  }

  fetch(options?: FoldOptions): Promise<W> {
    return this.collect(options);
  }

  toString(): string {
    const { transducers } = this.pipeline;
    return `Piped through ${transducers.length} transducer${transducers.length === 1 ? "" : "s"}`;
  }
}

printAsString(PipedCollection);

/** The pipeline of whatever can be folded. @throws BodkinError where it cannot */
export function pipelineOf(xs: unknown, caller: string): Pipeline {
  if (xs instanceof PipedCollection) return xs.pipeline;
  checkSource(xs, caller);
  return { source: xs, transducers: [] };
}

/**
 * Puts transducers behind a collection, ours or those of `@thi.ng/transducers`:
 * `pipe(xs, filter(x => x > 0), mapping(Math.sqrt), take(10))`.
 */
export function pipe<T, W>(xs: Collection<T, W>, ...selections: Selection<T>[]): Piped<T, W>;
export function pipe<T, A>(xs: Collection<T>, a: Transducer<T, A>): Piped<A>;
export function pipe<T, A, B>(
  xs: Collection<T>,
  a: Transducer<T, A>,
  b: Transducer<A, B>,
): Piped<B>;
export function pipe<T, A, B, C>(
  xs: Collection<T>,
  a: Transducer<T, A>,
  b: Transducer<A, B>,
  c: Transducer<B, C>,
): Piped<C>;
export function pipe<T, A, B, C, D>(
  xs: Collection<T>,
  a: Transducer<T, A>,
  b: Transducer<A, B>,
  c: Transducer<B, C>,
  d: Transducer<C, D>,
): Piped<D>;
export function pipe<T, A, B, C, D, E>(
  xs: Collection<T>,
  a: Transducer<T, A>,
  b: Transducer<A, B>,
  c: Transducer<B, C>,
  d: Transducer<C, D>,
  e: Transducer<D, E>,
  ...more: Transducer<E, E>[]
): Piped<E>;
export function pipe(xs: unknown, ...transducers: readonly unknown[]): Piped<unknown, unknown> {
  const piped = new PipedCollection<unknown, unknown>(pipelineOf(xs, "pipe"));
  return piped.pipe(...(transducers as AnyTransducer[] as never[]));
}

/**
 * References that handles own. Handles give them back by hand or when they are collected; nothing but memory
 * waits for the latter.
 */

import type { Context } from "../runtime/context.ts";

/** A chunk with its generation as one number, which costs the collector less than an object. */
const GENERATIONS: number = 2 ** 24;
const pack = (chunk: number, generation: number): number => chunk * GENERATIONS + generation;

/** One for each context: after a cluster was closed, numbers mean other chunks. */
const registries = new WeakMap<Context, FinalizationRegistry<number>>();

function registryOf(context: Context): FinalizationRegistry<number> {
  let registry = registries.get(context);
  if (!registry) {
    registry = new FinalizationRegistry((packed) => {
      const chunk = Math.floor(packed / GENERATIONS);
      if (context.heap.generationOf(chunk) === packed % GENERATIONS) context.release(chunk);
    });
    registries.set(context, registry);
  }
  return registry;
}

/** Gives a reference back when its owner is collected, unless it does so by hand. */
export function releaseWith(owner: object, context: Context, chunk: number): void {
  registryOf(context).register(owner, pack(chunk, context.heap.generationOf(chunk)), owner);
}

/** The owner gives its reference back by hand. */
export function releaseByHand(owner: object, context: Context): void {
  registryOf(context).unregister(owner);
}

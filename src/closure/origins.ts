/**
 * Where functions and classes were first made. Each gets a number in its own thread; whoever carries it
 * further keeps the number, so that it is the original again when it comes home, and one and the same object
 * wherever it arrives twice. Nothing here keeps a function alive.
 */

import type { AnyFunction } from "./host.ts";

const home = Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url");
let last = 0;

interface Arrival {
  readonly fn: WeakRef<AnyFunction>;
  /** What it was made of; undefined for originals and for what a module of this thread exports. */
  readonly content: string | undefined;
}

const origins = new WeakMap<AnyFunction, string>();
const arrivals = new Map<string, Arrival>();
const gone = new FinalizationRegistry<string>((origin) => {
  // The number may have been given to a newer copy in between.
  if (arrivals.get(origin)?.fn.deref() === undefined) arrivals.delete(origin);
});

/** The origin of a function, which is this thread unless it came from another. */
export function originOf(fn: AnyFunction): string {
  const known = origins.get(fn);
  if (known !== undefined) return known;
  const origin = `${home}.${++last}`;
  adopt(fn, origin, undefined);
  return origin;
}

/** Notes that a function of this thread is the one of that origin. */
export function adopt(fn: AnyFunction, origin: string, content: string | undefined): void {
  // A function that was known here before keeps its first number, and answers to both.
  if (!origins.has(fn)) origins.set(fn, origin);
  arrivals.set(origin, { fn: new WeakRef(fn), content });
  gone.register(fn, origin);
}

export const isHome = (origin: string): boolean => origin.startsWith(`${home}.`);

/** The function of an origin, if this thread has it; `content` tells copies of it apart. */
export function findOrigin(
  origin: string,
): { readonly fn: AnyFunction; readonly content: string | undefined } | undefined {
  const arrival = arrivals.get(origin);
  const fn = arrival?.fn.deref();
  return arrival && fn && { fn, content: arrival.content };
}

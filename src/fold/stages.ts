/**
 * Transducers as the engine sees them. Stateless ones run wherever elements are; ours are known as such, of others it
 * must be proved. What is not proved keeps its state on one thread, to which the elements come in order.
 */

import { isFixed } from "../closure/stability.ts";
import { here } from "../task/data.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { StageKind } from "./loop.ts";
import type { Reducer, Transducer } from "./protocol.ts";

export type AnyTransducer = Transducer<unknown, unknown>;
export type StageFunction = (element: never) => unknown;

/** Stateless, and what the compiled loop makes of it. */
export interface Stage {
  readonly kind: StageKind;
  readonly fn: StageFunction;
}

const stages = new WeakMap<AnyTransducer, Stage>();
const selections = new WeakSet<AnyTransducer>();
const stateful = new WeakSet<AnyTransducer>();

/** Notes that a transducer is a statement of the loop. */
export function asStage<T extends AnyTransducer>(transducer: T, kind: StageKind, fn: unknown): T {
  stages.set(transducer, { kind, fn: fn as StageFunction });
  if (kind === "filter") selections.add(transducer);
  return transducer;
}

/** Notes that a transducer keeps something from one element to the next. */
export function asStateful<T>(transducer: T): T {
  stateful.add(transducer as AnyTransducer);
  return transducer;
}

/** Notes that one with state leaves the elements that it does not drop as they are. */
export function asSelection<T extends AnyTransducer>(transducer: T): T {
  selections.add(transducer);
  return asStateful(transducer);
}

export const isSelection = (transducer: AnyTransducer): boolean => selections.has(transducer);

export const stageOf = (transducer: AnyTransducer): Stage | undefined => stages.get(transducer);

/** A transducer, or an object of `@thi.ng/transducers` that has one. @throws where it is neither */
export function checkTransducer(value: unknown, caller: string): AnyTransducer {
  if (typeof value === "function") return value as AnyTransducer;
  const { xform } = (value ?? {}) as { readonly xform?: unknown };
  if (typeof xform === "function") return xform.call(value) as AnyTransducer;
  throw invalidArgument(
    `${caller} takes transducers after the collection, such as filter(x => x > 0), not ${describe(value)}`,
  );
}

export const noResult = (): undefined => undefined;
export const itself = <R>(result: R): R => result;
export const lastElement = (_: unknown, element: unknown): unknown => element;

const probe: Reducer<unknown, unknown> = [noResult, itself, lastElement];

/** Whether a transducer provably keeps nothing from one element to the next. */
export function isStateless(transducer: AnyTransducer): boolean {
  if (stages.has(transducer)) return true;
  if (stateful.has(transducer)) return false;
  try {
    const [init, complete, step] = transducer(probe);
    return init === probe[0] && complete === probe[1] && isFixed(step, here().payloads);
  } catch {
    return false;
  }
}

/** A failed task as its result: what was thrown, and the tasks it made fail on the way. */

import {
  BodkinError,
  type ErrorCode,
  type PathStep,
  SchedulingError,
  textOf,
} from "../wire/errors.ts";

export interface Failure {
  readonly thrown: unknown;
  /** From the task that failed to the last one that did not run because of it. */
  readonly path: readonly PathStep[];
}

const FIRST_STEPS = 11;
const LAST_STEPS = 10;
/** Stands in a path for steps left out; its name says how many. */
const OMITTED = "";

/** The failure as a dependant passes it on. The middle of a long path is left out. */
export function extendFailure(failure: Failure, step: PathStep): Failure {
  const path = [...failure.path, step];
  if (path.length <= FIRST_STEPS + LAST_STEPS + 1) return { thrown: failure.thrown, path };
  const middle = path.slice(FIRST_STEPS, -LAST_STEPS);
  const left = middle.reduce((sum, each) => sum + omittedBy(each), 0);
  const omitted = { id: OMITTED, name: `… ${left} more …` };
  return {
    thrown: failure.thrown,
    path: [...path.slice(0, FIRST_STEPS), omitted, ...path.slice(-LAST_STEPS)],
  };
}

const omittedBy = (step: PathStep): number =>
  step.id === OMITTED ? Number(step.name.split(" ")[1]) : 1;

/** An error with nothing on it that could not travel: name, message and stack, and the code of our own. */
export function plainError(thrown: unknown): Error {
  const { name, message, stack } = (thrown ?? {}) as Partial<Error>;
  const error =
    thrown instanceof BodkinError
      ? fromPost(toPost(thrown))
      : new Error(typeof message === "string" ? message : textOf(thrown));
  error.name = typeof name === "string" ? name : "Error";
  if (typeof stack === "string") error.stack = stack;
  return error;
}

/** An error on its way through a port, which would leave of our own only what all errors have. */
export interface PostedError {
  readonly code: ErrorCode;
  readonly message: string;
}

export function toPost(error: unknown): PostedError {
  const code = error instanceof BodkinError ? error.code : "INTERNAL";
  return { code, message: error instanceof Error ? error.message : textOf(error) };
}

export const fromPost = ({ code, message }: PostedError): BodkinError =>
  code === "SCHEDULING" ? new SchedulingError(message) : new BodkinError(code, message);

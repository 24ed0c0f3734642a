/** How tasks say what they do with their arguments: `In`, `Out`, `InOut`, each of all or of a part. */

import { invalidArgument } from "../../wire/errors.ts";
import { isPart, type Part } from "./parts.ts";

export interface Use {
  readonly reads: boolean;
  readonly writes: boolean;
  /** Absent: all of the argument. */
  readonly part: Part | undefined;
}

/** An argument with what the task does with it. */
export class Access {
  readonly value: unknown;
  readonly uses: readonly Use[];

  constructor(value: unknown, uses: readonly Use[]) {
    this.value = value;
    this.uses = uses;
  }
}

// To the compiler an annotated argument is the argument: tasks take what they would take without.

const annotate =
  (reads: boolean, writes: boolean) =>
  <T>(value: T): T =>
    new Access(value, [{ reads, writes, part: undefined }]) as T;

/** The task reads the argument. So does one that says nothing. */
export const In: <T>(value: T) => T = annotate(true, false);
/** The task writes all that it names, and reads nothing of it. */
export const Out: <T>(value: T) => T = annotate(false, true);
/** The task reads and writes the argument. */
export const InOut: <T>(value: T) => T = annotate(true, true);

/** Several uses of parts of one argument: `Deps(A, InOut(UpperTriangular), In(Diagonal))`. */
export function Deps<T>(value: T, ...uses: readonly unknown[]): T {
  if (uses.length === 0) {
    throw invalidArgument(
      "Deps(x, …) needs uses of parts, such as Deps(x, InOut(UpperTriangular))",
    );
  }
  const all = uses.flatMap((use) => {
    if (use instanceof Access && isPart(use.value)) {
      const part = use.value;
      return use.uses.map((own) => ({ ...own, part }));
    }
    throw invalidArgument(
      "Deps(x, …) takes In, Out and InOut of parts, such as Deps(x, InOut(UpperTriangular))",
    );
  });
  return new Access(value, all) as T;
}

/** An argument without its annotation, and its uses. */
export function accessOf(argument: unknown): Access {
  if (!(argument instanceof Access)) {
    return new Access(argument, [{ reads: true, writes: false, part: undefined }]);
  }
  const { value } = argument;
  if (value instanceof Access)
    throw invalidArgument("one annotation an argument; use InOut or Deps");
  return argument;
}

/**
 * Reductions of stored tables: each partition is put together by its task, and then what they came to, in the order of
 * the partitions. The operation must be associative; `init` is applied once.
 */

import type { AnyFunction } from "../../closure/codec.ts";
import { Operation } from "../../task/operation.ts";
import type { Task } from "../../task/task.ts";
import { fetchAll } from "../../task/wait.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Stored } from "../stored.ts";
import { mapReducePart, type PartResult, reducePart } from "./tasks.ts";

type Combine = (a: never, b: never) => unknown;

export interface InitOptions<A> {
  /** What the result is where there are no rows, and what the first value is put together with. */
  readonly init?: A;
}

/** The result by column. @throws BodkinError where there are no rows and there is no `init` */
export async function reduceColumns(
  { parts, dictionaries }: Stored,
  op: Combine,
  names: readonly string[],
  options: InitOptions<unknown>,
): Promise<Record<string, unknown>> {
  const partials = await results(() => {
    using operation = new Operation("reduce");
    const shipped = operation.ship(op as AnyFunction) as never;
    return parts.map((part) =>
      operation.submit(
        reducePart,
        shipped,
        names,
        dictionaries.length,
        ...([...dictionaries, part] as never[]),
      ),
    );
  });
  return Object.fromEntries(
    names.map((name, at) => [
      name,
      together(
        "reduce",
        partials.map((own) => own[at] as PartResult),
        op,
        options,
      ),
    ]),
  );
}

export async function mapReduceRows(
  { parts, dictionaries }: Stored,
  f: (row: never) => unknown,
  op: Combine,
  options: InitOptions<unknown>,
): Promise<unknown> {
  const partials = await results(() => {
    using operation = new Operation("mapReduce");
    const shipped = [f, op].map((each) => operation.ship(each as AnyFunction)) as never[];
    return parts.map((part) =>
      operation.submit(
        mapReducePart as (...args: unknown[]) => PartResult,
        ...shipped,
        dictionaries.length,
        ...([...dictionaries, part] as never[]),
      ),
    );
  });
  return together("mapReduce", partials, op, options);
}

async function results<T>(submit: () => readonly Task<T>[]): Promise<T[]> {
  const tasks = submit();
  try {
    return await fetchAll(tasks);
  } finally {
    for (const task of tasks) task.dispose();
  }
}

function together(
  caller: string,
  partials: readonly PartResult[],
  op: Combine,
  options: InitOptions<unknown>,
): unknown {
  const values = partials.flat();
  const combine = op as (a: unknown, b: unknown) => unknown;
  if ("init" in options) return values.reduce(combine, options.init);
  if (values.length > 0) return values.reduce(combine);
  throw invalidArgument(`${caller} of a table without rows; say what it is then: { init: 0 }`);
}

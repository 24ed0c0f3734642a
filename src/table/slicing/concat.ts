/** Tables one after another. Columns belong together by their names, whatever their order. */

import { invalidArgument } from "../../wire/errors.ts";
import { schemaOfParts } from "../facts.ts";
import { runStored } from "../plan.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { Stored } from "../stored.ts";

export interface KnownTable {
  readonly stored: Stored;
  readonly facts: readonly PartFacts[];
}

/** @throws BodkinError where the tables have other columns, or columns of other types */
export function concatTables(tables: readonly KnownTable[]): Stored {
  const own = tables.map((table, at) => ({ ...table, at, names: namesOf(table) }));
  // What has no columns has no rows either.
  const filled = own.filter(({ names }) => names.length > 0);
  const [first] = filled;
  if (!first) return (tables[0] as KnownTable).stored;
  const inOrder = filled.map((table) => {
    const { names, at, stored, facts } = table;
    if (names.length !== first.names.length || !names.every((name) => first.names.includes(name))) {
      throw invalidArgument(
        `concat: table ${at + 1} has the columns ${names.join(", ")}, and table ${first.at + 1} ${first.names.join(", ")}; give them the same with select, mutate or rename`,
      );
    }
    if (names.every((name, k) => name === first.names[k])) return table;
    const picks = first.names.map((name) => ({ kind: "name", name }) as const);
    return {
      stored: runStored(stored, [{ step: { kind: "select", picks }, functions: [] }]),
      facts: facts.map((part) => reordered(part, first.names)),
    };
  });
  schemaOfParts(
    inOrder.flatMap(({ facts }) => facts),
    "table",
  );
  return {
    parts: inOrder.flatMap(({ stored }) => stored.parts),
    dictionaries: inOrder.flatMap(({ stored }) => stored.dictionaries),
  };
}

const namesOf = ({ facts }: KnownTable): string[] => schemaOfParts(facts).map(({ name }) => name);

function reordered(part: PartFacts, names: readonly string[]): PartFacts {
  const places = names.map((name) => part.fields.findIndex((field) => field.name === name));
  const taken = places.filter((at) => at >= 0); // what has no rows may have other columns
  return {
    rows: part.rows,
    fields: taken.map((at) => part.fields[at] as PartFacts["fields"][number]),
    isNull: taken.map((at) => part.isNull[at] as boolean),
    dictionaries: taken.map((at) => part.dictionaries[at]),
    ranges: taken.map((at) => part.ranges[at]),
  };
}

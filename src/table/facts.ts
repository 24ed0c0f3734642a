/** What small tasks say of the partitions of a table: rows and columns. */

import { Operation } from "../task/operation.ts";
import { fetchAll } from "../task/wait.ts";
import { invalidArgument } from "../wire/errors.ts";
import { type Field, isText, type Schema } from "./columns/field.ts";
import { factsOf, type PartFacts } from "./rows/tasks.ts";
import type { Stored } from "./stored.ts";

/** Facts of each partition, in their order. */
export async function partFacts({ parts, dictionaries }: Stored): Promise<PartFacts[]> {
  const tasks = submitFacts({ parts, dictionaries });
  try {
    return await fetchAll(tasks);
  } finally {
    for (const task of tasks) task.dispose();
  }
}

function submitFacts({ parts, dictionaries }: Stored) {
  using operation = new Operation("facts");
  return parts.map((part) =>
    operation.submit(factsOf, part as never, ...(dictionaries as never[])),
  );
}

/**
 * The columns of a table by its partitions: those without rows say nothing where others have some, and a column of
 * nothing but nulls takes any type. `of`: what the partitions are, in errors.
 * @throws BodkinError where partitions disagree
 */
export function schemaOfParts(
  facts: readonly PartFacts[],
  of: "partition" | "table" = "partition",
): Schema {
  const filled = facts.filter(({ rows }) => rows > 0);
  const telling = filled.length > 0 ? filled : facts.slice(0, 1);
  const [first] = telling;
  if (!first) return [];
  return first.fields.map((field, at) => {
    let type: Field = field;
    let isOpen = first.isNull[at] as boolean;
    for (const part of telling) {
      const own = part.fields[at];
      if (own?.name !== field.name) throw differs(first.fields, part.fields);
      if (part.isNull[at]) continue;
      if (isOpen) type = own;
      else if (own.type !== type.type && isText(own.type) && isText(type.type)) {
        type = { name: field.name, type: "utf8" };
      } else if (own.type !== type.type || own.unit !== type.unit) {
        const remedy =
          of === "table"
            ? `make them one: mutate({ ${field.name}: col("${field.name}").cast("${type.type}") })`
            : "let the function give values of one kind";
        throw invalidArgument(
          `column '${field.name}' is ${typeText(type)} in one ${of} and ${typeText(own)} in another; ${remedy}`,
        );
      }
      isOpen = false;
    }
    return type;
  });
}

const typeText = ({ type, unit }: Field): string => (unit ? `${type}[${unit}]` : type);

const differs = (a: Schema, b: Schema): Error =>
  invalidArgument(
    `partitions have different columns: ${namesOf(a)} and ${namesOf(b)}; give every row the same columns`,
  );

const namesOf = (schema: Schema): string => schema.map(({ name }) => name).join(", ");

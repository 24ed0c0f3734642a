/** Files and streams of Arrow's IPC format as a source of a lazy table. Pieces are record batches. */

import { withFileErrors } from "../../../array/files/paths.ts";
import { fileError } from "../../../wire/errors.ts";
import { schemaFromArrow } from "../../columns/arrow-types.ts";
import type { Schema } from "../../columns/field.ts";
import type { TableSource } from "../../source.ts";
import { type Files, filesText, pathsOf } from "../paths.ts";
import { contentsOf, type MessagePlace, schemaMessage } from "./messages.ts";
import { type ArrowPiece, readArrowPiece } from "./piece.ts";

/** Batches that are smaller are read together. */
const LEAST_ROWS = 1 << 16;

export function arrowSource(files: Files): TableSource<ArrowPiece> {
  return {
    text: `Arrow ${filesText(files)}`,
    async open() {
      const paths = await pathsOf(files, "readArrow");
      const opened = await Promise.all(
        paths.map((path) => withFileErrors("read", path, () => openFile(path))),
      );
      const [first] = opened as [OpenedFile];
      for (const { path, schema } of opened) {
        if (JSON.stringify(schema) === JSON.stringify(first.schema)) continue;
        throw fileError(
          `${path} has the columns ${textOf(schema)}, but ${first.path} has ${textOf(first.schema)}`,
        );
      }
      const pieces = opened.flatMap(({ path, places, message, schema }) =>
        runsOf(places).map((run) => ({
          path,
          message,
          spans: run.map(({ at, head, body }) => [at, head + body] as const),
          fields: schema,
        })),
      );
      return { schema: first.schema, pieces };
    },
    read: readArrowPiece,
  };
}

const textOf = (schema: Schema): string =>
  schema.map(({ name, type }) => `${name} (${type})`).join(", ");

interface OpenedFile {
  readonly path: string;
  readonly places: readonly MessagePlace[];
  readonly schema: Schema;
  readonly message: Uint8Array;
}

async function openFile(path: string): Promise<OpenedFile> {
  const { schema, places } = await contentsOf(path);
  return { path, places, schema: schemaFromArrow(schema), message: schemaMessage(schema) };
}

/** The messages of each piece: dictionaries as they are by then, and batches one after another. */
function runsOf(places: readonly MessagePlace[]): MessagePlace[][] {
  const runs: MessagePlace[][] = [];
  let dictionaries: MessagePlace[] = [];
  let run: MessagePlace[] = [];
  let rows = 0;
  const end = (): void => {
    runs.push(run);
    run = [];
    rows = 0;
  };
  for (const place of places) {
    if (place.kind === "dictionary") {
      const isNew = ({ id }: MessagePlace): boolean => place.isDelta || id !== place.id;
      if (rows > 0) end();
      dictionaries = [...dictionaries.filter(isNew), place];
    } else if (place.kind === "batch") {
      if (rows >= LEAST_ROWS) end();
      if (rows === 0) run = [...dictionaries];
      run.push(place);
      rows += place.rows;
    }
  }
  if (rows > 0 || runs.length === 0) end();
  return runs;
}

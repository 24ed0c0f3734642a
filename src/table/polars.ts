/** Tables in the hands of polars, which is loaded if it is installed. */

import type { Table as ArrowTable } from "apache-arrow";
import type { DataFrame } from "nodejs-polars";
import { BodkinError } from "../wire/errors.ts";
import { arrowLibrary } from "./libraries.ts";

/** A frame of polars with these rows. @throws BodkinError where polars is not installed */
export async function toFrame(table: ArrowTable): Promise<DataFrame> {
  const polars = await import("nodejs-polars").catch((error: unknown) => {
    throw new BodkinError("INVALID_ARGUMENT", "toPolars needs polars: npm install nodejs-polars", {
      cause: error,
    });
  });
  return polars.default.readIPC(Buffer.from(arrowLibrary().tableToIPC(table, "file")));
}

/** The page: one file without anything from elsewhere, which the build puts together from `dashboard/`. */

import { readFileSync } from "node:fs";
import { BodkinError } from "../../wire/errors.ts";

const FILE = new URL("../../../dist/dashboard.html", import.meta.url);
let text: string | undefined;

/** @throws BodkinError where it was not built */
export function page(): string {
  try {
    text ??= readFileSync(FILE, "utf8");
    return text;
  } catch (cause) {
    throw new BodkinError("FILE", "the page of the dashboard was not built: npm run build", {
      cause,
    });
  }
}

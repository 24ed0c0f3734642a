/** Of this package: processes of one cluster have the same. */

import { readFileSync } from "node:fs";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

export const packageVersion: string = version;

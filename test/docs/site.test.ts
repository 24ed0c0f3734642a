/** The site is built as a whole: its generator refuses links that lead nowhere. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as bodkin from "bodkin";
import { describe, expect, it } from "vitest";

const DOCS = new URL("../../docs/", import.meta.url);
const BUILT = new URL(".vitepress/dist/", DOCS);
const isInstalled = existsSync(new URL("node_modules/vitepress", DOCS));
const isRequired = process.env["BODKIN_REQUIRE_ALL"] === "1";

describe.skipIf(!isInstalled && !isRequired)(
  "the site (npm install --prefix docs brings it)",
  () => {
    it("builds, with a page for all that is exported", async () => {
      await promisify(execFile)("npm", ["run", "-s", "build"], { cwd: fileURLToPath(DOCS) });
      const page = (path: string): string => readFileSync(new URL(path, BUILT), "utf8");
      expect(page("index.html")).toContain("Parallel computing for TypeScript");
      expect(page("tutorial/talk.html")).toContain("cell by cell");
      const reference = page("api/bodkin/index.html");
      expect(Object.keys(bodkin).filter((name) => !reference.includes(`>${name}<`))).toEqual([]);
      for (const module of ["bodkin/table", "bodkin/mpi", "bodkin/trace"]) {
        expect(page(`api/${module}/index.html`)).toContain("</html>");
      }
    }, 300_000);
  },
);

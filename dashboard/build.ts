/** Puts the page together: one file, whose policy names by their hashes the only style and script that may run. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { outputFiles } = await build({
  entryPoints: [here("main.ts")],
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  write: false,
});
const script = outputFiles[0]?.text.trim().replaceAll("</script", "<\\/script") ?? "";
const style = readFileSync(here("style.css"), "utf8");

const hash = (text: string): string =>
  `sha256-${createHash("sha256").update(text).digest("base64")}`;
const page = readFileSync(here("index.html"), "utf8")
  .replace("SCRIPT_HASH", hash(script))
  .replace("STYLE_HASH", hash(style))
  .replace("<style></style>", () => `<style>${style}</style>`)
  .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`);

mkdirSync(here("../dist"), { recursive: true });
writeFileSync(here("../dist/dashboard.html"), page);

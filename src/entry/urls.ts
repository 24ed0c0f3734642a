/** The entry modules beside this one: source or build, as this module is. */

export function entryUrl(name: "thread" | "process"): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./${name}.${extension}`, import.meta.url);
}

/**
 * How values print themselves: consoles of Node, Deno and Bun ask for a method under one symbol, notebooks of Deno's
 * kernel under another.
 */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const DISPLAY = Symbol.for("Jupyter.display");

/**
 * Instances of a class print as their `toString()` says; inside of what is too deep to be shown in full as
 * `brief` says.
 */
export function printAsString<T extends object>(
  cls: { readonly prototype: T },
  brief: (value: T) => string = String,
): void {
  Object.defineProperty(cls.prototype, INSPECT, {
    value(this: T, depth: number) {
      return depth < 0 ? brief(this) : String(this);
    },
  });
  Object.defineProperty(cls.prototype, DISPLAY, {
    value(this: T) {
      const text = String(this);
      return { "text/plain": text, "text/html": `<pre>${escapedMarkup(text)}</pre>` };
    },
  });
}

/** Text as HTML and SVG have it, in elements and in attributes. */
export const escapedMarkup = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\n\t]/gu, "\ufffd");

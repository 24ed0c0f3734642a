/** How values print themselves in consoles: Node, Deno and Bun ask for a method under this symbol. */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Instances of a class print as their `toString()` says. */
export function printAsString(cls: { readonly prototype: { toString(): string } }): void {
  Object.defineProperty(cls.prototype, INSPECT, {
    value(this: { toString(): string }) {
      return this.toString();
    },
  });
}

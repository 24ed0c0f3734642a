/** How values print themselves in consoles: Node, Deno and Bun ask for a method under this symbol. */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

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
}

/** The classes and functions whose instances inherit from an object, be it of this context or another. */

/** The class or function whose instances inherit from an object. */
export function makerOf(value: object): (() => void) | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(value, "constructor")?.value;
  return typeof maker === "function" && maker.prototype === value
    ? (maker as () => void)
    : undefined;
}

export const textOf = (fn: () => void): string => Function.prototype.toString.call(fn);
export const isNative = (fn: () => void): boolean => textOf(fn).endsWith("{ [native code] }");
export const isClassText = (fn: () => void): boolean => textOf(fn).startsWith("class");

/** Whether an object is a prototype of the engine, or the same one in another context, as `node:vm` makes them. */
export function isPrototype(object: object | null, usual: object | undefined): boolean {
  if (object === null || object === usual) return object !== null;
  const [a, b] = [makerOf(object), usual && makerOf(usual)];
  return a !== undefined && b !== undefined && a.name === b.name && isNative(a) && isNative(b);
}

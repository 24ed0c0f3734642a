/**
 * The two static methods by which a class says itself how its instances travel, for state that cannot be read
 * from outside:
 *
 *     static [Symbol.for("bodkin.serialize")](instance) { return data; }
 *     static [Symbol.for("bodkin.deserialize")](data) { return instance; }
 *
 * The data may be anything that can be sent, except that it cannot lead back to the instance.
 */

export const SERIALIZE: unique symbol = Symbol.for("bodkin.serialize") as never;
export const DESERIALIZE: unique symbol = Symbol.for("bodkin.deserialize") as never;

export interface HookedClass {
  [SERIALIZE](instance: object): unknown;
  [DESERIALIZE](data: unknown): object;
}

/** The class of an object, if it has both hooks. */
export function hookedClass(value: object): HookedClass | undefined {
  const type = value.constructor;
  return typeof type === "function" && isHooked(type) ? type : undefined;
}

export const isHooked = (value: object): value is HookedClass =>
  typeof (value as HookedClass)[SERIALIZE] === "function" &&
  typeof (value as HookedClass)[DESERIALIZE] === "function";

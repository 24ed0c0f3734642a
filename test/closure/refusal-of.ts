/** What is said of a function that cannot be sent. */

import { expect } from "vitest";
import { Codec, type FunctionOptions } from "../../src/closure/codec.ts";
import type { AnyFunction } from "../../src/closure/host.ts";
import { BodkinError } from "../../src/wire/errors.ts";
import { TestHost } from "./host.ts";

const host = new TestHost(1);
const codec = new Codec(host);

/** The message with which a function is refused; fails where it is not. */
export function refusalOf(fn: AnyFunction, options: FunctionOptions = {}): string {
  const parcel = () => host.pack(() => codec.encodeFunction(fn, options).bytes);
  expect(parcel).toThrow(BodkinError);
  try {
    parcel();
  } catch (error) {
    expect(error).toMatchObject({ code: "UNSHIPPABLE" });
    return (error as BodkinError).message;
  }
  return "";
}

/** A remedy for what a variable of the task itself holds. */
export const byHand = (variable: string): string =>
  "Pass what the task needs of it as an argument, create it inside the task, or state a value by hand: " +
  `task(fn, { captures: { ${variable} } }).`;

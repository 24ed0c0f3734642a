/** The WebAssembly core against the model, step by step, with threads that die in the middle of steps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";
import { Driver, LIVES } from "./driver.ts";
import { Machine } from "./machine.ts";
import type { Dependency, Task } from "./model.ts";

const SLOTS = 4;
const CLASSES = [31, 31, 31, 20, 40, 63, 0];

interface Step {
  readonly what:
    | "spawn"
    | "look"
    | "finish"
    | "hear"
    | "decide"
    | "again"
    | "place"
    | "watch"
    | "wake"
    | "openHand";
  readonly slot: number;
  /** Decide details. */
  readonly a: number;
  readonly b: number;
  /** Probe at which the thread dies. */
  readonly dieAt: number;
}

function steps(deathsIn100: number): fc.Arbitrary<Step[]> {
  const dieAt = fc.oneof(
    { weight: 100 - deathsIn100, arbitrary: fc.constant(LIVES) },
    { weight: deathsIn100, arbitrary: fc.nat(40) },
  );
  const step = (what: Step["what"], weight: number) => ({
    weight,
    arbitrary: fc.record({
      what: fc.constant(what),
      slot: fc.nat(SLOTS - 1),
      a: fc.nat(0xffff),
      b: fc.nat(0xffff),
      dieAt,
    }),
  });
  return fc.array(
    fc.oneof(
      step("spawn", 8),
      step("look", 8),
      step("finish", 8),
      step("hear", 6),
      step("decide", 1),
      step("again", 1),
      step("place", 1),
      step("watch", 1),
      step("wake", 2),
      step("openHand", 1),
    ),
    { minLength: 1, maxLength: 200, size: "max" },
  );
}

function setFrom(choice: number): Task["set"] {
  if (choice % 4 < 2) return "any";
  if (choice % 16 === 2) return "placer";
  const members = [1, 2, 3].filter((slot) => (choice >> (3 + slot)) & 1);
  return new Set(members.length > 0 ? members : [1 + (choice % 3)]);
}

/** Up to 20 dependencies, drawn from what the home has not settled. */
function dependenciesFrom(open: readonly Task[], a: number, b: number): Dependency[] {
  if (open.length === 0) return [];
  const count = b % 8 === 0 ? a % 21 : a % 4;
  return Array.from({ length: count }, (_, i) => ({
    task: open[(a * 7 + b * (i + 1) + i * i) % open.length] as Task,
    carriesValue: (a + i) % 5 !== 0,
  }));
}

function perform(driver: Driver, { what, slot, a, b, dieAt: wanted }: Step): void {
  const dieAt = slot === 0 ? LIVES : wanted; // the control thread does not die alone
  const open = driver.unsettledOf(slot);
  const running = driver.runningOn(slot);
  const pick = (list: readonly Task[]): Task => list[a % list.length] as Task;
  if (!driver.isAwake(slot)) {
    // A sleeping thread does nothing but wake, or die.
    if (dieAt !== LIVES) driver.kill(slot);
    else if (what === "wake") driver.wake(slot);
    return;
  }
  switch (what) {
    case "spawn":
      driver.spawn(
        slot,
        CLASSES[a % CLASSES.length] as number,
        setFrom(b),
        dependenciesFrom(open, a, b),
        dieAt,
      );
      break;
    case "look":
      if (slot > 0)
        driver.look(slot, b % 3 === 0 ? "lieDown" : b % 3 === 1 ? "sleep" : "next", dieAt);
      break;
    case "finish":
      if (running.length > 0)
        driver.finish(pick(running), b % 7 === 0, slot > 0 && b % 2 === 0, dieAt);
      break;
    case "hear":
      driver.hear(slot, dieAt);
      break;
    case "decide":
      if (open.length > 0) driver.decide(pick(open), dieAt);
      break;
    case "again":
      if (running.length > 0) driver.again(pick(running), setFrom(b), dieAt);
      break;
    case "place":
      if (slot === 0) driver.place();
      break;
    case "watch":
      if (open.length > 0) driver.watch(pick(open));
      break;
    case "wake":
      driver.wake(slot);
      break;
    case "openHand":
      if (slot > 0) driver.openHand(slot, dieAt);
      break;
  }
}

/** Runs random histories on one machine: each leaves it empty for the next. */
function holds(deathsIn100: number, seed: number, runs: number): void {
  let machine = new Machine(SLOTS);
  fc.assert(
    fc.property(steps(deathsIn100), (history) => {
      try {
        const driver = new Driver(machine);
        for (const step of history) perform(driver, step);
        driver.settle();
      } catch (error) {
        machine = new Machine(SLOTS);
        throw error;
      }
    }),
    { seed, numRuns: runs },
  );
  // A supply of records that histories gave back serves all of them.
  expect(machine.records().made).toBeLessThan(SLOTS * 32 * 16);
}

describe("the core", { timeout: 900_000 }, () => {
  it("does what the model does", () => {
    holds(0, 1, times(30_000));
  });

  it("does what the model does where threads die at any moment", () => {
    holds(10, 2, times(30_000));
  });
});

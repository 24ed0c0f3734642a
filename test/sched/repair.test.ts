/** What is left of steps that broke off, at every place where a thread can be interrupted. */

import { describe, expect, it } from "vitest";
import { Driver } from "./driver.ts";
import { Machine } from "./machine.ts";
import type { Task } from "./model.ts";

const SLOTS = 4;

describe("deaths at every moment", () => {
  /** Each ends in a step that is killed at the given probe. */
  const scenes: Record<string, (driver: Driver, dieAt: number) => void> = {
    "submitting a task whose dependency runs on the thread that dies": (driver, dieAt) => {
      driver.spawn(1, 31, "any", []);
      driver.look(1, "next");
      const [first] = driver.unsettledOf(1) as [Task];
      driver.spawn(
        1,
        31,
        "any",
        Array.from({ length: 11 }, () => ({ task: first, carriesValue: true })),
        dieAt,
      );
    },
    "finishing a task with many successors, keeping one": (driver, dieAt) => {
      driver.spawn(2, 31, "any", []);
      driver.look(1, "next");
      const [first] = driver.unsettledOf(2) as [Task];
      for (const set of ["any", new Set([1, 3]), "placer", "any"] as const) {
        driver.spawn(2, 31, set, [{ task: first, carriesValue: true }]);
      }
      driver.finish(first, false, true, dieAt);
    },
    "cancelling a running task with successors": (driver, dieAt) => {
      driver.spawn(1, 31, "any", []);
      const [first] = driver.unsettledOf(1) as [Task];
      for (let i = 0; i < 3; i++)
        driver.spawn(1, 31, "any", [{ task: first, carriesValue: i > 0 }]);
      driver.look(2, "next");
      driver.decide(first, dieAt);
    },
    "handing a task to a thread that sleeps": (driver, dieAt) => {
      driver.spawn(0, 31, "any", []);
      driver.look(3, "lieDown");
      driver.look(2, "lieDown");
      driver.look(3, "lieDown");
      for (const task of driver.runningOn(3)) driver.again(task, new Set([2]), dieAt);
    },
    "finishing a task for a home that waits asleep": (driver, dieAt) => {
      driver.spawn(1, 31, "any", []);
      const [first] = driver.unsettledOf(1) as [Task];
      driver.look(2, "next");
      driver.watch(first);
      driver.look(1, "lieDown");
      driver.finish(first, false, false, dieAt);
    },
    "looking for work past cancelled tasks": (driver, dieAt) => {
      for (let i = 0; i < 3; i++) driver.spawn(0, 31, new Set([1]), []);
      for (const task of driver.unsettledOf(0)) driver.decide(task);
      driver.spawn(0, 20, "any", []);
      driver.look(1, "sleep", dieAt);
    },
    "hearing of tasks and freeing them with their extensions": (driver, dieAt) => {
      driver.spawn(1, 31, "any", []);
      const [first] = driver.unsettledOf(1) as [Task];
      driver.spawn(
        1,
        31,
        "any",
        Array.from({ length: 20 }, () => ({ task: first, carriesValue: true })),
      );
      for (let i = 0; i < 2; i++) {
        driver.look(2, "next");
        for (const task of driver.runningOn(2)) driver.finish(task, false, false);
      }
      driver.hear(1);
      driver.hear(1, dieAt);
    },
  };

  it.each(Object.entries(scenes))("leave everything in order: %s", (_, scene) => {
    const machine = new Machine(SLOTS);
    let dieAt = 0;
    for (let deaths = -1; machine.deaths > deaths; dieAt++) {
      deaths = machine.deaths;
      const driver = new Driver(machine);
      scene(driver, dieAt);
      driver.settle();
    }
    expect(dieAt, "the step has several probes").toBeGreaterThan(3);
  });
});

import { describe, expect, it } from "vitest";
import { Driver } from "./driver.ts";
import { Machine } from "./machine.ts";
import type { Task } from "./model.ts";

const SLOTS = 4;

describe("the task in a thread's hand", () => {
  /** Thread 1 finishes the only task and keeps its successor. */
  function withHand(): { driver: Driver; kept: Task } {
    const driver = new Driver(new Machine(SLOTS));
    driver.spawn(1, 31, "any", []);
    driver.look(1, "next");
    const [first] = driver.unsettledOf(1) as [Task];
    driver.spawn(1, 31, "any", [{ task: first, carriesValue: true }]);
    driver.finish(first, false, true);
    const kept = driver.model.hands.get(1) as Task;
    expect(kept).toBeDefined();
    return { driver, kept };
  }

  it("is the thread's next one, and nobody else sees it", () => {
    const { driver, kept } = withHand();
    driver.look(2, "next");
    expect(driver.runningOn(2)).toEqual([]);
    driver.look(1, "next");
    expect(driver.runningOn(1)).toEqual([kept]);
  });

  it("waits for one of a more urgent class that came since", () => {
    const { driver, kept } = withHand();
    driver.spawn(0, 40, "any", []);
    driver.look(1, "next");
    expect(driver.runningOn(1).map(({ cls }) => cls)).toEqual([40]);
    driver.look(2, "next");
    expect(driver.runningOn(2)).toEqual([kept]);
  });

  it("waits for one of a narrow scope, so that no chain keeps that from running", () => {
    const { driver, kept } = withHand();
    driver.spawn(0, 31, new Set([1]), []);
    driver.look(1, "next");
    expect(driver.runningOn(1)).not.toContain(kept);
    driver.look(2, "next");
    expect(driver.runningOn(2)).toEqual([kept]);
  });

  it("is for all when the thread turns to its event loop, or dies", () => {
    for (const give of ["openHand", "kill"] as const) {
      const { driver, kept } = withHand();
      driver[give](1);
      driver.look(2, "next");
      expect(driver.runningOn(2)).toEqual([kept]);
    }
  });
});

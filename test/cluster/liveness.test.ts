import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Liveness } from "../../src/cluster/liveness.ts";

const LIMIT = 2000;
const PERIOD = 250;

/** Looks every period from `from` on, and says when a peer was suspected, cleared and given up. */
function looks(
  liveness: Liveness,
  times: readonly number[],
  receivedAt: (now: number) => number,
): string[] {
  return times.flatMap((now) => {
    const { suspected, cleared, silent } = liveness.look(now, () => receivedAt(now));
    return [
      ...suspected.map((peer) => `${now} suspected ${peer}`),
      ...cleared.map((peer) => `${now} cleared ${peer}`),
      ...silent.map((peer) => `${now} silent ${peer}`),
    ];
  });
}
const every = (period: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + (i + 1) * period);

describe("a peer", () => {
  it("that says nothing is suspected after half the limit and given up after all of it, once", () => {
    const liveness = new Liveness(LIMIT, 0);
    expect(liveness.period).toBe(PERIOD);
    liveness.add(7, 0);
    expect(looks(liveness, every(PERIOD, 40), () => 0)).toEqual([
      "1000 suspected 7",
      "2000 silent 7",
    ]);
  });

  it("that is heard again is suspected no longer", () => {
    const liveness = new Liveness(LIMIT, 0);
    liveness.add(7, 0);
    const received = (now: number): number => (now < 500 ? 1 : now < 1700 ? 2 : now);
    expect(looks(liveness, every(PERIOD, 40), received)).toEqual([
      "1500 suspected 7",
      "1750 cleared 7",
    ]);
  });

  it("that was taken out is not judged", () => {
    const liveness = new Liveness(LIMIT, 0);
    liveness.add(7, 0);
    liveness.remove(7);
    expect(looks(liveness, every(PERIOD, 40), () => 0)).toEqual([]);
  });

  it("is not blamed for the time in which nobody listened", () => {
    const liveness = new Liveness(LIMIT, 0);
    liveness.add(7, 0);
    expect(looks(liveness, [250, 500, 60_500], () => 0)).toEqual([]);
    expect(looks(liveness, every(PERIOD, 40, 60_500), () => 0)).toEqual([
      "60750 suspected 7",
      "61750 silent 7",
    ]);
  });
});

it("whoever speaks once a period is never given up; who stops is, within the limit and a few looks of listening", () => {
  const property = fc.property(
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 200, max: 300 }) },
        fc.integer({ min: 300, max: 20_000 }),
      ),
      {
        minLength: 1,
        maxLength: 200,
      },
    ),
    fc.nat(150),
    (steps, stopsAt) => {
      const liveness = new Liveness(LIMIT, 0);
      liveness.add(2, 0); // speaks for ever
      liveness.add(3, 0); // stops
      let now = 0;
      let received = 0;
      let stopped: number | undefined;
      let listened = 0;
      let gone = false;
      for (const [i, step] of steps.entries()) {
        now += step;
        received++;
        if (i === stopsAt) stopped = received;
        if (stopped !== undefined && i > stopsAt) listened += step > 2 * PERIOD ? PERIOD : step;
        const { silent } = liveness.look(now, (peer) =>
          peer === 2 ? received : (stopped ?? received),
        );
        expect(silent).not.toContain(2);
        if (silent.includes(3)) {
          expect(stopped).toBeDefined();
          gone = true;
          expect(listened).toBeGreaterThanOrEqual(LIMIT);
        }
        if (!gone) expect(listened).toBeLessThan(LIMIT);
      }
    },
  );
  fc.assert(property, { seed: 6, numRuns: 2000 });
});

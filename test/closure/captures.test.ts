import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { withCaptures } from "../../src/closure/codec.ts";
import { pretendNoInspector } from "../../src/closure/inspector.ts";
import { Elsewhere } from "./elsewhere.ts";
import { refusalOf } from "./refusal-of.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

const k: number = 1;
const helper = (x: number): number => x + k;

describe.each([
  ["with an inspector", false],
  ["without one", true],
])("stated captures, %s", (_, isAbsent) => {
  beforeEach(() => pretendNoInspector(isAbsent));
  afterEach(() => pretendNoInspector(false));

  it("stand in for variables, and win over those that were read", async () => {
    const job = (x: number) => x * k;
    expect(await there.call(withCaptures(job, { k: 10 }), 3)).toBe(30);
    expect(await there.callWith({ captures: { k: 11 } }, job, 3)).toBe(33);
    expect(job(3)).toBe(3);
  });

  it("may be functions with stated captures of their own", async () => {
    const job = (x: number) => helper(x) + k;
    const stated = withCaptures(job, { k: 5, helper: withCaptures(helper, { k: 100 }) });
    expect(await there.call(stated, 1)).toBe(106);
  });

  it("are taken when they are stated, each function with its own", async () => {
    const captures = { k: 2 };
    const job = () => k;
    const [a, b] = [withCaptures(job, captures), withCaptures(job, { k: 3 })];
    captures.k = 4;
    expect([await there.call(a), await there.call(b)]).toEqual([2, 3]);
  });

  it("can be stated in turns, the later ones first", async () => {
    let other = 0;
    const job = () => [k, ++other];
    const stated = withCaptures(withCaptures(job, { k: 2, other: 7 }), { k: 3 });
    expect(await there.call(stated)).toEqual([3, 8]);
    expect(other).toBe(0);
  });

  it("leave a function that is called here as it is", () => {
    const object = withCaptures(
      function job(this: { y: number }, x: number) {
        return x + this.y + k;
      },
      { k: 5 },
    );
    expect(object.call({ y: 1 }, 1)).toBe(3);
    expect([object.name, object.length]).toEqual(["job", 1]);
  });

  it("may hide a global", async () => {
    const job = () => Math.max(1, 2);
    const stated = withCaptures(job, { Math: { max: () => "mine" } });
    expect(await there.call(stated)).toBe("mine");
  });

  it("work for methods, classes and generators", async () => {
    const { area } = {
      area(r: number) {
        return r * r * k;
      },
    };
    expect(await there.call(withCaptures(area, { k: 3 }), 2)).toBe(12);
    function* upTo(n: number) {
      for (let i = 0; i < n; i++) yield i * k;
    }
    const list = withCaptures((n: number) => [...upTo(n)], { upTo: withCaptures(upTo, { k: 4 }) });
    expect(await there.call(list, 3)).toEqual([0, 4, 8]);
    class Base {
      one = 1;
    }
    class Derived extends Base {
      two = this.one * 2;
    }
    const make = withCaptures(() => ({ ...new Derived() }), { Derived });
    expect(await there.call(make)).toEqual({ one: 1, two: 2 });
  });

  it("stay with the function where it is sent on, and at home it is the one that was sent", async () => {
    const inner = withCaptures(() => k, { k: 9 });
    expect(await there.call((fn: () => number) => fn(), inner)).toBe(9);
    const back = await there.call((fn: () => number) => fn, inner);
    expect(back).toBe(inner);
    expect(await there.call(withCaptures(back, { k: 12 }))).toBe(12);
  });
});

describe("without an inspector", () => {
  beforeEach(() => pretendNoInspector(true));
  afterEach(() => pretendNoInspector(false));

  it("a function that captures nothing needs nothing", async () => {
    expect(await there.call((x: number) => Math.abs(x) + [1, 2].length, -1)).toBe(3);
  });

  it("a function is no freer because its captures were once stated", async () => {
    const job = () => k + 1;
    expect(await there.call(withCaptures(job, { k: 5 }))).toBe(6);
    expect(refusalOf(job)).toContain("task(job, { captures: { k } })");
  });

  it("what is missing is named, with the line to write", () => {
    const other = 2;
    const job = () => [k, other, JSON.stringify(k)];
    expect(refusalOf(job)).toBe(
      "the function 'job' uses 'k', 'other' from around it, and this engine gives no way to read variables of " +
        "a function. State them by hand: task(job, { captures: { k, other } }).",
    );
    expect(refusalOf(job, { captures: { k: 1 } })).toContain("task(job, { captures: { other } })");
    expect(refusalOf(withCaptures(() => helper(1), { helper }))).toBe(
      "the function 'helper' ((anonymous function) > helper) uses 'k' from around it, and this engine gives " +
        "no way to read variables of a function. State them by hand: task(helper, { captures: { k } }).",
    );
  });

  it("a function without name, or with a name that is no variable, is called fn", () => {
    const jobs = { "not a name": () => k };
    expect(refusalOf(jobs["not a name"])).toContain("task(fn, { captures: { k } })");
    expect(
      refusalOf(
        (
          () => () =>
            k
        )(),
      ),
    ).toContain("task(fn, { captures: { k } })");
  });

  it("a class with a static private field says so", () => {
    // biome-ignore lint/complexity/noStaticOnlyClass: statics are what is tested
    class Sealed {
      static #secret = 1;
      static read() {
        return Sealed.#secret;
      }
    }
    const message = refusalOf(withCaptures(() => Sealed.read(), { Sealed }));
    expect(message).toContain("it is a class with the static private field #secret");
    expect(message).toContain("Make the field public, or define the class in a module");
  });
});

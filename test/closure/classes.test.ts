import { EventEmitter } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { Elsewhere } from "./elsewhere.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

const UNIT = 2;

class Shape {
  static count = 0;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
    Shape.count++;
  }
  area(): number {
    return 0;
  }
  describe(): string {
    return `${this.name}: ${this.area()}`;
  }
  get label(): string {
    return `<${this.name}>`;
  }
}

class Square extends Shape {
  static unit(): Square {
    return new Square(UNIT);
  }
  readonly side: number;
  constructor(side: number) {
    super("square");
    this.side = side;
  }
  override area(): number {
    return this.side ** 2 * UNIT;
  }
  override describe(): string {
    return `${super.describe()}!`;
  }
}

class Counter {
  static #made = 10;
  static #next(): number {
    return ++Counter.#made;
  }
  #value = Counter.#next();
  up(): this {
    this.#value++;
    return this;
  }
  get value(): number {
    return this.#value;
  }
  static owns(value: object): boolean {
    return #value in value;
  }
}

class Temperature {
  static [Symbol.for("bodkin.serialize")](each: Temperature): number {
    return each.#degrees;
  }
  static [Symbol.for("bodkin.deserialize")](degrees: number): Temperature {
    return new Temperature(degrees);
  }
  #degrees: number;
  constructor(degrees: number) {
    this.#degrees = degrees;
  }
  get degrees(): number {
    return this.#degrees;
  }
}

describe("classes arrive", () => {
  it("with methods, accessors, inheritance, super and statics", async () => {
    const use = (side: number) => {
      const square = new Square(side);
      const is = [square instanceof Shape, square instanceof Square, Square.unit().side];
      return [square.describe(), square.label, ...is];
    };
    expect(await there.call(use, 3)).toEqual(["square: 18!", "<square>", true, true, UNIT]);
  });

  it("as a value, under their name, once however often they are used", async () => {
    const pair = { a: Square, b: Square };
    const use = (given: typeof pair, known: typeof Square) => [
      given.a === given.b,
      given.a === known,
      given.a.name,
      Object.getPrototypeOf(given.a).name,
    ];
    expect(await there.call(use, pair, Square)).toEqual([true, true, "Square", "Shape"]);
  });

  it("as the same class in every shipment, so that instances keep theirs", async () => {
    const keep = (shape: Shape) => {
      (globalThis as { kept?: Shape }).kept = shape;
    };
    const compare = () => (globalThis as { kept?: Shape }).kept instanceof Square;
    await there.call(keep, new Square(1));
    expect(await there.call(compare)).toBe(true);
  });

  it("with #private members of instances and of the class", async () => {
    const use = () => {
      const [a, b] = [new Counter(), new Counter().up()];
      return [a.value, b.value, Counter.owns(a), Counter.owns({})];
    };
    const [a, b, ...owns] = await there.call(use);
    expect([Number(b) - Number(a), ...owns]).toEqual([2, true, false]);
  });

  it("with static values as they are now, without running their blocks again", async () => {
    let runs = 0;
    // biome-ignore lint/complexity/noStaticOnlyClass: statics are what is tested
    class Registry {
      static names: string[] = [];
      static {
        runs++;
        Registry.names.push("first");
      }
    }
    Registry.names.push("second");
    expect(await there.call(() => Registry.names)).toEqual(["first", "second"]);
    expect(runs).toBe(1);
  });

  it("with computed and symbol keys", async () => {
    class Simple {
      *[Symbol.iterator]() {
        yield 1;
        yield this.tag();
      }
      [Symbol.for("test.tag")]() {
        return 2;
      }
      tag() {
        return (this as unknown as Record<symbol, () => number>)[Symbol.for("test.tag")]?.();
      }
    }
    expect(await there.call(() => [...new Simple()])).toEqual([1, 2]);
  });

  it("that extend null, classes made by functions, and built-in classes", async () => {
    const Mixin = (base: typeof Shape) =>
      class Loud extends base {
        override describe() {
          return super.describe().toUpperCase();
        }
      };
    const LoudShape = Mixin(Shape);
    expect(await there.call(() => new LoudShape("dot").describe())).toBe("DOT: 0");
    class Stack<T> extends Array<T> {
      top(): T | undefined {
        return this.at(-1);
      }
    }
    expect(await there.call(() => Stack.from([1, 2, 3]) instanceof Stack)).toBe(true);
    expect(await there.call(() => new Stack(1, 2, 3).top())).toBe(3);
    class Emitter extends EventEmitter {}
    const emit = () => {
      const seen: number[] = [];
      const emitter = new Emitter().on("x", (value) => seen.push(value));
      emitter.emit("x", 5);
      return seen;
    };
    expect(await there.call(emit)).toEqual([5]);
    class Bare extends (null as unknown as typeof Object) {
      static one = () => 1;
    }
    expect(await there.call(() => Bare.one())).toBe(1);
  });

  it("of the old kind: functions with a prototype", async () => {
    function Old(this: { x: number }, x: number) {
      this.x = x;
    }
    Old.prototype.twice = function (this: { x: number }) {
      return this.x * UNIT;
    };
    function Derived(this: { x: number }, x: number) {
      Old.call(this, x + 1);
    }
    Derived.prototype = Object.create(Old.prototype, {
      constructor: { value: Derived, writable: true, configurable: true },
    });
    const use = () => {
      const made = new (Derived as unknown as new (x: number) => { twice(): number })(4);
      return [made.twice(), made instanceof (Old as never)];
    };
    expect(await there.call(use)).toEqual([10, true]);
  });
});

describe("instances arrive", () => {
  it("with their class, and come home as instances of the original", async () => {
    const back = await there.call((shape: Square) => {
      return { same: shape, area: shape.area(), fresh: new Square(1) };
    }, new Square(2));
    expect(back.area).toBe(8);
    expect(back.same).toBeInstanceOf(Square);
    expect(back.fresh).toBeInstanceOf(Square);
    expect(back.same).toStrictEqual(new Square(2));
  });

  it("by the hooks of their class where they hold #private state", async () => {
    const back = await there.call(
      (given: Temperature) => [given.degrees, new Temperature(given.degrees + 1)] as const,
      new Temperature(20),
    );
    expect(back[0]).toBe(20);
    expect(back[1]).toBeInstanceOf(Temperature);
    expect(back[1].degrees).toBe(21);
  });

  it("of subclasses of built-in classes, with what they hold", async () => {
    class Tally extends Map<string, number> {
      total(): number {
        return [...this.values()].reduce((a, b) => a + b, 0);
      }
    }
    class Failure extends RangeError {
      readonly detail = { at: 3 };
      override name = "Failure";
    }
    const tally = new Tally([["a", 1]]).set("b", 2) as Tally;
    expect(await there.call((given: Tally) => given.total(), tally)).toBe(3);
    const failure = await there.echo(new Failure("too far"));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ name: "Failure", message: "too far", detail: { at: 3 } });
  });
});

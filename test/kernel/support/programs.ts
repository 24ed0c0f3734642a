/**
 * Random kernels, as source text made from a list of numbers. They keep to what is exact: integers stay 32-bit by
 * `| 0` as JavaScript itself keeps them, floats are eighths of small size. So the plain function, JavaScript,
 * WebAssembly and WGSL must agree to the bit.
 */

/** Reads choices off a list of numbers; when it is used up, every choice is the first, which is simple. */
class Tape {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(n: number): number {
    return (this.#numbers[this.#at++] ?? 0) % n;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#numbers.length;
  }
}

/** `(O, P, A, B) => …` over an i32 and an f32 array to write, and one of each to read. */
export function programFrom(numbers: readonly number[]): string {
  return new Program(new Tape(numbers)).text();
}

class Program {
  readonly #tape: Tape;
  readonly #ints = ["x", "y"];
  readonly #counters: string[] = [];
  #loops = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  text(): string {
    const body = this.#statements(3, 6);
    return [
      "(O, P, A, B) => {",
      "  const i = globalIndex();",
      "  let x = A[i], y = i, f = B[i], g = 0, ok = A[i] > 3;",
      "  const t = new Int32Array(4);",
      "  const mix = (a, b) => { if (a > b) return (a - b) | 0; return a ^ b; };",
      body,
      "  O[i] = (x ^ (y << 3) ^ (ok ? 64 : 0)) + t[1] | 0;",
      "  P[i] = f + g;",
      "}",
    ].join("\n");
  }

  // --- Statements --------------------------------------------------------------------------------

  #statements(depth: number, most: number): string {
    const count = 1 + this.#tape.below(most);
    const list: string[] = [];
    for (let k = 0; k < count && !(k > 0 && this.#tape.isEmpty); k++)
      list.push(this.#statement(depth));
    return list.join("\n");
  }

  #block(depth: number): string {
    return `{ ${this.#statements(depth - 1, 3)} }`;
  }

  #statement(depth: number): string {
    const tape = this.#tape;
    const isLeaf = depth <= 0;
    switch (tape.below(isLeaf ? 7 : 12)) {
      case 0:
        return `${tape.pick(this.#ints)} = ${this.#int(3)};`;
      case 1:
        return `${tape.pick(["f", "g"])} = small(${this.#float(2)});`;
      case 2:
        return `ok = ${this.#bool(2)};`;
      case 3:
        return `${tape.pick(this.#ints)} ${tape.pick(["^=", "&=", "|=", "<<=", ">>="])} ${this.#int(2)};`;
      case 4:
        return `t[${this.#int(1)} & 3] = ${this.#int(2)};`;
      case 5:
        return `x = (${tape.pick(["y++", "++y", "y--", "--y"])} | 0) + ${this.#int(1)} | 0; y |= 0;`;
      case 6:
        return this.#jump();
      case 7:
      case 8:
        return `if (${this.#bool(2)}) ${this.#block(depth)}${tape.below(2) ? ` else ${this.#block(depth)}` : ""}`;
      case 9:
        return this.#loop(depth);
      case 10:
        return this.#switch(depth);
      default:
        return `O[i] = ${this.#int(2)}; x = (x + O[i]) | 0;`;
    }
  }

  #jump(): string {
    if (this.#loops === 0) return "t[0] = (t[0] + 1) | 0;";
    const target = this.#tape.below(2) ? ` L${1 + this.#tape.below(this.#loops)}` : "";
    return `if (${this.#bool(1)}) ${this.#tape.pick(["break", "continue"])}${target};`;
  }

  #loop(depth: number): string {
    const number = ++this.#loops;
    const counter = `k${number}`;
    const turns = 1 + this.#tape.below(4);
    this.#counters.push(counter);
    const body = this.#block(depth);
    this.#counters.pop();
    this.#loops--;
    switch (this.#tape.below(3)) {
      case 0:
        return `L${number}: for (let ${counter} = 0; ${counter} < ${turns}; ${counter}++) ${body}`;
      case 1:
        return `{ let ${counter} = ${turns}; L${number}: while (${counter}-- > 0) ${body} }`;
      default:
        return `{ let ${counter} = 0; L${number}: do ${body} while (++${counter} < ${turns}); }`;
    }
  }

  #switch(depth: number): string {
    const cases = [0, 1, 2].map((value) => {
      const end = this.#tape.below(3) ? " break;" : "";
      return `case ${value}: { ${this.#statements(depth - 2, 2)} }${end}`;
    });
    const other = this.#tape.below(2) ? ` default: { ${this.#statements(depth - 2, 2)} }` : "";
    return `switch (${this.#int(1)} & 3) { ${cases.join(" ")}${other} }`;
  }

  // --- Expressions -------------------------------------------------------------------------------

  #int(depth: number): string {
    const tape = this.#tape;
    if (depth <= 0) {
      const leaf = tape.below(6);
      if (leaf === 0) return tape.pick([...this.#ints, ...this.#counters]);
      if (leaf === 1)
        return `A[${tape.pick(["i", "y", "i + 1", "(x & 15)"])}]`.replace(/^(.*)$/, "($1 | 0)");
      if (leaf === 2) return `t[${tape.below(4)}]`;
      if (leaf === 3) return tape.pick(["i", "-7", "1000003", "-2147483648", "2147483647"]);
      return String(tape.below(20));
    }
    const a = (): string => this.#int(depth - 1);
    switch (tape.below(14)) {
      case 0:
        return `((${a()} + ${a()}) | 0)`;
      case 1:
        return `((${a()} - ${a()}) | 0)`;
      case 2:
        return `Math.imul(${a()}, ${a()})`;
      case 3:
        return `((${a()} / ${a()}) | 0)`;
      case 4:
        return `((${a()} % ${a()}) | 0)`;
      case 5:
        return `(${a()} ${tape.pick(["&", "|", "^"])} ${a()})`;
      case 6:
        return `(${a()} ${tape.pick(["<<", ">>"])} ${a()})`;
      case 7:
        return `((${a()} >>> ${tape.below(33)}) | 0)`;
      case 8:
        return `(${this.#bool(depth - 1)} ? ${a()} : ${a()})`;
      case 9:
        return `Math.${tape.pick(["min", "max"])}(${a()}, ${a()})`;
      case 10:
        return `(${this.#float(1)} | 0)`;
      case 11:
        return `mix(${a()}, ${a()})`;
      case 12:
        return `(~${a()})`;
      default:
        return `(Math.clz32(${a()}) + (${this.#bool(depth - 1)} ? 1 : 0))`;
    }
  }

  #float(depth: number): string {
    const tape = this.#tape;
    const leaf = (): string =>
      tape.pick(["f", "g", "0.5", "-1.25", "3", "B[i]", "((x & 15) / 4)", "small(B[(y & 31)])"]);
    if (depth <= 0) return leaf();
    const a = (): string => this.#float(depth - 1);
    switch (tape.below(8)) {
      case 0:
        return `(${a()} + ${a()})`;
      case 1:
        return `(${a()} - ${a()})`;
      case 2:
        return `(${leaf()} * ${leaf()})`;
      case 3:
        return `Math.${tape.pick(["min", "max"])}(${a()}, ${a()})`;
      case 4:
        return `Math.${tape.pick(["floor", "ceil", "trunc", "round", "abs", "sign"])}(${a()})`;
      case 5:
        return `(${this.#bool(depth - 1)} ? ${a()} : ${a()})`;
      case 6:
        return `(-(${leaf()}))`;
      default:
        return leaf();
    }
  }

  #bool(depth: number): string {
    const tape = this.#tape;
    const comparison = tape.pick(["<", "<=", ">", ">=", "===", "!=="]);
    if (depth <= 0)
      return tape.pick(["ok", `(x ${comparison} y)`, `(f ${comparison} g)`, "(i & 1) === 0"]);
    const b = (): string => this.#bool(depth - 1);
    switch (tape.below(6)) {
      case 0:
        return `(${this.#int(depth - 1)} ${comparison} ${this.#int(depth - 1)})`;
      case 1:
        return `(${this.#float(depth - 1)} ${comparison} ${this.#float(depth - 1)})`;
      case 2:
        return `(${b()} && ${b()})`;
      case 3:
        return `(${b()} || ${b()})`;
      case 4:
        return `!(${b()})`;
      default:
        return "ok";
    }
  }
}

/** Eighths from -32 to 32. Programs call it. */
export const small = (x: number): number => Math.floor(Math.min(32, Math.max(-32, x)) * 8) / 8;

import { describe, expect, it } from "vitest";
import { factsOf } from "../../src/closure/function-facts.ts";

const freeOf = (text: string): string[] => [...factsOf(text).free.keys()].sort();

describe("the names that a text leaves open", () => {
  it.each([
    ["none", "(a, { b, c: [d] }, ...e) => a + b + d + e.length", []],
    ["defaults of parameters", "(a = k, { b = l } = m) => a + b", ["k", "l", "m"]],
    ["computed keys of patterns", "({ [k]: a }) => a", ["k"]],
    ["names of properties are none", "(x) => ({ k: x.k, l() { return x.l } })", []],
    ["shorthand properties", "() => ({ k, l: 1 })", ["k"]],
    ["labels are none", "() => { k: for (;;) break k }", []],
    ["its own name", "function k() { return k }", []],
    ["its own name, hidden", "function k() { { let k = 1; return k } }", []],
    ["var from an inner block", "() => { if (1) { var k = 1 } return k }", []],
    ["let from an inner block", "() => { { let k = 1 } return k }", ["k"]],
    ["a function declared below", "() => { return k(); function k() {} }", []],
    ["a class declared below", "() => { class k {} return k }", []],
    [
      "what a loop declares",
      "() => { for (const k of l) k; for (let i = 0; ; i++) i; k }",
      ["k", "l"],
    ],
    ["what a loop assigns", "() => { for (k of l); for (m in l); }", ["k", "l", "m"]],
    ["catch", "() => { try { k } catch ({ l = m }) { l } }", ["k", "m"]],
    ["a switch has one scope", "(x) => { switch (x) { case k: let l; default: l } }", ["k"]],
    ["assignments of patterns", "() => { [k, { l, m: n = o }] = p }", ["k", "l", "n", "o", "p"]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    ["template literals and tags", "() => k`${l}`", ["k", "l"]],
    ["optional chains", "() => k?.l?.[m]", ["k", "m"]],
    ["arguments", "function f() { return arguments }", []],
    ["a generator method", "*m() { yield* k }", ["k"]],
    ["an async method", "async m() { await k }", ["k"]],
    ["a getter", "get m() { return k }", ["k"]],
    ["a class", "class A extends B { x = k; static y = l; #z = A; m(n) { return n } }", ["k"]],
    ["using", "() => { using k = l; return k }", ["l"]],
    ["a parameter hides in the body only", "(k, l = () => k) => { var m = k; return l }", []],
  ])("%s", (_, text, names) => {
    expect(freeOf(text)).toEqual(names);
  });

  it("members are known where nothing but members is used", () => {
    const { free } = factsOf("() => k.a + k.b() + (0, k.c)(1)");
    expect([...(free.get("k")?.members ?? [])]).toEqual(["a", "b", "c"]);
    expect(factsOf("() => [k.a, k]").free.get("k")?.members).toBeUndefined();
    expect(factsOf("() => k[a]").free.get("k")?.members).toBeUndefined();
  });

  it.each([
    "k = 1",
    "k++",
    "k += 1",
    "[k] = []",
    "({ k } = {})",
    "for (k of [])",
    "delete k.x || (k ??= 1)",
  ])("%s assigns", (code) => {
    const statement = code.startsWith("for") ? `${code};` : `(${code});`;
    expect(factsOf(`() => { ${statement} }`).free.get("k")?.assigned).toBe(true);
  });

  it("writing to a property assigns nothing", () => {
    const { free } = factsOf("() => { k.x = 1; k.list.push(2); delete k.y }");
    expect(free.get("k")?.assigned).toBe(false);
  });

  it("a name that only stands under typeof may be missing", () => {
    expect(factsOf("() => typeof k").free.get("k")?.mayBeMissing).toBe(true);
    expect(factsOf("() => k").free.get("k")?.mayBeMissing).toBe(false);
  });
});

describe("what a text says of itself", () => {
  it.each([
    ["() => 1", "arrow"],
    ["function () {}", "function"],
    ["async function* f() {}", "function"],
    ["class {}", "class"],
    ["m() {}", "method"],
    ["async *[k]() {}", "method"],
    ["'a b'() {}", "method"],
    ["get m() { return 1 }", "getter"],
    ["set m(v) {}", "setter"],
    ["get() {}", "method"],
    ["async() {}", "method"],
  ])("%s is a %s", (text, form) => {
    expect(factsOf(text).form).toBe(form);
  });

  it.each([
    ["this of an arrow", "() => this.x"],
    ["arguments of an arrow", "() => arguments[0]"],
    ["super in a method of an object", "m() { super.m() }"],
    ["import.meta", "() => import.meta.url"],
    ["a private name of another class", "m() { return this.#x }"],
  ])("%s belongs to its place", (_, text) => {
    expect(factsOf(text).bound).toBeDefined();
  });

  it.each([
    ["this of a function", "function () { return () => this }"],
    ["this of a field", "class { x = () => this }"],
    ["super in a class", "class A extends B { m() { super.m() } constructor() { super() } }"],
    ["super in a literal inside", "() => ({ m() { super.m() } })"],
    ["new.target", "function f() { return new.target }"],
    ["a private name of its own", "class { #x = 1; m(o) { return #x in o && o.#x } }"],
  ])("%s does not", (_, text) => {
    expect(factsOf(text).bound).toBeUndefined();
  });

  it("text that is no function is a syntax error", () => {
    for (const text of ["", "1", "x => ", "{}", "() => 1; () => 2", "(1, () => 2)"]) {
      expect(() => factsOf(text)).toThrow(SyntaxError);
    }
  });
});

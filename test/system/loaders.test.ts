/** Functions reach threads and processes however the program that wrote them was loaded. */

import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { addWorkers, type Cluster, scope, spawnWith, start } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cases } from "../closure/fixtures/project/cases.ts";
import { FIXTURES, Project } from "./project.ts";

/** What the fixture's main script says when all went well; it says it once, since it runs once. */
async function expectAllToRun(project: Project, ...args: readonly string[]): Promise<void> {
  const { stdout } = await project.node(...args);
  expect(JSON.parse(stdout)).toEqual({ ran: 2 * (cases.length + 1), failures: [] });
}

describe("every kind of function runs as a task, on a thread and in another process", () => {
  it("of plain JavaScript", async () => {
    using project = new Project("module");
    for (const file of readdirSync(FIXTURES)) {
      const text = stripTypeScriptTypes(readFileSync(join(FIXTURES, file), "utf8"));
      project.write(
        file.replace(".ts", ".js"),
        text.replaceAll(/(from|import\()( ?)"(.*)\.ts"/g, '$1$2"$3.js"'),
      );
    }
    await expectAllToRun(project, "main.js");
  });

  it.each([
    ["Node in a package of modules", "module", []],
    [
      "Node in a package that does not say",
      undefined,
      ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"],
    ],
    ["tsx in a package of modules", "module", ["--import", "tsx"]],
  ])("of TypeScript run by %s", async (_, type, flags) => {
    using project = new Project(type);
    project.copyFixtures();
    await expectAllToRun(project, ...flags, "main.ts");
  });

  it("of TypeScript that tsx makes CommonJS of, in a package that does not say", async () => {
    using project = new Project();
    project.copyFixtures();
    const late = readFileSync(join(FIXTURES, "late.ts"), "utf8");
    project.write("late.ts", late.replace("await Promise.resolve({ value: 5 })", "{ value: 5 }"));
    await expectAllToRun(project, "--import", "tsx", "main.ts");
  });
});

describe("every kind of function runs as a task under vitest", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
    await addWorkers(1, { threads: 1 });
  });
  afterAll(() => cluster.close());

  it.each(cases)("$name", async ({ fn, args }) => {
    const expected = await fn(...(args as never[]));
    for (const worker of [1, 2]) {
      const task = spawnWith({ scope: scope({ worker }) }, fn as never, ...args);
      expect(await task.fetch()).toStrictEqual(expected);
    }
  });
});

it("what only a loader of the program understands is loaded by it in every thread", async () => {
  using project = new Project("module");
  project.write(
    "shapes.ts",
    `export enum Color { Red = 3, Green }
     export class Point {
       constructor(readonly x: number, private y: number) {}
       sum() { return this.x + this.y + Color.Green; }
     }`,
  );
  project.write(
    "main.ts",
    `import { addWorkers, scope, spawnWith, start } from "bodkin";
     import { Color, Point } from "./shapes.ts";
     enum Own { A = 5 }
     await start({ threads: 1 });
     await addWorkers(1, { threads: 1 });
     const job = (x: number) => [Color.Red, Color[4], new Point(x, 2).sum(), Own.A];
     for (const worker of [1, 2])
       console.log(JSON.stringify(await spawnWith({ scope: scope({ worker }) }, job, 1).fetch()));`,
  );
  const { stdout } = await project.node("--import", "tsx", "main.ts");
  expect(stdout).toBe('[3,"Green",7,5]\n[3,"Green",7,5]\n');
});

it("functions of CommonJS modules travel, and what they require by name", async () => {
  using project = new Project("commonjs");
  project.write(
    "library.js",
    `let count = 0;
     exports.up = () => ++count;
     exports.half = function half(x) { return x / 2; };`,
  );
  project.write(
    "main.js",
    `const { spawn, start } = require("bodkin");
     const library = require("./library.js");
     const { half: h, up } = require("./library.js");
     const { join } = require("node:path");
     const FACTOR = 12;
     function scaled(x) { return h(x) * FACTOR; }
     async function main() {
       await start({ threads: 1 });
       const job = (x) => [scaled(x), library.half(x), up(), library.up(), join("a", "b")];
       const later = async () => (await import("acorn")).parse("1", { ecmaVersion: 2024 }).type;
       const here = () => spawn(() => require("./library.js").half(4));
       let refused = "";
       try { here(); } catch (error) { refused = error.code; }
       const seen = [await spawn(job, 1).fetch(), up(), await spawn(later).fetch(), refused];
       console.log(JSON.stringify(seen));
     }
     main();`,
  );
  const { stdout } = await project.node("main.js");
  expect(JSON.parse(stdout)).toEqual([[6, 0.5, 1, 2, "a/b"], 1, "Program", "UNSHIPPABLE"]);
});

describe("where the permission model forbids the inspector", () => {
  const PROGRAM = `import { spawn, start, task } from "bodkin";
    await start({ threads: 1 });
    const k = 5;
    const job = (x) => x + k;
    const seen = [
      await spawn((x) => x + 1, 1).fetch(),
      await spawn(task(job, { captures: { k } }), 1).fetch(),
    ];
    try {
      seen.push(await spawn(job, 1).fetch());
    } catch (error) {
      seen.push(error.code, error.message);
    }
    console.log(JSON.stringify(seen));`;
  const FLAGS = ["--permission", "--allow-fs-read=*", "--allow-worker"];

  it("stated captures do, and what is missing is named with both remedies", async () => {
    using project = new Project("module");
    project.write("main.js", PROGRAM);
    const { stdout } = await project.node(...FLAGS, "main.js");
    expect(JSON.parse(stdout)).toEqual([
      2,
      6,
      "UNSHIPPABLE",
      "the function 'job' uses 'k' from around it, and the permission model (--permission) lets nobody read " +
        "variables of a function. Start with --allow-inspector, or state them by hand: " +
        "task(job, { captures: { k } }).",
    ]);
  });

  it("--allow-inspector lets functions be read again", async () => {
    using project = new Project("module");
    project.write("main.js", PROGRAM);
    const { stdout } = await project.node(...FLAGS, "--allow-inspector", "main.js");
    expect(JSON.parse(stdout)).toEqual([2, 6, 6]);
  });
});

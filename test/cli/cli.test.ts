import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faultsOf } from "../trace/perfetto.ts";
import { call, folderWith } from "./inside.ts";

const SQUARES = `import { fetchAll, spawn, start, threadid, workers } from "bodkin";
const square = (n: number): number => n * n;
const add = (...xs: number[]): number => xs.reduce((a, b) => a + b, 0);
const squares = [1, 2, 3].map((n) => spawn(square, n));
console.log(await spawn(add, ...squares).fetch(), workers().length, process.argv.slice(2).join());
`;

describe("bodkin", () => {
  it.each([[[]], [["help"]], [["--help"]]])("%j says which commands there are", async (words) => {
    const { code, stdout, stderr } = await call(words).ended;
    expect(stdout).toContain("bodkin run SCRIPT");
    expect(stdout).toContain("bodkin doctor");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("--version is that of the package", async () => {
    const { version } = JSON.parse(
      readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
    );
    expect((await call(["--version"]).ended).stdout).toBe(`${version}\n`);
  });

  it.each([
    [["runn"], "there is no command 'runn' (did you mean 'run'?). See bodkin --help"],
    [["main.ts"], "there is no command 'main.ts': bodkin run main.ts runs it"],
    [["run"], "name the script to run. See bodkin run --help"],
    [["run", "none.ts"], "there is no file none.ts"],
    [["run", "a.ts", "b", "c"], "arguments of the script stand behind --: a.ts -- b c"],
    [["run", "--thread", "2", "a.ts"], "there is no --thread (did you mean --threads?)"],
    [["run", "a.ts", "--port=80"], "there is no --port; what is for the script stands behind --"],
    [["run", "a.ts", "--threads"], "--threads needs a value: --threads N"],
    [["run", "a.ts", "--progress=no"], "--progress takes no value"],
    [["graph", "a.ts", "--out", "graph.png"], "--out graph.png must end in .dot, .gv, .mmd, .svg"],
    [["trace", "show", "x"], "say: bodkin trace view FILE"],
    [["trace", "view", "none.json"], "cannot read none.json: ENOENT"],
  ])("%j is refused, saying what to do", async (words, message) => {
    const { code, stdout, stderr } = await call(words).ended;
    expect(stderr).toContain(`bodkin: ${message}`);
    expect(stderr).not.toContain("    at ");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("says how a command is used", async () => {
    const { code, stdout } = await call(["run", "--help"]).ended;
    expect(stdout).toMatch(/--threads N .*one a core/);
    expect(code).toBe(0);
  });
});

describe("bodkin run", () => {
  it("runs a script with its arguments and our settings, and prints one line of its own", async () => {
    const cwd = folderWith({ "main.ts": SQUARES });
    const words = ["run", "main.ts", "--threads", "1", "--workers=1", "--", "--size", "9"];
    const { code, stdout, stderr } = await call(words, { cwd }).ended;
    expect(stdout).toBe("14 2 --size,9\n");
    expect(stderr).toMatch(/^bodkin \S+, Node \S+: 1 threads each on 2 workers\n$/);
    expect(code).toBe(0);
  });

  it("the script is the main module; its exit code and its error are those of the command", async () => {
    const cwd = folderWith({
      "exits.ts":
        "console.log(import.meta.main, process.argv[1]?.endsWith('exits.ts')); process.exitCode = 7;",
      "throws.ts": "throw new RangeError('the script is wrong');",
      "common.cjs": "console.log(require.main === module);",
    });
    expect(await call(["run", "-q", "exits.ts"], { cwd }).ended).toEqual({
      code: 7,
      stdout: "true true\n",
      stderr: "",
    });
    const thrown = await call(["run", "throws.ts"], { cwd }).ended;
    expect(thrown.code).toBe(1);
    expect(thrown.stderr).toContain("RangeError: the script is wrong");
    expect((await call(["run", "-q", "common.cjs"], { cwd }).ended).stdout).toBe("true\n");
  });

  it("a setting that makes no sense is refused by the library, by name", async () => {
    const cwd = folderWith({ "main.ts": SQUARES });
    const { code, stderr } = await call(["run", "main.ts", "--threads", "many"], { cwd }).ended;
    expect(stderr).toContain("BODKIN_THREADS must be a whole number from 1 to 254, not many");
    expect(code).toBe(1);
  });

  it("--trace writes what ran, which bodkin trace view sums up", async () => {
    const cwd = folderWith({ "main.ts": SQUARES });
    await call(["run", "main.ts", "--trace", "out.json"], { cwd }).ended;
    expect(faultsOf(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8")))).toEqual([]);
    const { code, stdout } = await call(["trace", "view", "out.json"], { cwd }).ended;
    expect(stdout).toMatch(/│ square +┆ +3 ┆/);
    expect(stdout).toMatch(/4 runs in .* on \d threads/);
    expect(code).toBe(0);
    const { tasks } = JSON.parse(
      (await call(["trace", "view", "out.json", "--json"], { cwd }).ended).stdout,
    );
    expect(tasks.map(({ name, count }: { name: string; count: number }) => [name, count])).toEqual(
      expect.arrayContaining([
        ["square", 3],
        ["add", 1],
      ]),
    );
    const other = folderWith({ "other.json": "[]" });
    expect((await call(["trace", "view", "other.json"], { cwd: other }).ended).stderr).toContain(
      "other.json is no recording of this library",
    );
  });
});

describe("bodkin graph", () => {
  it.each([
    ["graph.dot", /^digraph.*->/s],
    ["tasks.mmd", /^(graph|flowchart).*-->/s],
    ["ran.svg", /^<svg.*<\/svg>/s],
  ])("writes %s", async (out, text) => {
    const cwd = folderWith({ "main.ts": SQUARES });
    const { code, stderr } = await call(["graph", "main.ts", "-o", out], { cwd }).ended;
    expect(readFileSync(join(cwd, out), "utf8")).toMatch(text);
    expect(stderr).toContain(`the graph is in ${out}`);
    expect(code).toBe(0);
  });
});

describe("bodkin doctor", () => {
  it("says what is here and how to get what is not", async () => {
    const { code, stdout } = await call(["doctor", "--json"], {
      env: { BODKIN_WEBGPU: "no-such-module", BODKIN_MPI: "libnone.so", BODKIN_BLAS: "none" },
    }).ended;
    const findings: { name: string; state: string; detail: string; remedy?: string }[] =
      JSON.parse(stdout);
    const of = (name: string) => findings.find((finding) => finding.name === name);
    expect(of("Node")).toMatchObject({ state: "ok", detail: process.versions.node });
    for (const name of ["threads", "shared memory", "SIMD", "memory64", "koffi", "webgpu"]) {
      expect(of(name)).toMatchObject({ state: "ok" });
    }
    expect(of("SIMD")?.detail).toContain("128 bits");
    for (const name of ["GPU", "MPI", "BLAS"]) {
      expect(of(name)).toMatchObject({
        state: "missing",
        remedy: expect.stringMatching(/install/),
      });
    }
    expect(code).toBe(0);
  });

  it("prints a line for each, and a way to get it below", async () => {
    const { stdout } = await call(["doctor"], { env: { BODKIN_MPI: "libnone.so" } }).ended;
    expect(stdout).toMatch(/^✓ Node +\d/);
    expect(stdout).toMatch(/– MPI +no library is found\n +→ apt-get install openmpi-bin/);
  });
});

describe("bodkin repl", () => {
  it("has the library, TypeScript, and await at the top", async () => {
    const input =
      "const n: number = 20 + 1;\nawait spawn((k: number): number => k * 2, n).fetch()\n.exit\n";
    const { code, stdout, stderr } = await call(["repl"], { input }).ended;
    expect(stdout).toContain("42");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("bodkin bench", () => {
  it("measures tasks, memory and products", async () => {
    const { code, stdout } = await call(["bench", "--json"]).ended;
    const figures: { what: string; value: string }[] = JSON.parse(stdout);
    expect(figures.map(({ value }) => value)).toEqual([
      expect.stringMatching(/^[\d.]+ [µn]s$/),
      expect.stringMatching(/^[\d.]+ GB\/s$/),
      expect.stringMatching(/^[\d.]+ GFLOP\/s$/),
    ]);
    expect(code).toBe(0);
  });
});

it("the command that the package names is there", () => {
  expect(existsSync(new URL("../../dist/cli/main.js", import.meta.url))).toBe(true);
});

describe("the guide", () => {
  const guide = readFileSync(new URL("../../docs/guides/command-line.md", import.meta.url), "utf8");

  it("has every flag of run with its variable, and no other", async () => {
    const rows = guide.matchAll(/^\| `--([a-z-]+)(?: [A-Z]+)?` \| `(BODKIN_[A-Z_]+)/gm);
    const { stdout } = await call(["run", "--help"]).ended;
    const flags = [...stdout.matchAll(/--([a-z-]+)/g)].map(([, name]) => name);
    const told = [...rows].map(([, name]) => name);
    expect([...told, "quiet", "help"].sort()).toEqual([...new Set(flags)].sort());
  });

  it("names commands that there are, and all of them", async () => {
    const { stdout } = await call([]).ended;
    const known = [...stdout.matchAll(/^ {2}bodkin (\w+)/gm)].map(([, name]) => name);
    const named = [...guide.matchAll(/npx bodkin ([a-z]+)/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(known.sort());
  });
});

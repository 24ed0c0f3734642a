import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unfolded } from "../../../dashboard/unfold.ts";
import { EVENT_FLOATS, EVENT_KIND } from "../../../src/events/layout.ts";
import { TraceStore } from "../../../src/trace/store.ts";
import { foldedGraph } from "../../../src/trace/task-graph.ts";

const NAMES = ["load", "clean", "join"];
const idOf = (serial: number): number => 2 ** 40 + serial + 1;

interface Drawn {
  /** The name of each task. */
  readonly tasks: readonly number[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

const drawn = fc
  .array(fc.nat(2), { minLength: 1, maxLength: 150 })
  .chain((tasks) =>
    fc
      .array(fc.tuple(fc.nat(tasks.length - 1), fc.nat(tasks.length - 1)), { maxLength: 200 })
      .map((pairs): Drawn => ({ tasks, edges: pairs.filter(([from, to]) => from < to) })),
  );

function storeOf({ tasks, edges }: Drawn): TraceStore {
  const rows = [
    ...tasks.map((name, i) => [0, 0, idOf(i), 0, EVENT_KIND.spawned + 256 * name]),
    ...edges.map(([from, to]) => [0, 0, idOf(to), idOf(from), EVENT_KIND.edge]),
    ...tasks.map((name, i) => [i, i + 1, idOf(i), 8, EVENT_KIND.run + 256 * name]),
  ];
  const events = new Float64Array(rows.length * EVENT_FLOATS);
  rows.forEach((row, i) => void events.set(row, i * EVENT_FLOATS));
  const store = new TraceStore(0);
  store.listener()(1, {
    threads: [{ slot: 1, events, names: NAMES, log: [] }],
    memory: { bytes: 0, bound: 0, disk: 0 },
    traffic: { sent: 0, received: 0 },
    queue: { ready: 0, stolen: 0 },
  });
  return store;
}

describe("a graph by name", () => {
  it("unfolds into tasks and keeps the count of all dependencies", () => {
    fc.assert(
      fc.property(drawn, fc.subarray(NAMES), (graph, names) => {
        const folded = foldedGraph(storeOf(graph));
        const open = new Set(
          folded.nodes.filter(({ label }) => names.some((name) => label.startsWith(name))),
        );
        const shown = unfolded(folded, new Set([...open].map(({ key }) => key)));
        const keys = shown.nodes.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        const total = shown.edges.reduce((sum, { count }) => sum + count, 0);
        expect(total).toBe(graph.edges.length);
        for (const { from, to } of shown.edges) {
          expect(keys).toContain(from);
          expect(keys).toContain(to);
        }
        for (const node of folded.nodes) {
          const own = shown.nodes.filter(({ of }) => of === node.key);
          const most = Math.min(node.size, 50) + (node.size > 50 ? 1 : 0);
          expect(own.length).toBe(open.has(node) ? most : 1);
        }
      }),
      { seed: 3 },
    );
  });

  it("shows single tasks with the edges they have", () => {
    const folded = foldedGraph(
      storeOf({ tasks: [0, 0, 1, 2], edges: [[0, 2], [1, 2], [2, 3]] }), // biome-ignore format: a graph
    );
    const [load] = folded.nodes;
    const { nodes, edges } = unfolded(folded, new Set([load?.key as string]));
    expect(nodes.map(({ label }) => label.split("\n")[0])).toEqual([
      "load",
      "load",
      "clean",
      "join",
    ]);
    const [a, b, clean, join] = nodes.map(({ key }) => key);
    expect(edges).toEqual([
      { from: a, to: clean, count: 1 },
      { from: b, to: clean, count: 1 },
      { from: clean, to: join, count: 1 },
    ]);
  });
});

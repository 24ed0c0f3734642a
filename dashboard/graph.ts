/** The panel with the graph of tasks: a node a name, which unfolds into its tasks. */

import type { FoldedGraph } from "../src/trace/task-graph.ts";
import { empty, fill, svg } from "./elements.ts";
import { countText } from "./texts.ts";
import { type ShownGraph, type ShownNode, unfolded } from "./unfold.ts";

const NODE = { width: 190, height: 42, right: 70, below: 16 } as const;

/** Names that are shown task by task. */
const open = new Set<string>();

/** Nodes in columns, each to the right of all that it needs. */
export function showGraph(graph: FoldedGraph): void {
  const { nodes, edges } = unfolded(graph, open);
  if (nodes.length === 0) {
    fill("graph", empty("no task was spawned yet"));
    return;
  }
  const columns = columnsOf(nodes, edges);
  const places = new Map<string, readonly [x: number, y: number]>();
  columns.forEach((column, i) => {
    column.forEach(({ key }, j) => {
      places.set(key, [4 + i * (NODE.width + NODE.right), 4 + j * (NODE.height + NODE.below)]);
    });
  });
  const width = columns.length * (NODE.width + NODE.right) - NODE.right + 8;
  const height = Math.max(...columns.map(({ length }) => length)) * (NODE.height + NODE.below);
  fill(
    "graph",
    svg(
      "svg",
      { width: String(width), height: String(height), viewBox: `0 0 ${width} ${height}` },
      ...edges
        .filter(({ from, to }) => from !== to)
        .map(({ from, to, count }) => {
          const [x1, y1] = places.get(from) as readonly [number, number];
          const [x2, y2] = places.get(to) as readonly [number, number];
          const [a, b] = [x1 + NODE.width, y1 + NODE.height / 2];
          const [c, d] = [x2, y2 + NODE.height / 2];
          const bend = Math.max(30, Math.abs(c - a) / 2);
          const curve = `M${a} ${b}C${a + bend} ${b} ${c - bend} ${d} ${c} ${d}`;
          const weight = String(Math.min(6, 1 + Math.log10(count)));
          const told = svg("title", {}, `${countText(count)} dependencies`);
          return svg("path", { d: curve, "stroke-width": weight }, told);
        }),
      ...nodes.map(({ key, of, label, state }) => {
        const [x, y] = places.get(key) as readonly [number, number];
        const [name = "", ...more] = label.split("\n");
        const toggle = (): void => {
          if (!open.delete(of)) open.add(of);
          showGraph(graph);
        };
        const told = open.has(of) ? "click: as one" : "click: task by task";
        const node = svg(
          "g",
          { tabindex: "0", role: "button", "data-key": key },
          svg("title", {}, `${label}\n${told}`),
          svg("rect", {
            x: String(x),
            y: String(y),
            width: String(NODE.width),
            height: String(NODE.height),
            rx: "8",
            class: state,
          }),
          svg("text", { x: String(x + 10), y: String(y + 17) }, cut(name)),
          svg(
            "text",
            { x: String(x + 10), y: String(y + 33), class: "quiet" },
            cut(more.join(" ")),
          ),
        );
        node.addEventListener("click", toggle);
        node.addEventListener("keydown", (event) => {
          if (event.key === "Enter") toggle();
        });
        return node;
      }),
    ),
  );
}

const cut = (text: string): string => (text.length > 25 ? `${text.slice(0, 24)}…` : text);

function columnsOf(
  nodes: readonly ShownNode[],
  edges: ShownGraph["edges"],
): readonly (readonly ShownNode[])[] {
  const depth = new Map(nodes.map(({ key }) => [key, 0]));
  // Names may need each other: no path is longer than there are nodes.
  for (let round = 0; round < nodes.length; round++) {
    let changed = false;
    for (const { from, to } of edges) {
      const least = (depth.get(from) as number) + 1;
      if (from === to || (depth.get(to) as number) >= least || least >= nodes.length) continue;
      depth.set(to, least);
      changed = true;
    }
    if (!changed) break;
  }
  const columns: ShownNode[][] = [];
  for (const node of nodes) (columns[depth.get(node.key) as number] ??= []).push(node);
  return Array.from(columns, (column) => column ?? []).filter(({ length }) => length > 0);
}

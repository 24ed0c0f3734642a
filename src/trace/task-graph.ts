/**
 * The graph of the tasks that were spawned, whether they have run or not, as text for Graphviz or Mermaid. Tasks of one
 * name are one node where there are too many to read.
 */

import { EVENT_KIND } from "../events/layout.ts";
import { unpackId } from "../runtime/task-id.ts";
import { countText } from "../show/table-text.ts";
import { durationText } from "../show/units.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import type { TraceStore } from "./store.ts";

export interface GraphOptions {
  /** A node a task, or a node for all tasks of a name; by default tasks as long as there are at most 200. */
  readonly by?: "task" | "name" | undefined;
}

type State = "waiting" | "done" | "failed";

interface Node {
  readonly key: string;
  readonly label: string;
  readonly state: State;
}

interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

interface Spawned {
  readonly name: string;
  state: State;
  milliseconds: number;
}

const READABLE_TASKS = 200;

/** @throws BodkinError for options that there are not */
export function taskGraph(store: TraceStore, options: GraphOptions = {}): Graph {
  checkNames(options, ["by"], "a graph of tasks");
  const { by } = options;
  if (by !== undefined && by !== "task" && by !== "name") {
    throw invalidArgument(`by must be "task" or "name", not ${String(by)}`);
  }
  const tasks = new Map<number, Spawned>();
  const edges: (readonly [number, number])[] = [];
  for (const { kind, task, name, detail } of store.events()) {
    if (kind === EVENT_KIND.spawned) tasks.set(task, { name, state: "waiting", milliseconds: 0 });
    else if (kind === EVENT_KIND.edge) edges.push([detail, task]);
  }
  for (const { kind, task, from, to } of store.events()) {
    const known = tasks.get(task);
    if (!known) continue;
    if (kind === EVENT_KIND.run || kind === EVENT_KIND.awaited) known.state = "done";
    else if (kind === EVENT_KIND.failed || kind === EVENT_KIND.awaitedFailed)
      known.state = "failed";
    else continue;
    known.milliseconds += to - from;
  }
  const known = edges.filter(([from, to]) => tasks.has(from) && tasks.has(to));
  const isByTask = by === "task" || (by === undefined && tasks.size <= READABLE_TASKS);
  return isByTask ? byTask(tasks, known) : byName(tasks, known);
}

type Edges = readonly (readonly [number, number])[];

const time = (milliseconds: number): string => durationText(milliseconds / 1000);

function byTask(tasks: ReadonlyMap<number, Spawned>, edges: Edges): Graph {
  return {
    nodes: [...tasks].map(([task, { name, state, milliseconds }]) => ({
      key: unpackId(task),
      label: state === "waiting" ? name : `${name}\n${time(milliseconds)}`,
      state,
    })),
    edges: edges.map(([from, to]) => ({ from: unpackId(from), to: unpackId(to), count: 1 })),
  };
}

function byName(tasks: ReadonlyMap<number, Spawned>, edges: Edges): Graph {
  const names = new Map<string, Spawned[]>();
  for (const task of tasks.values()) {
    const group = names.get(task.name);
    if (group) group.push(task);
    else names.set(task.name, [task]);
  }
  const keys = new Map([...names.keys()].map((name, i) => [name, `n${i + 1}`]));
  const keyOf = (task: number): string => keys.get(tasks.get(task)?.name as string) as string;
  const counts = new Map<string, { from: string; to: string; count: number }>();
  for (const [from, to] of edges) {
    const [a, b] = [keyOf(from), keyOf(to)];
    const sofar = counts.get(`${a} ${b}`);
    if (sofar) sofar.count++;
    else counts.set(`${a} ${b}`, { from: a, to: b, count: 1 });
  }
  return {
    nodes: [...names].map(([name, group]) => {
      const done = group.filter(({ state }) => state === "done").length;
      const state = group.some((task) => task.state === "failed")
        ? "failed"
        : done === group.length
          ? "done"
          : "waiting";
      const total = group.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      const label = `${name}\n${countText(done)} of ${countText(group.length)}, ${time(total)}`;
      return { key: keys.get(name) as string, label, state };
    }),
    edges: [...counts.values()],
  };
}

const COLOURS: Readonly<Record<State, string>> = {
  waiting: "#e8e8e8",
  done: "#cfe8cf",
  failed: "#f2b8b5",
};

export function graphvizText({ nodes, edges }: Graph): string {
  const quote = (text: string): string =>
    `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
  return [
    "digraph tasks {",
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
    ...nodes.map(
      ({ key, label, state }) =>
        `  ${quote(key)} [label=${quote(label)}, fillcolor="${COLOURS[state]}"];`,
    ),
    ...edges.map(
      ({ from, to, count }) =>
        `  ${quote(from)} -> ${quote(to)}${count > 1 ? ` [label="${countText(count)}"]` : ""};`,
    ),
    "}",
    "",
  ].join("\n");
}

export function mermaidText({ nodes, edges }: Graph): string {
  const key = (name: string): string => `t${name.replaceAll(".", "_")}`;
  // Mermaid takes characters as numbers between # and ;
  const text = (label: string): string =>
    label
      .replace(/[^\p{L}\p{N} .,:_\n-]/gu, (c) => `#${c.codePointAt(0)};`)
      .replaceAll("\n", "<br/>");
  return [
    "graph TD",
    ...nodes.map((node) => `  ${key(node.key)}["${text(node.label)}"]:::${node.state}`),
    ...edges.map(
      ({ from, to, count }) =>
        `  ${key(from)} -->${count > 1 ? `|${countText(count)}|` : ""} ${key(to)}`,
    ),
    ...Object.entries(COLOURS).map(([state, fill]) => `  classDef ${state} fill:${fill}`),
    "",
  ].join("\n");
}

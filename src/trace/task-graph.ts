/**
 * The graph of the tasks that were spawned, whether they have run or not. Tasks of one name are one node where there
 * are too many to read; who wants to look into a name gets some of its tasks.
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

export type TaskState = "waiting" | "done" | "failed";

export interface GraphNode {
  readonly key: string;
  readonly label: string;
  readonly state: TaskState;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A graph by name with some tasks of each name. */
export interface FoldedGraph extends Graph {
  readonly nodes: readonly NameNode[];
  readonly tasks: readonly TaskNode[];
  /** Dependencies of these tasks; an end that is not among them is the key of its name. */
  readonly links: readonly GraphEdge[];
}

export interface NameNode extends GraphNode {
  /** How many tasks. */
  readonly size: number;
}

export interface TaskNode extends GraphNode {
  /** Key of its name. */
  readonly of: string;
}

interface Spawned {
  readonly name: string;
  state: TaskState;
  milliseconds: number;
}

interface Tasks {
  readonly tasks: ReadonlyMap<number, Spawned>;
  readonly edges: readonly (readonly [from: number, to: number])[];
}

const READABLE_TASKS = 200;
/** Of a folded graph: tasks of a name and of all, and their dependencies. */
const MOST_OF_NAME = 50;
const MOST_TASKS = 1000;
const MOST_LINKS = 4000;

/** @throws BodkinError for options that there are not */
export function taskGraph(store: TraceStore, options: GraphOptions = {}): Graph {
  checkNames(options, ["by"], "a graph of tasks");
  const { by } = options;
  if (by !== undefined && by !== "task" && by !== "name") {
    throw invalidArgument(`by must be "task" or "name", not ${String(by)}`);
  }
  const all = tasksOf(store);
  const isByTask = by === "task" || (by === undefined && all.tasks.size <= READABLE_TASKS);
  return isByTask ? byTask(all) : byName(all, keysOf(all));
}

export function foldedGraph(store: TraceStore): FoldedGraph {
  const all = tasksOf(store);
  const keys = keysOf(all);
  const shown = new Map<number, TaskNode>();
  const taken = new Map<string, number>();
  for (const [task, spawned] of all.tasks) {
    const count = taken.get(spawned.name) ?? 0;
    if (count === MOST_OF_NAME || shown.size === MOST_TASKS) continue;
    taken.set(spawned.name, count + 1);
    shown.set(task, { ...nodeOf(task, spawned), of: keys.get(spawned.name) as string });
  }
  const keyOf = (task: number): string =>
    shown.get(task)?.key ?? (keys.get(all.tasks.get(task)?.name as string) as string);
  return {
    ...byName(all, keys),
    tasks: [...shown.values()],
    links: counted(
      all.edges.filter(([from, to]) => shown.has(from) || shown.has(to)).slice(0, MOST_LINKS),
      keyOf,
    ),
  };
}

function tasksOf(store: TraceStore): Tasks {
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
  return { tasks, edges: edges.filter(([from, to]) => tasks.has(from) && tasks.has(to)) };
}

const time = (milliseconds: number): string => durationText(milliseconds / 1000);

const nodeOf = (task: number, { name, state, milliseconds }: Spawned): GraphNode => ({
  key: unpackId(task),
  label: state === "waiting" ? name : `${name}\n${time(milliseconds)}`,
  state,
});

const byTask = ({ tasks, edges }: Tasks): Graph => ({
  nodes: [...tasks].map(([task, spawned]) => nodeOf(task, spawned)),
  edges: edges.map(([from, to]) => ({ from: unpackId(from), to: unpackId(to), count: 1 })),
});

/** A key for each name. */
function keysOf({ tasks }: Tasks): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const { name } of tasks.values()) if (!keys.has(name)) keys.set(name, `n${keys.size + 1}`);
  return keys;
}

/** Edges between keys, and how many there are of each. */
function counted(edges: Tasks["edges"], keyOf: (task: number) => string): GraphEdge[] {
  const counts = new Map<string, { from: string; to: string; count: number }>();
  for (const [before, after] of edges) {
    const [from, to] = [keyOf(before), keyOf(after)];
    const sofar = counts.get(`${from} ${to}`);
    if (sofar) sofar.count++;
    else counts.set(`${from} ${to}`, { from, to, count: 1 });
  }
  return [...counts.values()];
}

function byName(
  { tasks, edges }: Tasks,
  keys: ReadonlyMap<string, string>,
): Pick<FoldedGraph, "nodes" | "edges"> {
  const groups = Map.groupBy(tasks.values(), ({ name }) => name);
  return {
    nodes: [...groups].map(([name, group]) => {
      const done = group.filter(({ state }) => state === "done").length;
      const state = group.some((task) => task.state === "failed")
        ? "failed"
        : done === group.length
          ? "done"
          : "waiting";
      const total = group.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      const label = `${name}\n${countText(done)} of ${countText(group.length)}, ${time(total)}`;
      return { key: keys.get(name) as string, label, state, size: group.length };
    }),
    edges: counted(edges, (task) => keys.get(tasks.get(task)?.name as string) as string),
  };
}

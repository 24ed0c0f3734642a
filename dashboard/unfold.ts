/** The graph by name, with some names replaced by their tasks. */

import type { FoldedGraph, GraphEdge, GraphNode } from "../src/trace/task-graph.ts";

export interface ShownNode extends GraphNode {
  /** Key of the name that a click folds or unfolds. */
  readonly of: string;
}

export interface ShownGraph {
  readonly nodes: readonly ShownNode[];
  readonly edges: readonly GraphEdge[];
}

/**
 * Names that are open become the tasks that are known of them, and a node for all others where there are more. Edges
 * keep their counts: what lies between two names and is no edge of a known task lies between the others.
 */
export function unfolded(graph: FoldedGraph, open: ReadonlySet<string>): ShownGraph {
  const tasks = Map.groupBy(graph.tasks, ({ of }) => of);
  const nodes = graph.nodes.flatMap((node): ShownNode[] => {
    const known = open.has(node.key) ? tasks.get(node.key) : undefined;
    if (!known) return [{ ...node, of: node.key }];
    const [name = ""] = node.label.split("\n");
    const more = node.size - known.length;
    const others = { ...node, key: othersOf(node.key), label: `${name}\n${more} more` };
    return [...known, ...(more > 0 ? [{ ...others, of: node.key }] : [])];
  });
  const places = new Set(nodes.map(({ key }) => key));
  const nameOf = new Map(graph.tasks.map(({ key, of }) => [key, of]));
  /** What stands for a task, or for any of a name. */
  const placeOf = (end: string): string => {
    const name = nameOf.get(end) ?? end;
    return [end, name].find((key) => places.has(key)) ?? othersOf(name);
  };
  const edges = new Map<string, GraphEdge>();
  const add = (from: string, to: string, count: number): void => {
    if (!places.has(from) || !places.has(to)) return;
    const key = `${from} ${to}`;
    edges.set(key, { from, to, count: count + (edges.get(key)?.count ?? 0) });
  };
  const known = new Map<string, number>();
  for (const { from, to, count } of graph.links) {
    const between = `${nameOf.get(from) ?? from} ${nameOf.get(to) ?? to}`;
    known.set(between, count + (known.get(between) ?? 0));
    add(placeOf(from), placeOf(to), count);
  }
  for (const { from, to, count } of graph.edges) {
    const rest = count - (known.get(`${from} ${to}`) ?? 0);
    if (rest > 0) add(placeOf(from), placeOf(to), rest);
  }
  return { nodes, edges: [...edges.values()] };
}

const othersOf = (name: string): string => `${name} others`;

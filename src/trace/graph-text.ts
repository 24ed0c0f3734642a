/** Graphs of tasks as text for Graphviz and Mermaid. */

import { countText } from "../show/table-text.ts";
import type { Graph, TaskState } from "./task-graph.ts";

const COLOURS: Readonly<Record<TaskState, string>> = {
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

/** The site: `npm --prefix docs install && npm --prefix docs run build`. */

import { readdirSync, readFileSync } from "node:fs";
import { type DefaultTheme, defineConfig } from "vitepress";

type Items = DefaultTheme.SidebarItem[];

const item = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const GUIDES: Items = [
  item("Tasks", "/guides/tasks"),
  item("Errors and cancelling", "/guides/errors"),
  item("Where things run", "/guides/places"),
  item("Order and shared data", "/guides/order"),
  item("Arrays", "/guides/arrays"),
  item("Arrays for users of NumPy", "/guides/numpy"),
  item("Loops and folds", "/guides/folds"),
  item("Tables", "/guides/tables"),
  item("Kernels and GPUs", "/guides/kernels"),
  item("Memory and disk", "/guides/memory"),
  item("Many machines", "/guides/many-machines"),
  item("Processes and MPI", "/guides/mpi"),
  item("Seeing what runs", "/guides/seeing"),
  item("The command line", "/guides/command-line"),
];

const DECISIONS = new URL("../decisions/", import.meta.url);
const decisions: Items = readdirSync(DECISIONS)
  .filter((name) => /^\d/.test(name))
  .sort()
  .map((name) => {
    const [title = name] = readFileSync(new URL(name, DECISIONS), "utf8").split("\n");
    return item(title.replace(/^# /, ""), `/decisions/${name.replace(/\.md$/, "")}`);
  });

const api = (): Items => {
  const file = new URL("../api/typedoc-sidebar.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Items;
};

export default defineConfig({
  title: "Bodkin",
  description: "Parallel computing for TypeScript",
  cleanUrls: true,
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      item("The talk", "/tutorial/talk"),
      item("Guides", "/guides/tasks"),
      item("Recipes", "/recipes"),
      item("API", "/api/"),
    ] as DefaultTheme.NavItem[],
    sidebar: {
      "/api/": [{ text: "API", items: api() }],
      "/": [
        {
          text: "Begin",
          items: [item("The talk, cell by cell", "/tutorial/talk"), item("Recipes", "/recipes")],
        },
        { text: "Guides", items: GUIDES },
        {
          text: "How it works",
          items: [item("Journey of a task", "/internals/journey-of-a-task")],
        },
        { text: "Decisions", collapsed: true, items: decisions },
      ],
    },
  },
});

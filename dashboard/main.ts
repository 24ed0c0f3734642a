/** The page: takes a recording, live or saved, and shows it. */

import { EVENT_KIND } from "../src/events/layout.ts";
import type {
  About,
  CollectionState,
  EventsMessage,
  SavedRecording,
  StateMessage,
} from "../src/trace/dashboard/protocol.ts";
import type { FailureGroup } from "../src/trace/failures.ts";
import type { LogLine } from "../src/trace/store.ts";
import type { FoldedGraph } from "../src/trace/task-graph.ts";
import { find } from "./elements.ts";
import { showGraph } from "./graph.ts";
import { Recording } from "./model.ts";
import {
  type NameRow,
  showCollections,
  showFailures,
  showLog,
  showPredictions,
  showTasks,
  showTotals,
  showWorkers,
} from "./panels.ts";
import { Stream, type TimeRange } from "./stream.ts";
import { countText, timeText } from "./texts.ts";

/** The page as it came, to be saved with what it shows. */
const template = document.documentElement.outerHTML;

const recording = new Recording();
let about: About = { title: "", version: "", node: "" };
let state: StateMessage | undefined;
let failures: readonly FailureGroup[] = [];
let graph: FoldedGraph = { nodes: [], edges: [], tasks: [], links: [] };
let log: readonly LogLine[] = [];
let collections: readonly CollectionState[] = [];
let selected: TimeRange | undefined;

const stream = new Stream(recording, {
  onSelect: (range) => {
    selected = range;
    update();
  },
  onFollow: (follows) => {
    find("#follow").textContent = follows ? "Pause" : "Follow";
  },
});

// --- What is shown -----------------------------------------------------------------------------------

function update(): void {
  if (!state) return;
  showTotals(state);
  showPredictions(state.predictions);
  const { seen, kept } = state;
  find("#shown").textContent =
    kept < seen ? `showing ${countText(kept)} of ${countText(seen)} events; counts are exact` : "";
  find("#tasks small").textContent = selected
    ? `from ${timeText(selected.from)} to ${timeText(selected.to)}${kept < seen ? ", of those shown" : ""}`
    : "";
  showTasks(selected ? rowsWithin(selected) : state.tasks, recording.names, stream.only, (name) => {
    if (!stream.only.delete(name)) stream.only.add(name);
    stream.draw();
    update();
  });
}

/** Sums of what ran within a range, from the events. */
function rowsWithin({ from, to }: TimeRange): NameRow[] {
  const rows = new Map<number, { count: number; failed: number; total: number }>();
  for (const track of recording.tracks()) {
    track.visit(from, to, 0, (_from, _to, at) => {
      const event = track.event(at);
      const isRun = RUNS.has(event.kind);
      if (!isRun && !FAILED_RUNS.has(event.kind)) return;
      const row = rows.get(event.name) ?? { count: 0, failed: 0, total: 0 };
      row.count++;
      row.failed += isRun ? 0 : 1;
      row.total += event.to - event.from;
      rows.set(event.name, row);
    });
  }
  return [...rows]
    .map(([name, row]) => ({ name: recording.names[name] ?? "", ...row }))
    .sort((a, b) => b.total - a.total);
}

const RUNS: ReadonlySet<number> = new Set([EVENT_KIND.run, EVENT_KIND.awaited]);
const FAILED_RUNS: ReadonlySet<number> = new Set([EVENT_KIND.failed, EVENT_KIND.awaitedFailed]);

function hearAbout(told: About): void {
  about = told;
  document.title = `${told.title} · Bodkin`;
  find("#title").textContent = told.title;
  find("#title").title = `Bodkin ${told.version}, Node ${told.node}`;
}

function hearEvents(told: EventsMessage): void {
  recording.add(told);
  stream.grown(state?.elapsed ?? 0);
}

function hearState(told: StateMessage): void {
  showWorkers(told, state);
  state = told;
  stream.grown(told.isOver ? recording.end : told.elapsed);
  update();
}

function hearFailures(told: readonly FailureGroup[]): void {
  failures = told;
  showFailures(told);
}

function hearCollections(told: readonly CollectionState[]): void {
  collections = told;
  showCollections(told);
}

function hearLog(told: readonly LogLine[]): void {
  log = told;
  showLog(told);
}

function hearGraph(told: FoldedGraph): void {
  graph = told;
  showGraph(told);
}

function say(text: string, isLive: boolean): void {
  const status = find("#status");
  status.textContent = text;
  status.dataset["state"] = isLive ? "live" : "over";
}

// --- Where it comes from ---------------------------------------------------------------------------------

/** Between two looks at the graph, and so many times as long as the last one took. */
const GRAPH_MILLISECONDS = 2000;
const GRAPH_PAUSES = 50;

function follow(): void {
  const ask = (path: string): string => `${path}${location.search}`;
  const source = new EventSource(ask("/events"));
  const on = <T>(name: string, hear: (told: T) => void): void =>
    source.addEventListener(name, (event) => hear(JSON.parse(event.data) as T));
  on("about", hearAbout);
  on("events", hearEvents);
  on("state", hearState);
  on("failures", hearFailures);
  on("collections", hearCollections);
  on("log", hearLog);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askForGraph = async (): Promise<void> => {
    clearTimeout(timer);
    const asked = performance.now();
    if (!document.hidden) {
      const answer = await fetch(ask("/graph")).catch(() => undefined);
      if (answer) hearGraph((await answer.json()) as FoldedGraph);
    }
    // A graph of very many tasks is work for the program that is watched.
    const pause = Math.max(GRAPH_MILLISECONDS, (performance.now() - asked) * GRAPH_PAUSES);
    if (source.readyState !== EventSource.CLOSED)
      timer = setTimeout(() => void askForGraph(), pause);
  };
  const over = (): void => {
    say("the program has ended", false);
    clearTimeout(timer);
    source.close();
  };
  source.addEventListener("open", () => {
    say("live", true);
    void askForGraph();
  });
  source.addEventListener("over", over);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED || state) over();
  });
}

function open(saved: SavedRecording): void {
  hearAbout(saved.about);
  hearEvents(saved.events);
  hearState({ ...saved.state, isOver: true });
  hearFailures(saved.failures);
  hearGraph(saved.graph);
  hearCollections(saved.collections);
  hearLog(saved.log);
  say("saved", false);
}

// --- What the user does ----------------------------------------------------------------------------------

function save(): void {
  if (!state) return;
  const saved: SavedRecording = {
    about,
    events: recording.message(),
    state,
    failures,
    graph,
    collections,
    log,
  };
  const json = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const place = '<script type="application/json" id="saved">';
  const at = template.indexOf(place) + place.length;
  const rest = template.slice(template.indexOf("</script>", at));
  const text = `<!doctype html>\n${template.slice(0, at)}${json}${rest}\n`;
  download(text, `${about.title}.html`, "text/html");
}

function download(text: string, name: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const PERFETTO = "https://ui.perfetto.dev";

/** Opens Perfetto and gives it the trace once it answers. */
async function openPerfetto(): Promise<void> {
  const buffer = await (await fetch(`/trace.json${location.search}`)).arrayBuffer();
  const opened = window.open(PERFETTO);
  if (!opened) return;
  const timer = setInterval(() => opened.postMessage("PING", PERFETTO), 100);
  addEventListener("message", function hear({ data, origin }) {
    if (data !== "PONG" || origin !== PERFETTO) return;
    clearInterval(timer);
    removeEventListener("message", hear);
    opened.postMessage({ perfetto: { buffer, title: about.title } }, PERFETTO);
  });
}

function changeTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset["theme"] === "dark";
  root.dataset["theme"] = isDark ? "light" : "dark";
  stream.draw();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  f: () => stream.fit(),
  " ": () => stream.follow(!stream.follows),
  s: save,
  p: () => void openPerfetto(),
  d: changeTheme,
  "+": () => stream.zoom(0.7),
  "=": () => stream.zoom(0.7),
  "-": () => stream.zoom(1.4),
  ArrowLeft: () => stream.pan(-0.15),
  ArrowRight: () => stream.pan(0.15),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLButtonElement && event.key === " ") return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
const BUTTONS = { fit: "f", follow: " ", save: "s", perfetto: "p", theme: "d" } as const;
for (const [id, key] of Object.entries(BUTTONS)) {
  find(`#${id}`).addEventListener("click", () => ACTIONS[key]?.());
}

if (matchMedia("(prefers-color-scheme: dark)").matches) changeTheme();
showTasks([], [], new Set(), () => {});
showFailures([]);
showGraph(graph);
showCollections(collections);
showPredictions([]);
showLog(log);
const saved = find("#saved").textContent?.trim();
if (saved) {
  find("#perfetto").hidden = true;
  open(JSON.parse(saved) as SavedRecording);
} else follow();

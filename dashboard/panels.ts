/** The panels below the stream: tasks by name, workers and what they print, errors, data and costs. */

import type { CollectionState, StateMessage } from "../src/trace/dashboard/protocol.ts";
import type { FailureGroup } from "../src/trace/failures.ts";
import type { LogLine } from "../src/trace/store.ts";
import type { NameSummary } from "../src/trace/summary.ts";
import type { PredictionSums } from "../src/wire/events.ts";
import { colourOf, ownerColour } from "./colours.ts";
import { bar, element, empty, fill, find, svg, swatch } from "./elements.ts";
import { bytesText, countText, timeText } from "./texts.ts";

export function showTotals({ tasks, elapsed, idle, threads, peakMemory }: StateMessage): void {
  const sum = (of: (task: NameSummary) => number): number =>
    tasks.reduce((all, task) => all + of(task), 0);
  const failed = sum((task) => task.failed);
  const figures: readonly (readonly [string, string])[] = [
    [
      "tasks",
      `${countText(sum((task) => task.count))} of ${countText(sum((task) => task.spawned))}`,
    ],
    ...(failed > 0 ? [["failed", countText(failed)] as const] : []),
    ["time", timeText(elapsed)],
    ["threads", String(threads)],
    ["busy", `${Math.round((1 - idle) * 100)} %`],
    ["peak memory", bytesText(peakMemory)],
  ];
  find("#totals").replaceChildren(
    ...figures.map(([name, value]) =>
      element(
        "div",
        {},
        element("dt", {}, name),
        element("dd", name === "failed" ? { class: "bad" } : {}, value),
      ),
    ),
  );
}

export interface NameRow extends Pick<NameSummary, "name" | "count" | "total" | "failed"> {
  readonly spawned?: number;
  readonly p95?: number;
}

/** `only`: names by number that are shown in the stream; all where empty. */
export function showTasks(
  rows: readonly NameRow[],
  names: readonly string[],
  only: ReadonlySet<number>,
  onClick: (name: number) => void,
): void {
  if (rows.length === 0) {
    fill("tasks", empty("no task has run yet"));
    return;
  }
  const head = element(
    "tr",
    {},
    ...["name", "done", "failed", "mean", "p95", "total"].map((text) => element("th", {}, text)),
  );
  const lines = rows.map((row) => {
    const { name, count, failed, total, spawned, p95 } = row;
    const number = names.indexOf(name);
    const line = element(
      "tr",
      { title: name, ...(only.size > 0 && !only.has(number) && { class: "off" }) },
      element("td", {}, swatch(colourOf(Math.max(0, number))), name),
      spawned === undefined
        ? element("td", {}, countText(count))
        : element(
            "td",
            {},
            bar(count / Math.max(1, spawned), colourOf(Math.max(0, number))),
            `${countText(count)}/${countText(Math.max(spawned, count))}`,
          ),
      element("td", failed > 0 ? { class: "bad" } : {}, failed > 0 ? countText(failed) : ""),
      element("td", {}, timeText(count === 0 ? 0 : total / count)),
      element("td", {}, p95 === undefined ? "" : timeText(p95)),
      element("td", {}, timeText(total)),
    );
    line.addEventListener("click", () => onClick(number));
    return line;
  });
  fill("tasks", element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines)));
}

export function showWorkers(
  { workers, elapsed }: StateMessage,
  before: StateMessage | undefined,
): void {
  const span = elapsed - (before?.elapsed ?? 0);
  fill(
    "workers",
    ...workers.map(({ worker, memory, traffic, queue, threads }) => {
      const { bytes, bound, disk } = memory;
      const { sent, received } = traffic;
      const old = before?.workers.find((each) => each.worker === worker);
      return element(
        "div",
        { class: "worker" },
        element(
          "h3",
          {},
          element("span", {}, swatch(ownerColour(worker)), `worker ${worker}`),
          element(
            "span",
            {},
            bar(bytes / Math.max(1, bound), memoryColour(bytes / Math.max(1, bound))),
            `${bytesText(bytes)} of ${bytesText(bound)}`,
          ),
        ),
        element(
          "div",
          { class: "path" },
          [
            `${countText(queue.ready)} waiting`,
            `${countText(queue.stolen)} stolen`,
            `sent ${bytesText(sent)}`,
            `received ${bytesText(received)}`,
            ...(disk > 0 ? [`on disk ${bytesText(disk)}`] : []),
          ].join(" · "),
        ),
        ...threads
          .filter(({ thread }) => thread > 0)
          .map(({ thread, busy, done }) => {
            const sofar = old?.threads.find((each) => each.thread === thread)?.busy ?? 0;
            const share = span > 0 ? (busy - sofar) / span : 0;
            return element(
              "div",
              { class: "thread" },
              element("span", {}, `thread ${thread}`),
              bar(share),
              element("span", {}, `${countText(done)} tasks`),
            );
          }),
      );
    }),
    ...(workers.length === 0 ? [empty("no worker has run anything yet")] : []),
  );
}

/** The last lines that workers printed; the end stays in view unless the user looks at what was before. */
export function showLog(lines: readonly LogLine[]): void {
  const body = find("#log .body");
  const isAtEnd = body.scrollTop + body.clientHeight >= body.scrollHeight - 4;
  if (lines.length === 0) fill("log", empty("no task has printed anything yet"));
  else {
    fill(
      "log",
      ...lines.map(({ worker, text }) =>
        element("div", { class: "line" }, swatch(ownerColour(worker)), text),
      ),
    );
  }
  if (isAtEnd) body.scrollTop = body.scrollHeight;
}

/** Memory that fills: from here on data goes to disk soon, or does already. */
const memoryColour = (share: number): string =>
  share < 0.6 ? "#12a594" : share < 0.85 ? "#d9a521" : "#c4314b";

const CELL = { most: 16, least: 3, width: 420 } as const;

/** A grid for each array and table, a cell a chunk, coloured by the worker that has it. */
export function showCollections(collections: readonly CollectionState[]): void {
  if (collections.length === 0) {
    fill("data", empty("no distributed array or table is alive"));
    return;
  }
  fill("data", ...collections.map(collectionOf));
}

function collectionOf({ text, grid, bytes, workers }: CollectionState): HTMLElement {
  const columns = grid.at(-1) ?? 1;
  const across = grid.length === 1 ? Math.min(columns, 64) : columns;
  const size = Math.max(CELL.least, Math.min(CELL.most, Math.floor(CELL.width / across)));
  const rows = Math.ceil(workers.length / across);
  const owned = Map.groupBy(workers, (worker) => worker);
  const told = [...owned]
    .sort(([a], [b]) => a - b)
    .map(([worker, { length }]) => `${ownerText(worker)}: ${countText(length)}`);
  return element(
    "div",
    { class: "worker" },
    element("h3", {}, element("span", {}, text), element("span", {}, bytesText(bytes))),
    svg(
      "svg",
      { width: String(across * size), height: String(rows * size), role: "img" },
      ...workers.map((worker, at) => {
        const cell = svg(
          "rect",
          {
            x: String((at % across) * size),
            y: String(Math.floor(at / across) * size),
            width: String(size - 1),
            height: String(size - 1),
          },
          svg("title", {}, `chunk ${at}, ${ownerText(worker)}`),
        );
        cell.style.fill = ownerColour(worker);
        return cell;
      }),
    ),
    element("div", { class: "path" }, told.join(" · ")),
  );
}

const ownerText = (worker: number): string =>
  worker > 0 ? `worker ${worker}` : worker === 0 ? "not made yet" : "failed";

/** What the placer expected of tasks, beside what they took. */
export function showPredictions(rows: readonly PredictionSums[]): void {
  if (rows.length === 0) {
    fill("costs", empty("tasks are placed by their costs where there is more than one worker"));
    return;
  }
  const head = ["name", "tasks", "foreseen", "measured", "ratio"];
  fill(
    "costs",
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", {}, text)))),
      element(
        "tbody",
        {},
        ...rows.map(({ name, count, predicted, measured }) =>
          element(
            "tr",
            { title: name },
            element("td", {}, name),
            element("td", {}, countText(count)),
            element("td", {}, timeText((predicted / count) * 1000)),
            element("td", {}, timeText((measured / count) * 1000)),
            element("td", {}, (predicted / measured).toFixed(2)),
          ),
        ),
      ),
    ),
  );
}

export function showFailures(groups: readonly FailureGroup[]): void {
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  find("#errors small").textContent = all > 0 ? countText(all) : "";
  const open = new Set(
    [...document.querySelectorAll<HTMLElement>("#errors details[open]")].map(
      (each) => each.dataset["key"],
    ),
  );
  if (groups.length === 0) {
    fill("errors", empty("no task that this program spawned has failed"));
    return;
  }
  fill(
    "errors",
    ...groups.map(({ message, path, site, stack, count, first }) => {
      const key = `${path.join(" ")} ${message}`;
      return element(
        "details",
        { "data-key": key, ...(open.has(key) && { open: "" }) },
        element(
          "summary",
          {},
          element("span", { class: "bad" }, `${countText(count)} × `),
          message,
        ),
        element(
          "div",
          { class: "path" },
          `path: ${path.join(" → ")}; first after ${timeText(first)}`,
        ),
        ...(site ? [element("div", { class: "path" }, `spawned ${site}`)] : []),
        ...(stack ? [element("pre", {}, stack)] : []),
      );
    }),
  );
}

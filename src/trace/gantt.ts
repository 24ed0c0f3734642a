/** A recording as a picture: a row a thread, a bar for each time that a task held it, coloured by name. */

import { EVENT_KIND } from "../events/layout.ts";
import { escapedMarkup as escaped } from "../platform/inspect.ts";
import { unpackId } from "../runtime/task-id.ts";
import { countText } from "../show/table-text.ts";
import { durationText } from "../show/units.ts";
import type { TraceStore } from "./store.ts";
import type { TraceEvent } from "./trace-event.ts";

const WIDTH = 1200;
const LEFT = 90;
const ROW = 22;
const TOP = 30;
/** Where there are more, the longest are shown. */
const MOST_BARS = 20_000;
const MOST_LEGENDS = 24;

export function ganttOf(store: TraceStore): string {
  const all = [...store.events()].filter(isBar);
  const bars =
    all.length <= MOST_BARS
      ? all
      : all.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MOST_BARS);
  const rows = [...new Set(bars.map(rowOf))].sort((a, b) => a - b);
  const first = bars.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const last = bars.reduce((most, { to }) => Math.max(most, to), 0);
  const scale = (WIDTH - LEFT) / Math.max(last - first, 1e-6);
  const names = [...new Set(bars.map(({ name }) => name))];
  const legend = TOP + rows.length * ROW + 20;
  const height = legend + Math.ceil(Math.min(names.length, MOST_LEGENDS) / 4) * 18 + 10;
  const span = bars.length === 0 ? "nothing ran" : durationText((last - first) / 1000);
  const left = store.seen + store.dropped > store.kept || all.length > bars.length;
  const title = left ? `${span}; showing ${countText(bars.length)} bars of more` : span;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/><text x="${LEFT}" y="18">${escaped(title)}</text>`,
    ...rows.map((row, i) => {
      const y = TOP + i * ROW;
      return `<text x="4" y="${y + 14}">${escaped(rowName(row))}</text><rect x="${LEFT}" y="${y}" width="${WIDTH - LEFT}" height="${ROW - 4}" fill="#f3f3f3"/>`;
    }),
    ...bars.map((bar) => {
      const x = LEFT + (bar.from - first) * scale;
      const y = TOP + rows.indexOf(rowOf(bar)) * ROW;
      const width = Math.max((bar.to - bar.from) * scale, 0.2);
      const failed = bar.kind === EVENT_KIND.failed;
      const about = `${bar.name} (${unpackId(bar.task)}): ${durationText((bar.to - bar.from) / 1000)}${failed ? ", failed" : ""}`;
      return `<rect x="${x.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW - 4}" fill="${failed ? "black" : colourOf(bar.name)}"><title>${escaped(about)}</title></rect>`;
    }),
    ...names.slice(0, MOST_LEGENDS).map((name, i) => {
      const x = LEFT + (i % 4) * 270;
      const y = legend + Math.floor(i / 4) * 18;
      return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colourOf(name)}"/><text x="${x + 16}" y="${y}">${escaped(name.slice(0, 40))}</text>`;
    }),
    "</svg>",
    "",
  ].join("\n");
}

const isBar = ({ kind }: TraceEvent): boolean =>
  kind === EVENT_KIND.run || kind === EVENT_KIND.failed || kind === EVENT_KIND.call;

const rowOf = ({ worker, thread }: TraceEvent): number => worker * 256 + thread;
const rowName = (row: number): string => `thread ${Math.floor(row / 256)}.${row % 256}`;

/** A name has the same colour in every picture. */
function colourOf(name: string): string {
  let hash = 0;
  for (const c of name) hash = (Math.imul(hash, 31) + (c.codePointAt(0) as number)) >>> 0;
  return `hsl(${(hash * 137) % 360} ${55 + (hash % 3) * 10}% ${50 + (hash % 4) * 5}%)`;
}

/**
 * How far a program is, while it runs: a block of lines below its output on a terminal, a line now and then elsewhere,
 * and a summary at its end. It goes to standard error; what the program prints stays as it is.
 */

import { clearScreenDown, moveCursor } from "node:readline";
import type { WriteStream } from "node:tty";
import { eventClock } from "../events/event-writer.ts";
import { setLiveBlock } from "../platform/output.ts";
import { cellText, countText } from "../show/table-text.ts";
import { durationText } from "../show/units.ts";
import { recorded } from "./recording.ts";
import type { TraceStore } from "./store.ts";
import { type NameSummary, summaryOf, type TraceSummary } from "./summary.ts";

const BLOCK_MILLISECONDS = 100;
const LINE_MILLISECONDS = 5000;
/** Names with a line of their own; the others share one. */
const MOST_NAMES = 8;
/** Weight of the last tick in a rate. */
const FRESH = 0.1;

/** What is shown of a name, and of all of them together. */
export interface ProgressLine {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Tasks a second; undefined while it is not known. */
  readonly rate: number | undefined;
}

/** Follows the numbers of tasks from one look to the next. */
export class ProgressState {
  readonly #rates = new Map<string, { done: number; at: number; rate: number | undefined }>();

  /** `now` in milliseconds. */
  lines(tasks: readonly NameSummary[], now: number): ProgressLine[] {
    const known = [...this.#rates.keys()];
    // Names stay where they are, whichever has taken longest by now.
    const order = ({ name }: NameSummary): number => known.indexOf(name) + 1 || known.length + 1;
    const inOrder = tasks.toSorted((a, b) => order(a) - order(b));
    return inOrder.map(({ name, spawned, count, failed }) => {
      const before = this.#rates.get(name);
      const seconds = before ? (now - before.at) / 1000 : 0;
      let rate = before?.rate;
      if (before && seconds > 0) {
        const fresh = (count - before.done) / seconds;
        rate = rate === undefined ? fresh : rate + (fresh - rate) * FRESH;
      }
      this.#rates.set(name, { done: count, at: now, rate });
      return { name, done: count, total: Math.max(spawned, count), failed, rate };
    });
  }
}

/** All lines in one. */
export function totalOf(lines: readonly ProgressLine[], name: string): ProgressLine {
  const sum = (of: (line: ProgressLine) => number): number =>
    lines.reduce((all, line) => all + of(line), 0);
  return {
    name,
    done: sum(({ done }) => done),
    total: sum(({ total }) => total),
    failed: sum(({ failed }) => failed),
    rate: lines.some(({ rate }) => rate !== undefined) ? sum(({ rate }) => rate ?? 0) : undefined,
  };
}

/** The lines of the block, none longer than `width`. */
export function blockText(
  lines: readonly ProgressLine[],
  elapsed: number,
  idle: number,
  threads: number,
  width: number,
): string[] {
  const few = lines.slice(0, MOST_NAMES);
  const rest = lines.slice(MOST_NAMES);
  if (rest.length > 0) few.push(totalOf(rest, `${rest.length} more names`));
  const all = totalOf(lines, "tasks");
  const busy = threads === 0 ? "" : `  ${threads} threads ${Math.round((1 - idle) * 100)} % busy`;
  const shown = [all, ...few];
  const widths = {
    name: Math.max(...shown.map(({ name }) => cellText(name).length)),
    count: Math.max(...shown.map((line) => ofText(line).length)),
  };
  const [first, ...others] = shown.map((line) => lineText(line, widths));
  return [`${first}  ${durationText(elapsed / 1000)}${busy}`, ...others].map((line) =>
    line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line,
  );
}

const BAR = 20;

const ofText = ({ done, total }: ProgressLine): string => `${countText(done)}/${countText(total)}`;

function lineText(
  line: ProgressLine,
  widths: { readonly name: number; readonly count: number },
): string {
  const { name, done, total, failed } = line;
  const full = total === 0 ? 0 : Math.round((done / total) * BAR);
  return [
    cellText(name).padEnd(widths.name),
    `${"█".repeat(full)}${"░".repeat(BAR - full)}`,
    ofText(line).padStart(widths.count),
    ...paceOf(line),
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
  ].join("  ");
}

function paceOf({ done, total, rate }: ProgressLine): string[] {
  if (rate === undefined || total === done || !(rate > 0)) return [];
  const perSecond = rate >= 10 ? countText(Math.round(rate)) : rate.toPrecision(2);
  return [`${perSecond}/s`, `${durationText((total - done) / rate)} left`];
}

/** The same in one line. */
export function plainText(lines: readonly ProgressLine[], elapsed: number): string {
  const all = totalOf(lines, "tasks");
  const names = lines.slice(0, MOST_NAMES).map((line) => `${cellText(line.name)} ${ofText(line)}`);
  const more = lines.length > MOST_NAMES ? [`${lines.length - MOST_NAMES} more names`] : [];
  return [
    `${durationText(elapsed / 1000)}: ${countText(all.done)} of ${countText(all.total)} tasks done`,
    ...(all.failed > 0 ? [`${countText(all.failed)} failed`] : []),
    ...paceOf(all),
    ...(names.length > 0 ? [[...names, ...more].join(", ")] : []),
  ].join("; ");
}

export class Progress {
  readonly #out: WriteStream;
  readonly #isLive: boolean;
  readonly #state = new ProgressState();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #said = "";
  /** Lines of the block that stand below the cursor. */
  #shown = 0;

  constructor(out: WriteStream) {
    this.#out = out;
    this.#isLive = out.isTTY && process.env["TERM"] !== "dumb";
  }

  /** Begins to show; at the first task. */
  start(): void {
    if (this.#timer) return;
    if (this.#isLive) setLiveBlock(() => this.#clear());
    const every = this.#isLive ? BLOCK_MILLISECONDS : LINE_MILLISECONDS;
    this.#timer = setInterval(() => void this.#look(), every);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const store = await recorded();
    this.#isLooking = false;
    if (this.#timer) this.#show(summaryOf(store, eventClock()));
  }

  #show({ tasks, elapsed, idle, threads }: TraceSummary): void {
    const lines = this.#state.lines(tasks, elapsed);
    if (!this.#isLive) {
      const numbers = lines.map(({ done, total }) => `${done}/${total}`).join();
      if (numbers !== this.#said) this.#out.write(`bodkin: ${plainText(lines, elapsed)}\n`);
      this.#said = numbers;
      return;
    }
    this.#clear();
    const room = Math.max(1, this.#out.rows - 1);
    const text = blockText(lines, elapsed, idle, threads, this.#out.columns - 1).slice(0, room);
    setLiveBlock(undefined);
    this.#out.write(text.map((line) => `${line}\n`).join(""));
    // Whatever else writes to the terminal begins where the block does, and takes its place.
    moveCursor(this.#out, 0, -text.length);
    setLiveBlock(() => this.#clear());
    this.#shown = text.length;
  }

  #clear(): void {
    if (this.#shown === 0) return;
    this.#shown = 0;
    setLiveBlock(undefined);
    clearScreenDown(this.#out);
    setLiveBlock(() => this.#clear());
  }

  /** The program ends: what it did. */
  end(store: TraceStore): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isLive) {
      this.#clear();
      setLiveBlock(undefined);
    }
    const summary = summaryOf(store, eventClock());
    if (summary.count > 0) this.#out.write(`${summary}\n`);
  }
}

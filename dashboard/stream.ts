/** The task stream: a lane a thread, time to the right, on a canvas that is drawn anew when something changed. */

import { EVENT_KIND } from "../src/events/layout.ts";
import { colourOf, FAILED, MOVED } from "./colours.ts";
import { element, find } from "./elements.ts";
import type { Recording, TaskEvent, Track } from "./model.ts";
import { bytesText, taskText, timeText } from "./texts.ts";

const LANE = 24;
const GAP = 4;
const LEFT = 92;
const AXIS = 22;
/** No window is narrower, in milliseconds. */
const NARROWEST = 1e-3;
const ZOOM = 1.0015;

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface StreamEvents {
  /** A range was selected, or none any more. */
  onSelect(range: TimeRange | undefined): void;
  onFollow(follows: boolean): void;
}

export class Stream {
  /** Names that are shown; all where empty. */
  readonly only: Set<number> = new Set();
  #range: TimeRange = { from: 0, to: 1 };
  #follows = true;
  #selected: TimeRange | undefined;
  readonly #recording: Recording;
  readonly #events: StreamEvents;
  readonly #canvas = find<HTMLCanvasElement>("#stream canvas");
  readonly #tip = find("#tip");
  /** Until when the recording goes. */
  #now = 1;
  #isAsked = false;

  constructor(recording: Recording, events: StreamEvents) {
    this.#recording = recording;
    this.#events = events;
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(this.#canvas);
  }

  /** The recording has grown to a time. */
  grown(now: number): void {
    this.#now = Math.max(now, this.#recording.end, NARROWEST);
    if (this.#follows) this.#range = { from: 0, to: this.#now };
    this.draw();
  }

  fit(): void {
    this.#range = { from: 0, to: this.#now };
    this.follow(true);
  }

  follow(follows: boolean): void {
    this.#follows = follows;
    if (follows) this.#range = { from: 0, to: this.#now };
    this.#events.onFollow(follows);
    this.draw();
  }

  get follows(): boolean {
    return this.#follows;
  }

  /** Moves by a share of the window. */
  pan(share: number): void {
    const { from, to } = this.#range;
    const by = (to - from) * share;
    this.#show({ from: from + by, to: to + by });
  }

  /** Makes the window so many times as wide, around the point that stays at a share of it. */
  zoom(factor: number, share = 0.5): void {
    const { from, to } = this.#range;
    const width = Math.max(NARROWEST, (to - from) * factor);
    const centre = from + (to - from) * share;
    this.#show({ from: centre - width * share, to: centre + width * (1 - share) });
  }

  #show({ from, to }: TimeRange): void {
    const width = Math.min(to - from, this.#now * 1.05);
    const first = Math.min(Math.max(from, -width / 20), this.#now - width / 2);
    this.#range = { from: first, to: first + width };
    if (this.#follows) {
      this.#follows = false;
      this.#events.onFollow(false);
    }
    this.draw();
  }

  /** Draws before the next frame, however often it is called. */
  draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#paint();
    });
  }

  get #width(): number {
    return Math.max(1, this.#canvas.clientWidth - LEFT);
  }

  #paint(): void {
    const tracks = this.#recording.tracks().filter(isDrawn);
    const canvas = this.#canvas;
    const height = AXIS + Math.max(1, tracks.length) * (LANE + GAP);
    const ratio = devicePixelRatio;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.#paintAxis(context, colour, height);
    tracks.forEach((track, i) => {
      const y = AXIS + i * (LANE + GAP);
      context.fillStyle = colour("--lane");
      context.fillRect(LEFT, y, this.#width, LANE);
      context.fillStyle = colour("--quiet");
      context.fillText(laneName(track), 0, y + LANE / 2);
      this.#paintTrack(context, track, y, colour("--panel"));
    });
    if (this.#selected) {
      const [from, to] = [this.#x(this.#selected.from), this.#x(this.#selected.to)];
      context.globalAlpha = 0.16;
      context.fillStyle = colour("--accent");
      context.fillRect(from, AXIS, to - from, height - AXIS);
      context.globalAlpha = 1;
    }
  }

  #paintAxis(
    context: CanvasRenderingContext2D,
    colour: (name: string) => string,
    height: number,
  ): void {
    const { from, to } = this.#range;
    const step = niceStep((to - from) / Math.max(2, this.#width / 110));
    for (let time = Math.max(0, Math.ceil(from / step) * step); time <= to; time += step) {
      const x = Math.round(this.#x(time)) + 0.5;
      context.fillStyle = colour("--line");
      context.fillRect(x, AXIS - 4, 1, height);
      context.fillStyle = colour("--quiet");
      context.fillText(time === 0 ? "0" : timeText(Number(time.toPrecision(12))), x + 4, AXIS / 2);
    }
  }

  #x(time: number): number {
    const { from, to } = this.#range;
    return LEFT + ((time - from) / (to - from)) * this.#width;
  }

  #time(x: number): number {
    const { from, to } = this.#range;
    return from + ((x - LEFT) / this.#width) * (to - from);
  }

  #paintTrack(context: CanvasRenderingContext2D, track: Track, y: number, edge: string): void {
    const { from, to } = this.#range;
    const pixel = (to - from) / this.#width;
    track.visit(from, to, pixel, (begin, end, at) => {
      const event = track.event(at);
      const { name, kind } = event;
      if (this.only.size > 0 && !this.only.has(name)) return;
      const left = Math.max(LEFT, this.#x(begin));
      const width = Math.max(1, Math.min(LEFT + this.#width, this.#x(end)) - left);
      const { top, height } = placeOf(event);
      context.fillStyle =
        kind === EVENT_KIND.failed || kind === EVENT_KIND.awaitedFailed
          ? FAILED
          : kind === EVENT_KIND.moved
            ? MOVED
            : colourOf(name);
      context.fillRect(left, y + top, width, height);
      if (width > 3 && height > 6) {
        context.fillStyle = edge;
        context.fillRect(left + width - 0.5, y + top, 0.5, height);
      }
      if (width > 40 && height > 10) {
        context.fillStyle = "#fff";
        context.save();
        context.beginPath();
        context.rect(left, y, width - 4, LANE);
        context.clip();
        context.fillText(this.#recording.names[name] ?? "", left + 5, y + top + height / 2);
        context.restore();
      }
    });
  }

  /** The event under a point of the canvas. */
  #eventAt(x: number, y: number): { readonly track: Track; readonly event: TaskEvent } | undefined {
    const tracks = this.#recording.tracks().filter(isDrawn);
    const lane = Math.floor((y - AXIS) / (LANE + GAP));
    const track = tracks[lane];
    if (!track || x < LEFT) return undefined;
    const time = this.#time(x);
    const pixel = (this.#range.to - this.#range.from) / this.#width;
    const within = y - AXIS - lane * (LANE + GAP);
    let found: TaskEvent | undefined;
    track.visit(time - pixel, time + pixel, pixel / 4, (_from, _to, at) => {
      const event = track.event(at);
      const { top, height } = placeOf(event);
      if (this.only.size > 0 && !this.only.has(event.name)) return;
      // What lies within another is seen later, and is on top of it.
      if (within >= top && within <= top + height) found = event;
    });
    return found && { track, event: found };
  }

  #tell(x: number, y: number, clientX: number, clientY: number): void {
    const found = this.#eventAt(x, y);
    const tip = this.#tip;
    tip.hidden = !found;
    if (!found) return;
    const { track, event } = found;
    const lines = linesOf(event, track);
    tip.replaceChildren(
      element("b", {}, this.#recording.names[event.name] ?? ""),
      ...lines.map((line) => element("div", {}, line)),
    );
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.min(clientX + 14, innerWidth - width - 8)}px`;
    tip.style.top = `${Math.min(clientY + 14, innerHeight - height - 8)}px`;
  }

  #listen(): void {
    const canvas = this.#canvas;
    const shareOf = (event: MouseEvent): number =>
      Math.min(1, Math.max(0, (event.offsetX - LEFT) / this.#width));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / this.#width);
        else this.zoom(ZOOM ** event.deltaY, shareOf(event));
      },
      { passive: false },
    );
    let dragged: { readonly x: number; readonly selects: boolean; last: number } | undefined;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      dragged = { x: event.offsetX, selects: event.shiftKey, last: event.offsetX };
    });
    canvas.addEventListener("pointermove", (event) => {
      const x = event.offsetX;
      if (!dragged) this.#tell(x, event.offsetY, event.clientX, event.clientY);
      else if (dragged.selects) {
        const [a, b] = [this.#time(Math.max(LEFT, dragged.x)), this.#time(Math.max(LEFT, x))];
        this.#select({ from: Math.min(a, b), to: Math.max(a, b) });
      } else if (x !== dragged.last) {
        this.pan((dragged.last - x) / this.#width);
        dragged.last = x;
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      if (dragged && !dragged.selects && Math.abs(event.offsetX - dragged.x) < 3) {
        this.#select(undefined);
      }
      dragged = undefined;
    });
    canvas.addEventListener("pointerleave", () => {
      this.#tip.hidden = true;
    });
  }

  #select(range: TimeRange | undefined): void {
    this.#selected = range;
    this.#events.onSelect(range);
    this.draw();
  }
}

/** Main threads have a lane where something happened on them. */
const isDrawn = ({ thread, length }: Track): boolean => thread > 0 || length > 0;

const laneName = ({ worker, thread }: Track): string =>
  thread === 0 ? `${worker} · main` : `${worker} · thread ${thread}`;

/** Where in a lane an event is drawn: promises and moves are lines at its edges. */
function placeOf({ kind }: TaskEvent): { readonly top: number; readonly height: number } {
  if (kind === EVENT_KIND.awaited || kind === EVENT_KIND.awaitedFailed) {
    return { top: LANE - 3, height: 3 };
  }
  return kind === EVENT_KIND.moved ? { top: 0, height: 3 } : { top: 3, height: LANE - 6 };
}

function linesOf(event: TaskEvent, track: Track): string[] {
  const { kind, from, to, task, detail } = event;
  const time = `${timeText(to - from)}, from ${timeText(from)} on`;
  if (kind === EVENT_KIND.moved) {
    return [`${bytesText(detail)} from worker ${task} to worker ${track.worker}`, time];
  }
  const failed = kind === EVENT_KIND.failed || kind === EVENT_KIND.awaitedFailed;
  return [
    time,
    `task ${taskText(task)} on ${laneName(track)}`,
    ...(detail > 0 ? [`result: ${bytesText(detail)}`] : []),
    ...(kind === EVENT_KIND.call ? ["it gave a promise, and the thread went on"] : []),
    ...(failed ? ["failed"] : []),
  ];
}

/** 1, 2 or 5 times a power of ten, not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((digit) => digit * power >= least) ?? 10) * power;
}

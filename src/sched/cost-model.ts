/**
 * What tasks and transfers cost, learned from measurements. All times in seconds, all sizes in bytes. Medians
 * of the last few measurements: one task that met a garbage collection or a cold cache moves nothing.
 */

/** Measurements kept for each key. */
const KEPT = 15;
/** Assumed for a function never seen, until the median of all functions is known. */
const UNKNOWN_SECONDS = 1e-3;
const DEFAULT_LATENCY = 1e-4;
const DEFAULT_BANDWIDTH = 1e9;
/** Smaller transfers say more about latency than about bandwidth. */
const SMALL_TRANSFER = 65536;

/** The last measurements of one quantity. */
class Window {
  readonly #values: number[] = [];
  #next = 0;
  #median = 0;

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % KEPT;
    const sorted = [...this.#values].sort((a, b) => a - b);
    this.#median = sorted[sorted.length >> 1] as number;
  }

  /** Undefined before the first measurement. */
  get median(): number | undefined {
    return this.#values.length === 0 ? undefined : this.#median;
  }
}

/** Sizes are told apart by powers of four. */
const sizeClass = (bytes: number): number =>
  bytes <= 0 ? 0 : 1 + Math.floor(Math.log2(bytes) / 2);

export class CostModel {
  /** By processor kind and function; within, by size class. */
  readonly #tasks = new Map<string, Map<number, Window>>();
  readonly #all = new Window();
  readonly #latency = new Map<string, Window>();
  readonly #bandwidth = new Map<string, Window>();

  /** A run of a function on a kind of processor, with arguments of `bytes` in all. */
  taskTook(fn: string, kind: string, bytes: number, seconds: number): void {
    const key = `${kind}:${fn}`;
    let sizes = this.#tasks.get(key);
    if (!sizes) this.#tasks.set(key, (sizes = new Map()));
    const size = sizeClass(bytes);
    let window = sizes.get(size);
    if (!window) sizes.set(size, (window = new Window()));
    window.add(seconds);
    this.#all.add(seconds);
  }

  /** Expected seconds of a run. A size not seen yet is judged by the nearest one that was. */
  taskCost(fn: string, kind: string, bytes: number): number {
    const sizes = this.#tasks.get(`${kind}:${fn}`);
    if (!sizes) return this.#all.median ?? UNKNOWN_SECONDS;
    const size = sizeClass(bytes);
    let nearest = Number.POSITIVE_INFINITY;
    let cost = UNKNOWN_SECONDS;
    for (const [seen, window] of sizes) {
      const distance = Math.abs(seen - size);
      if (distance >= nearest) continue;
      nearest = distance;
      cost = window.median as number;
    }
    return cost;
  }

  transferTook(from: number, to: number, bytes: number, seconds: number): void {
    const table = bytes < SMALL_TRANSFER ? this.#latency : this.#bandwidth;
    const key = `${from}:${to}`;
    let window = table.get(key);
    if (!window) table.set(key, (window = new Window()));
    window.add(bytes < SMALL_TRANSFER ? seconds : bytes / seconds);
  }

  /** Expected seconds to bring `bytes` from one worker to another. */
  transferCost(from: number, to: number, bytes: number): number {
    if (from === to) return 0;
    const key = `${from}:${to}`;
    const latency = this.#latency.get(key)?.median ?? DEFAULT_LATENCY;
    return latency + bytes / (this.#bandwidth.get(key)?.median ?? DEFAULT_BANDWIDTH);
  }
}

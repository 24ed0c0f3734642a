/** Tasks of this program that failed, in groups of those that failed alike; bounded. */

import { tracingChannel } from "node:diagnostics_channel";
import type { TaskMessage } from "../task/channels.ts";

/** Tasks that failed alike: with the same error, along the same path of names. */
export interface FailureGroup {
  readonly message: string;
  readonly path: readonly string[];
  readonly site: string | undefined;
  /** Of what the first of them threw. */
  readonly stack: string | undefined;
  readonly count: number;
  readonly first: number;
}

const MOST_GROUPS = 200;
const LONGEST = 4000;

type Group = { -readonly [Key in keyof FailureGroup]: FailureGroup[Key] };

export class Failures {
  /** Grows with every failure. */
  count = 0;
  readonly #groups = new Map<string, Group>();
  readonly #clock: () => number;
  readonly #channel = tracingChannel<TaskMessage, TaskMessage>("bodkin:task").error;
  readonly #hear = (message: unknown): void => this.#add(message as TaskMessage);

  /** `clock` gives milliseconds since the recording began. */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#channel.subscribe(this.#hear);
  }

  #add({ error, site }: TaskMessage): void {
    if (!error) return;
    this.count++;
    const { cause } = error;
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const path = error.path.map(({ name }) => name);
    const key = JSON.stringify([message, path]);
    const known = this.#groups.get(key);
    if (known) known.count++;
    else if (this.#groups.size < MOST_GROUPS) {
      const stack = cause instanceof Error ? cause.stack?.slice(0, LONGEST) : undefined;
      this.#groups.set(key, {
        message: message.slice(0, LONGEST),
        path,
        site,
        stack,
        count: 1,
        first: this.#clock(),
      });
    }
  }

  /** The groups, the largest first. */
  groups(): FailureGroup[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.count - a.count)
      .map((group) => ({ ...group }));
  }

  close(): void {
    this.#channel.unsubscribe(this.#hear);
  }
}

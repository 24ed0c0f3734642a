/**
 * How many devices each member has. Nobody looks for devices before a scope names one; then the members it names are
 * asked, once each.
 */

import type { Member, Message } from "../wire/messages.ts";
import type { Link } from "./transport.ts";

export interface DeviceCountHooks {
  /** Number of this worker. */
  readonly worker: number;
  /** Finds the devices of this process and starts to use them. */
  findHere(): Promise<{ readonly count: number; readonly reason?: string | undefined }>;
  link(worker: number): Link | undefined;
  /** More is known. */
  onChanged(): void;
}

export class DeviceCounts {
  readonly #hooks: DeviceCountHooks;
  readonly #counts = new Map<number, number>();
  readonly #reasons = new Map<number, string>();
  readonly #asked = new Map<number, PromiseWithResolvers<void>>();

  constructor(hooks: DeviceCountHooks) {
    this.#hooks = hooks;
  }

  /** Members with what is known of their devices. */
  applyTo(members: readonly Member[]): Member[] {
    return members.map((member) => {
      const gpus = this.#counts.get(member.worker);
      return gpus === undefined ? member : { ...member, gpus };
    });
  }

  /** Why members have none, and what to do. */
  get reasons(): string[] {
    return [...new Set(this.#reasons.values())];
  }

  /** Resolves when it is known of these members. */
  async find(workers: readonly number[]): Promise<void> {
    await Promise.all(workers.map((worker) => this.#find(worker)));
  }

  #find(worker: number): Promise<void> {
    let asked = this.#asked.get(worker);
    if (!asked) {
      this.#asked.set(worker, (asked = Promise.withResolvers<void>()));
      const link = this.#hooks.link(worker);
      if (worker === this.#hooks.worker) {
        void this.#hooks.findHere().then(({ count, reason }) => this.#learn(worker, count, reason));
      } else if (link) link.send({ type: "findDevices" });
      else asked.resolve(); // it is gone
    }
    return asked.promise;
  }

  #learn(worker: number, count: number, reason: string | undefined): void {
    this.#counts.set(worker, count);
    if (reason !== undefined) this.#reasons.set(worker, reason);
    this.#hooks.onChanged();
    this.#asked.get(worker)?.resolve();
  }

  /** Handles the messages that are about devices; false for others. */
  onMessage(message: Message, from: Link): boolean {
    if (message.type === "devices") this.#learn(from.peer, message.count, message.reason);
    else if (message.type === "findDevices") void this.#answer(from);
    else return false;
    return true;
  }

  async #answer(to: Link): Promise<void> {
    const { worker } = this.#hooks;
    await this.#find(worker);
    const reason = this.#reasons.get(worker);
    const count = this.#counts.get(worker) ?? 0;
    to.send({ type: "devices", count, ...(reason !== undefined && { reason }) });
  }

  /** A member is gone. */
  onDown(worker: number): void {
    this.#asked.get(worker)?.resolve();
    this.#asked.delete(worker);
    this.#counts.delete(worker);
    this.#reasons.delete(worker);
  }
}

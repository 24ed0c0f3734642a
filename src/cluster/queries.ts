/**
 * Asking for the result of a task of another thread, which may be in another process. The control threads pass
 * questions and answers on; the home of the task answers when it is done. Every question is answered: with a
 * failure where the home is gone.
 */

import type { Context } from "../runtime/context.ts";
import { listen, send } from "../runtime/topics.ts";
import { TAG } from "../sched/layout.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Message, SlotDescription } from "../wire/messages.ts";
import { dropSlots, type Slot } from "./slots.ts";
import type { Link } from "./transport.ts";

export const ASK_TOPIC = "ask";
export const ANSWER_TOPIC = "answer";

/** A task, by its home and its number there. */
export interface Asked {
  readonly worker: number;
  readonly slot: number;
  /** Of the thread: one that took the place of a dead one knows nothing of its tasks. */
  readonly incarnation: number;
  readonly serial: number;
}

export interface Question extends Asked {
  /** Number of the question on the thread that asks. */
  readonly request: number;
}

/** The outcome of a task. A chunk comes with a reference for who asked. */
export type Outcome = Slot;

export interface Answer extends Outcome {
  readonly request: number;
}

/** Who answers on this thread: the room that knows tasks. Never rejects. */
let answerer: (asked: Asked) => Promise<Outcome>;

export function setAnswerer(how: typeof answerer): void {
  answerer = how;
}

/** On a compute thread: a question for a task of this thread. */
export function answerHere(question: Question): void {
  void answerer(question).then((outcome) => {
    send(ANSWER_TOPIC, { ...outcome, request: question.request } satisfies Answer);
  });
}

/** The outcome of a task that nobody can tell any more. */
export function unknownOutcome({ payloads }: Context, reason: unknown): Outcome {
  return {
    tag: TAG.error,
    number: 0,
    word: payloads.writeFailure({ thrown: reason, path: [] }, 0),
  };
}

export interface QueryParts {
  readonly context: Context;
  link(worker: number): Link | undefined;
  describe(outcome: Outcome, to: Link): SlotDescription;
  accept(slot: SlotDescription, from: Link): Outcome;
  /** Keeps the process alive until a promise is settled. */
  hold<T>(promise: Promise<T>): Promise<T>;
}

interface Open {
  readonly asked: Asked;
  settle(outcome: Outcome): void;
}

/** The switchboard of a control thread. */
export class Queries {
  readonly #parts: QueryParts;
  /** Our questions to other threads and workers, by number. */
  readonly #open = new Map<number, Open>();
  #request = 0;

  constructor(parts: QueryParts) {
    this.#parts = parts;
    listen(ASK_TOPIC, (body, from) => {
      const { request, ...asked } = body as Question;
      void this.ask(asked).then((outcome) => {
        send(ANSWER_TOPIC, { ...outcome, request } satisfies Answer, from);
      });
    });
    listen(ANSWER_TOPIC, (body) => {
      const { request, ...outcome } = body as Answer;
      this.#settle(request, outcome);
    });
  }

  /** The outcome of a task, once it is done. */
  ask(asked: Asked): Promise<Outcome> {
    const { context, link, hold } = this.#parts;
    const { worker, slot, incarnation, serial } = asked;
    if (worker === context.worker && slot === 0) return answerer(asked);
    const to = link(worker);
    if (worker !== context.worker && !to) {
      return Promise.resolve(unknownOutcome(context, homeGone(worker)));
    }
    const request = ++this.#request;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#open.set(request, { asked, settle: resolve });
    if (to) to.send({ type: "ask", request, slot, incarnation, serial });
    else send(ASK_TOPIC, { ...asked, request } satisfies Question, slot);
    return hold(promise);
  }

  #settle(request: number, outcome: Outcome): void {
    this.#open.get(request)?.settle(outcome);
    this.#open.delete(request);
  }

  /** Some homes are gone: answers what they were asked. */
  onGone(isGone: (asked: Asked) => boolean, reason: BodkinError): void {
    for (const [request, { asked }] of [...this.#open]) {
      if (isGone(asked)) this.#settle(request, unknownOutcome(this.#parts.context, reason));
    }
  }

  /** A worker is gone. */
  onDown(worker: number): void {
    this.onGone((asked) => asked.worker === worker, homeGone(worker));
  }

  /** Handles the messages that are about questions; false for others. */
  onMessage(message: Message, from: Link): boolean {
    const { context, describe } = this.#parts;
    if (message.type === "ask") {
      const { request, slot, incarnation, serial } = message;
      const asked = { worker: context.worker, slot, incarnation, serial };
      void this.ask(asked).then((outcome) => {
        from.send({ type: "answer", request, result: describe(outcome, from) });
        dropSlots(context, [outcome]);
      });
      return true;
    }
    if (message.type === "answer") {
      this.#settle(message.request, this.#outcomeOf(message.result, from));
      return true;
    }
    return false;
  }

  #outcomeOf(result: SlotDescription, from: Link): Outcome {
    const { context, accept } = this.#parts;
    try {
      return accept(result, from);
    } catch (error) {
      return unknownOutcome(context, error); // there is no room for it here
    }
  }
}

const homeGone = (worker: number): BodkinError =>
  new BodkinError("WORKER_LOST", `the task was spawned on worker ${worker}, which is gone`);

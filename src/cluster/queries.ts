/**
 * Asking for the result of a task of another thread, which may be in another process. The control threads pass
 * questions and answers on; the home of the task answers when it is done.
 */

import type { Context } from "../runtime/context.ts";
import { listen, send } from "../runtime/topics.ts";
import { TAG } from "../sched/layout.ts";
import type { Message, SlotDescription } from "../wire/messages.ts";
import type { Link } from "./transport.ts";

export const ASK_TOPIC = "ask";
export const ANSWER_TOPIC = "answer";

export interface Question {
  /** Number of the question on the thread that asks. */
  readonly request: number;
  /** Home of the task, and its number there. */
  readonly worker: number;
  readonly slot: number;
  readonly serial: number;
}

export interface Answer {
  readonly request: number;
  readonly tag: number;
  readonly number: number;
  /** A chunk comes with a reference for the thread that asked. */
  readonly word: number;
}

/** Who answers on this thread: the room that knows tasks. */
let answerer: (question: Question) => Promise<Omit<Answer, "request">> = () =>
  Promise.reject(new Error("internal: nobody answers"));

export function setAnswerer(how: typeof answerer): void {
  answerer = how;
}

// On a compute thread: a question for a task of this thread.
export function answerHere(question: Question): void {
  void answerer(question).then((answer) => {
    send(ANSWER_TOPIC, { ...answer, request: question.request } satisfies Answer);
  });
}

export interface QueryParts {
  readonly context: Context;
  link(worker: number): Link | undefined;
  describe(tag: number, number: number, word: number, to: Link): SlotDescription;
  accept(slot: SlotDescription, from: Link): { tag: number; number: number; word: number };
}

/** The switchboard of a control thread. */
export class Queries {
  readonly #parts: QueryParts;
  /** Who gets the answer to each of our own questions. */
  readonly #waiting = new Map<number, (answer: Omit<Answer, "request">) => void>();
  #request = 0;

  constructor(parts: QueryParts) {
    this.#parts = parts;
    listen(ASK_TOPIC, (body, from) => {
      const question = body as Question;
      this.ask(question).then(
        (answer) => send(ANSWER_TOPIC, { ...answer, request: question.request }, from),
        () => {}, // the worker is gone: whoever asks hears of that by its own task
      );
    });
    listen(ANSWER_TOPIC, (body) => {
      const { request, ...answer } = body as Answer;
      this.#settle(request, answer);
    });
  }

  /** The outcome of a task, once it is done. */
  ask(question: Omit<Question, "request">): Promise<Omit<Answer, "request">> {
    const { context, link } = this.#parts;
    const request = ++this.#request;
    if (question.worker === context.worker && question.slot === 0) {
      return answerer({ ...question, request });
    }
    const { promise, resolve } = Promise.withResolvers<Omit<Answer, "request">>();
    this.#waiting.set(request, resolve);
    if (question.worker === context.worker)
      send(ASK_TOPIC, { ...question, request }, question.slot);
    else {
      link(question.worker)?.send({
        type: "ask",
        request,
        slot: question.slot,
        serial: question.serial,
      });
    }
    return promise;
  }

  #settle(request: number, answer: Omit<Answer, "request">): void {
    this.#waiting.get(request)?.(answer);
    this.#waiting.delete(request);
  }

  /** Handles the messages that are about questions; false for others. */
  onMessage(message: Message, from: Link): boolean {
    const { context, describe, accept } = this.#parts;
    if (message.type === "ask") {
      const { request, slot, serial } = message;
      void this.ask({ worker: context.worker, slot, serial }).then(({ tag, number, word }) => {
        from.send({ type: "answer", request, result: describe(tag, number, word, from) });
        if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk)
          context.release(word);
      });
      return true;
    }
    if (message.type === "answer") {
      this.#settle(message.request, accept(message.result, from));
      return true;
    }
    return false;
  }
}

/**
 * Messages between the threads of a process for the floors above: a topic has one listener a thread. On the
 * control thread `postToThread` names a slot; compute threads post to the control thread only.
 */

type Listener = (body: unknown, from: number) => void;

/** To a compute thread: the result of a task that it runs is not wanted any more. */
export const CANCELLED_TOPIC = "cancelled";

export interface CancelledRun {
  readonly record: number;
  readonly serial: number;
}

const listeners = new Map<string, Listener>();
let post: (topic: string, body: unknown, to: number) => void = () => {};

/** Hears a topic on this thread; `from` is the slot of the sender. */
export function listen(topic: string, listener: Listener): void {
  listeners.set(topic, listener);
}

/** Sends to the control thread (slot 0), or from there to the thread of a slot. */
export function send(topic: string, body: unknown, to = 0): void {
  post(topic, body, to);
}

/** How this thread sends; set by its main loop. */
export function setPost(how: typeof post): void {
  post = how;
}

export function onTopic(topic: string, body: unknown, from: number): void {
  listeners.get(topic)?.(body, from);
}

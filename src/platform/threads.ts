/** Threads of this process: starting them, messages, and how they end. */

import { cpus } from "node:os";
import {
  BroadcastChannel,
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from "node:worker_threads";

export interface ThreadHandle {
  post(message: unknown): void;
  /** Ends the thread wherever it is. Resolves when it is gone. */
  terminate(): Promise<void>;
}

export interface ThreadEvents {
  onMessage(message: unknown): void;
  /** Once, when the thread is gone; `error` is what it died of, if anything was thrown. */
  onEnd(error: unknown): void;
}

/** Starts a thread that does not keep the process alive. */
export function startThread(
  entry: URL,
  name: string,
  data: unknown,
  events: ThreadEvents,
): ThreadHandle {
  const worker = new Worker(entry, { name, workerData: data });
  let error: unknown;
  worker.on("message", (message) => events.onMessage(message));
  worker.on("error", (reason) => {
    error = reason;
  });
  worker.on("exit", () => events.onEnd(error));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

export interface OwnThread {
  readonly data: unknown;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Takes one waiting message without going through the event loop. */
  receive(): unknown | undefined;
}

/** This thread as its starter sees it; undefined on the first thread of a process. */
export function ownThread(): OwnThread | undefined {
  const port = parentPort;
  if (isMainThread || !port) return undefined;
  return {
    data: workerData,
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on("message", listener);
    },
    receive: () => receiveMessageOnPort(port)?.message,
  };
}

/** What all threads of this process that opened a channel of one name say to each other. */
export interface Channel {
  /** To all others. */
  post(message: unknown): void;
  /** Takes one waiting message without going through the event loop. */
  receive(): unknown | undefined;
  close(): void;
}

/** Opens a channel, which does not keep the thread alive. `onMessage` hears what nobody took by `receive`. */
export function openChannel(name: string, onMessage: (message: unknown) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.unref();
  channel.onmessage = ({ data }: MessageEvent): void => onMessage(data);
  return {
    post: (message) => channel.postMessage(message),
    // It takes these too, which its type does not know.
    receive: () => receiveMessageOnPort(channel as unknown as MessagePort)?.message,
    close: () => channel.close(),
  };
}

/** The processors this process may use. */
export { availableParallelism } from "node:os";

/** Also those that this process may not use. */
export const coresOfHost = (): number => cpus().length;

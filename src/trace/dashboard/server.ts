/**
 * The dashboard: a page that shows a recording while it grows. It listens on the loopback address alone, and answers only
 * who knows its token and comes from its own page.
 */

import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventClock } from "../../events/event-writer.ts";
import { BodkinError, invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { chromeOf } from "../chrome.ts";
import { ensureRecording, recorded } from "../recording.ts";
import { foldedGraph } from "../task-graph.ts";
import { about } from "./feed.ts";
import { page } from "./page.ts";
import { Reader } from "./reader.ts";
import { reportOf } from "./report.ts";

export interface DashboardOptions {
  /** Port of the loopback address; any that is free by default. */
  readonly port?: number | undefined;
}

/** A dashboard that runs. It does not keep the program alive. */
export interface Dashboard extends AsyncDisposable {
  /** Where a browser finds it; whoever has this address may look. */
  readonly url: string;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const TICK_MILLISECONDS = 100;
const MOST_READERS = 16;
/** How long the end waits for readers to take what is left. */
const END_MILLISECONDS = 1000;

/** Shows what runs, from now on, in a page. Begins a recording where there is none. */
export async function dashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  checkNames(options, ["port"], "trace.dashboard()");
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalidArgument(`port must be a whole number from 0 to 65535, not ${String(port)}`);
  }
  page(); // fails now where it was not built
  const running = new RunningDashboard();
  await running.listen(port);
  return running;
}

class RunningDashboard implements Dashboard {
  url = "";
  readonly #token = randomBytes(24).toString("base64url");
  readonly #server: Server;
  readonly #readers = new Set<Reader>();
  #host = "";
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor() {
    ensureRecording();
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.unref();
    this.#server.on("connection", (socket) => void socket.unref());
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause) =>
        reject(
          new BodkinError(
            "CLOSED",
            `the dashboard cannot listen on port ${port}: ${cause.message}`,
            {
              cause,
            },
          ),
        ),
      );
      this.#server.listen(port, HOST, resolve);
    });
    this.#host = `${HOST}:${(this.#server.address() as AddressInfo).port}`;
    this.url = `http://${this.#host}/?token=${this.#token}`;
    this.#timer = setInterval(() => void this.#tick(), TICK_MILLISECONDS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const store = await recorded();
    const late = setTimeout(() => this.#server.closeAllConnections(), END_MILLISECONDS);
    await Promise.all([...this.#readers].map((reader) => reader.end(store)));
    clearTimeout(late);
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whether a request comes from our page, or is for it. */
  #isOurs({ headers }: IncomingMessage, url: URL): boolean {
    const { host, origin } = headers;
    // A name that somebody else resolves to this address is not ours.
    if (host !== this.#host && host !== this.#host.replace(HOST, "localhost")) return false;
    if (origin !== undefined && origin !== `http://${host}`) return false;
    const given = Buffer.from(url.searchParams.get("token") ?? "");
    const token = Buffer.from(this.#token);
    return given.length === token.length && timingSafeEqual(given, token);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${HOST}`);
    const reply = (status: number, type: string, text: string): void => {
      response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, ...HEADERS });
      response.end(text);
    };
    if (request.method !== "GET") return reply(405, "text/plain", "GET only\n");
    if (!this.#isOurs(request, url)) {
      return reply(
        403,
        "text/plain",
        "open the address that the program printed, with its token\n",
      );
    }
    try {
      switch (url.pathname) {
        case "/":
          return reply(200, "text/html", page());
        case "/events":
          return this.#follow(response);
        case "/graph":
          return reply(200, "application/json", JSON.stringify(foldedGraph(await recorded())));
        case "/trace.json":
          return reply(200, "application/json", chromeOf(await recorded(), eventClock()));
        case "/report.html":
          return reply(200, "text/html", reportOf(await recorded(), eventClock()));
        default:
          return reply(404, "text/plain", "there is nothing here\n");
      }
    } catch (error) {
      reply(500, "text/plain", `${(error as Error).message}\n`);
    }
  }

  #follow(response: ServerResponse): void {
    if (this.#readers.size >= MOST_READERS) {
      response.writeHead(503, { "Content-Type": "text/plain", ...HEADERS });
      response.end("too many look at once\n");
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream", ...HEADERS });
    const reader = new Reader(response);
    this.#readers.add(reader);
    response.on("close", () => this.#readers.delete(reader));
    reader.send("about", about());
    void this.#tick();
  }

  async #tick(): Promise<void> {
    if (this.#readers.size === 0 || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const store = await recorded();
      for (const reader of this.#readers) reader.tell(store);
    } finally {
      this.#isLooking = false;
    }
  }
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

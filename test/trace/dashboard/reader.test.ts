import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Recording } from "../../../dashboard/model.ts";
import { EVENT_KIND } from "../../../src/events/layout.ts";
import { Reader } from "../../../src/trace/dashboard/reader.ts";
import { TraceStore } from "../../../src/trace/store.ts";

/** A store hears of so many tasks, and of a line that a thread printed. */
function hear(listener: ReturnType<TraceStore["listener"]>, first: number, tasks: number): void {
  const events = Float64Array.from(
    Array.from({ length: tasks }, (_, i) => [first + i, first + i + 0.5, first + i, 8]).flatMap(
      (event) => [...event, EVENT_KIND.run],
    ),
  );
  listener(1, {
    threads: [{ slot: 1, events, names: ["a"], log: [`line ${first}`] }],
    memory: { bytes: 0, bound: 0, disk: 0 },
    traffic: { sent: 0, received: 0 },
    queue: { ready: 0, stolen: 0 },
  });
}

describe("a reader that is slow", () => {
  it("is told no more than it takes, and all once it takes it", async () => {
    const store = new TraceStore(0);
    const listener = store.listener();
    const pipe = new PassThrough();
    const reader = new Reader(pipe);
    const looks = 100;
    let most = 0;
    for (let look = 0; look < looks; look++) {
      hear(listener, look * 5000, 5000);
      for (let tick = 0; tick < 5; tick++) reader.tell(store);
      most = Math.max(most, pipe.writableLength);
    }
    expect(pipe.writableLength).toBeGreaterThan(4 * 2 ** 20);
    expect(most).toBeLessThan(5 * 2 ** 20);

    let text = "";
    pipe.setEncoding("utf8");
    pipe.on("data", (part: string) => (text += part));
    const recording = new Recording();
    const lines = new Set<string>();
    let states = 0;
    const take = (): void => {
      const parts = text.split("\n\n");
      text = parts.pop() as string;
      for (const part of parts) {
        const [, name, data = ""] = /^event: (.*)\ndata: (.*)$/s.exec(part) ?? [];
        if (name === "events") recording.add(JSON.parse(data));
        else if (name === "log") for (const line of JSON.parse(data)) lines.add(line.text);
        else if (name === "state") states++;
      }
    };
    while (recording.count < looks * 5000) {
      reader.tell(store);
      await new Promise((resolve) => setImmediate(resolve));
      take();
    }
    void reader.end(store);
    await new Promise((resolve) => pipe.on("end", resolve));
    take();
    expect(recording.count).toBe(looks * 5000);
    expect(lines).toContain(`line ${(looks - 1) * 5000}`);
    expect(states).toBeLessThan(looks * 2);
  });
});

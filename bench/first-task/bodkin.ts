import { report } from "./report.ts";

const { spawn, start } = await import("bodkin");
await start({ threads: 2 });
report(await spawn((x: number) => x + 1, 41).fetch());

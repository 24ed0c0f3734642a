import { report } from "./report.ts";

const { Piscina } = await import("piscina");
const filename = new URL("../overhead/inc.ts", import.meta.url).href;
const pool = new Piscina({ filename, name: "inc", minThreads: 2, maxThreads: 2 });
report(await pool.run(41));
await pool.destroy();

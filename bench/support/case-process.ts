/** The process of one measurement: `node case-process.ts TOPIC SIZE CASE`; sends the metrics to its parent. */

import type { Size, TopicModule } from "./topic.ts";

process.once("disconnect", () => process.exit()); // whoever asked is gone, or has its answer

const [topic, size, name] = process.argv.slice(2) as [string, Size, string];
const module = (await import(`../${topic}.ts`)) as TopicModule;
const found = module.topic(size).cases.find((one) => one.name === name);
if (!found) throw new Error(`topic ${topic} has no case '${name}'`);
process.send?.(await found.measure(), () => process.disconnect());

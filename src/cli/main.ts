#!/usr/bin/env node
/** The command `bodkin`: finds the command that is meant and says what there is. Loads nothing that is not needed. */

const LEAST_NODE = [22, 18] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
  console.error(
    `bodkin needs Node ${LEAST_NODE.join(".")} or later, and this is ${process.versions.node}: install a newer one, or have npm bring it (npm install node@24)`,
  );
  process.exit(1);
}
const { main } = await import("./commands.ts");
await main(process.argv.slice(2));

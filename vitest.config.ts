import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Suites that repeat themselves run their full counts for as long as it takes.
const testTimeout = process.env["BODKIN_SOAK"] === "1" ? 3_600_000 : 60_000;
// Hooks start clusters of several processes.
const hookTimeout = 60_000;

// Tests import "bodkin" from its source; worker threads and processes load the same source by type stripping.
const shared = {
  resolve: {
    alias: {
      "bodkin/mpi": here("./src/mpi/index.ts"),
      "bodkin/table": here("./src/table/index.ts"),
      "bodkin/trace": here("./src/trace/index.ts"),
      bodkin: here("./src/index.ts"),
    },
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: [
            "test/{util,wasm,wire,events,memory,closure,sched,kernel,show,array}/**/*.test.ts",
          ],
          exclude: ["test/array/{distributed,files}/**"],
          testTimeout,
          hookTimeout,
          pool: "forks",
        },
      },
      {
        ...shared,
        test: {
          name: "system",
          include: [
            "test/{runtime,task,cluster,gpu,fold,table,trace,cli,browser,system,examples,docs}/**/*.test.ts",
            "test/array/{distributed,files}/**/*.test.ts",
          ],
          pool: "forks",
          fileParallelism: false,
          testTimeout,
          hookTimeout,
        },
      },
    ],
  },
});

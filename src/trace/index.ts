/**
 * Seeing what runs.
 * @module bodkin/trace
 */

import "../entry/setup.ts";

export * as trace from "./api.ts";
export type { Dashboard, DashboardOptions } from "./dashboard/server.ts";
export type { NameSummary, TraceSummary } from "./summary.ts";
export type { GraphOptions } from "./task-graph.ts";

/** Names keep their colour in every panel: the first ones get those that differ most. */

const FIRST: readonly string[] = [
  "#3b82d6",
  "#12a594",
  "#e5884d",
  "#8e6bd8",
  "#d6579b",
  "#7aa53b",
  "#d9a521",
  "#4bb3d3",
  "#a0704a",
  "#6f7fdb",
];
/** Turns further hues away from each other. */
const GOLDEN_ANGLE = 137.508;

export const FAILED = "#c4314b";
export const MOVED = "#e0475b";

export const colourOf = (name: number): string =>
  FIRST[name] ?? `hsl(${Math.round((name * GOLDEN_ANGLE) % 360)} 52% 55%)`;

/** Of the worker that has a chunk; 0: nobody yet, -1: nobody ever. */
export const ownerColour = (worker: number): string =>
  worker > 0 ? colourOf(worker - 1) : worker === 0 ? "var(--line)" : FAILED;

/** Repetition suites run a hundredth of their count, and all of it under `npm run soak`. */
export function times(full: number): number {
  return process.env["BODKIN_SOAK"] === "1" ? full : Math.max(1, Math.round(full / 100));
}

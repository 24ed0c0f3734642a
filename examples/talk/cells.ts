/** How the cells of the talk print. */

export function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 74 - text.length))}`);
}

/** Prints the code of a cell and what it gives. */
export function show(code: string, value: unknown): void {
  console.log(`> ${code}`);
  console.log(value, "\n");
}

/** How often each value comes, as text: `2: 2048, 3: 2048`. */
export function tally(values: Iterable<number>): string {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([value, count]) => `${value}: ${count}`)
    .join(", ");
}

/** A value in an error message: `null`, `an object`, `number 5`, `string text`. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `${typeof value} ${String(value)}`;
}

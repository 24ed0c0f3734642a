/** Tables in Markdown, aligned so that they read well in a terminal too. */

export interface Table {
  /** A line above the table. */
  readonly caption?: string;
  readonly head: readonly string[];
  /** The first column names the row; figures stand to the right. */
  readonly rows: readonly (readonly string[])[];
}

export function markdown({ caption, head, rows }: Table): string {
  const widths = head.map((_, k) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[k] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, k) => pad(row[k] ?? "", width, k)).join(" | ")} |`;
  const rule = `| ${widths.map((width, k) => (k === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const table = [line(head), rule, ...rows.map(line)].join("\n");
  return caption ? `${caption}\n\n${table}` : table;
}

const pad = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);

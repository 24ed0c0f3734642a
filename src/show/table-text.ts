/** Tables as boxes of text: names and types above, numbers to the right, some columns and rows left out in the middle. */

/** A column as it is shown. */
export interface ShownColumn {
  readonly name: string;
  readonly type: string;
  /** Numbers are to the right. */
  readonly isNumber: boolean;
  /** Of the rows that are shown, in their order. */
  readonly cells: readonly string[];
}

export interface ShownTable {
  readonly columns: readonly ShownColumn[];
  /** Rows are left out after so many; none where undefined. */
  readonly gapAfter?: number;
  /** Characters in a line. */
  readonly width: number;
}

const GAP: ShownColumn = { name: "…", type: "", isNumber: false, cells: [] };

export function tableText({ columns, gapAfter, width }: ShownTable): string {
  const rows = columns[0]?.cells.length ?? 0;
  const shown = fitting(columns, width);
  const parts = shown.map((column) => {
    const length = lengthOf(column);
    const cell = (text: string): string =>
      column.isNumber ? text.padStart(length) : text.padEnd(length);
    const isGap = column === GAP;
    const lines = Array.from({ length: rows }, (_, row) =>
      cell(isGap ? "…" : (column.cells[row] as string)),
    );
    if (gapAfter !== undefined) lines.splice(gapAfter, 0, cell("…"));
    return { length, name: cell(column.name), type: cell(column.type), lines };
  });
  const rule = (left: string, line: string, between: string, right: string): string =>
    left + parts.map(({ length }) => line.repeat(length + 2)).join(between) + right;
  const line = (cells: readonly string[]): string => `│ ${cells.join(" ┆ ")} │`;
  const count = parts[0]?.lines.length ?? 0;
  return [
    rule("┌", "─", "┬", "┐"),
    line(parts.map(({ name }) => name)),
    ...(columns.some(({ type }) => type !== "") ? [line(parts.map(({ type }) => type))] : []),
    rule("╞", "═", "╪", "╡"),
    ...Array.from({ length: count }, (_, at) =>
      line(parts.map(({ lines }) => lines[at] as string)),
    ),
    rule("└", "─", "┴", "┘"),
  ].join("\n");
}

const lengthOf = ({ name, type, cells }: ShownColumn): number =>
  [name, type, ...cells].reduce((most, text) => Math.max(most, text.length), 1);

/** Columns from both sides as far as there is room, at least one. */
function fitting(columns: readonly ShownColumn[], width: number): readonly ShownColumn[] {
  const lengths = columns.map((column) => lengthOf(column) + 3);
  const all = lengths.reduce((sum, length) => sum + length, 1);
  if (all <= width || columns.length <= 2) return columns;
  let [first, last] = [0, columns.length];
  let room = width - 1 - 4;
  for (let turn = 0; first < last; turn++) {
    const at = turn % 2 === 0 ? first : last - 1;
    room -= lengths[at] as number;
    if (room < 0 && turn > 0) break;
    if (turn % 2 === 0) first++;
    else last--;
  }
  return [...columns.slice(0, first), GAP, ...columns.slice(last)];
}

const LONGEST = 32;

/** Text on one line, cut where it is too long. */
export function cellText(text: string): string {
  const line = text.replace(/\s/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

/** A number with six digits that count. */
export function numberCell(value: number, isFloat: boolean): string {
  if (!isFloat || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(6));
  return Number.isInteger(rounded) && Math.abs(rounded) < 1e15
    ? rounded.toFixed(1)
    : String(rounded);
}

/** `10_000_000` */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, "_");

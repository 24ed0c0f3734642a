/** Quantiles of numbers in memory, by selection: only as much is put in order as is needed. */

/** Where less is left, sorting is faster. */
const SMALL = 24;

/** Between the two nearest values; the values change places. NaN is greater than all numbers. */
export function quantileOf(values: Float64Array, fraction: number): number | undefined {
  if (values.length === 0) return undefined;
  const place = fraction * (values.length - 1);
  const low = Math.floor(place);
  select(values, low);
  const a = values[low] as number;
  if (low === place) return a;
  return a + (leastAfter(values, low) - a) * (place - low);
}

/** Puts the value in its place; no smaller ones come after it, no greater ones before. */
function select(values: Float64Array, place: number): void {
  let [from, to] = [0, withoutNaN(values)];
  if (place >= to) return;
  for (let steps = 4 * Math.log2(to - from + 1); to - from > SMALL && steps > 0; steps--) {
    const pivot = middleOf(values, from, to);
    let [left, right] = [from, to - 1];
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const value = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = value;
    }
    if (place <= right) to = right + 1;
    else if (place >= left) from = left;
    else return;
  }
  values.subarray(from, to).sort();
}

/** Puts NaN last, and gives the number of others. */
function withoutNaN(values: Float64Array): number {
  let end = values.length;
  for (let at = 0; at < end; at++) {
    while (end > at && Number.isNaN(values[at])) {
      values[at] = values[--end] as number;
      values[end] = Number.NaN;
    }
  }
  return end;
}

function middleOf(values: Float64Array, from: number, to: number): number {
  const a = values[from] as number;
  const b = values[(from + to) >> 1] as number;
  const c = values[to - 1] as number;
  return a < b ? (b < c ? b : Math.max(a, c)) : a < c ? a : Math.max(b, c);
}

/** The next one in order; there is one. */
function leastAfter(values: Float64Array, place: number): number {
  let least = Number.NaN;
  for (let at = place + 1; at < values.length; at++) {
    const value = values[at] as number;
    if (value < least || Number.isNaN(least)) least = value;
  }
  return least;
}

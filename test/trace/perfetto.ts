/** The rules of Perfetto for traces in JSON, as far as they can be broken here. */

interface Entry {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string | number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly Entry[];
  readonly otherData: { readonly events: number; readonly kept: number; readonly dropped: number };
}

/** What is wrong with a trace: nothing, if it is as it should be. */
export function faultsOf({ traceEvents }: ChromeTrace): string[] {
  const faults: string[] = [];
  const slices = traceEvents.filter(({ ph }) => ph === "X");
  for (const [track, own] of Map.groupBy(slices, ({ pid, tid }) => `${pid}.${tid}`)) {
    const sorted = [...own].sort((a, b) => a.ts - b.ts || b.dur - a.dur);
    sorted.slice(1).forEach((slice, i) => {
      const before = sorted[i] as Entry;
      // Times are whole nanoseconds written as microseconds.
      if (slice.ts < before.ts + before.dur - 5e-4) {
        faults.push(`${slice.name} overlaps ${before.name} on track ${track}`);
      }
    });
    for (const { name, dur, ts } of own) {
      if (!(dur >= 0 && Number.isFinite(ts))) faults.push(`${name} ends before it begins`);
    }
  }
  const pairs = traceEvents.filter(({ ph }) => ph === "b" || ph === "e");
  for (const [key, own] of Map.groupBy(pairs, ({ cat, id }) => `${cat} ${id}`)) {
    const [first, second] = own;
    const isClosed = own.length === 2 && first?.ph === "b" && second?.ph === "e";
    if (!isClosed || first.ts > second.ts) faults.push(`the pair ${key} is not closed`);
  }
  const isOn = ({ ts, pid, tid }: Entry): boolean =>
    slices.some((s) => s.pid === pid && s.tid === tid && s.ts <= ts && ts <= s.ts + s.dur + 5e-4);
  const flows = traceEvents.filter(({ ph }) => ph === "s" || ph === "f");
  for (const [id, own] of Map.groupBy(flows, (flow) => flow.id)) {
    const isPair = own.length === 2 && own[0]?.ph === "s" && own[1]?.ph === "f";
    if (!isPair || !own.every(isOn)) faults.push(`arrow ${id} does not lead from slice to slice`);
  }
  const named = new Set(
    traceEvents.filter(({ ph }) => ph === "M").map(({ pid, tid }) => `${pid}.${tid}`),
  );
  for (const { ph, pid, tid } of traceEvents) {
    if (ph !== "M" && !named.has(`${pid}.${tid}`)) faults.push(`track ${pid}.${tid} has no name`);
  }
  return [...new Set(faults)];
}

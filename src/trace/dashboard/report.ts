/** A recording as one HTML file: the page of the dashboard with all that it shows. */

import { recordedFailures } from "../recording.ts";
import type { TraceStore } from "../store.ts";
import { savedOf } from "./feed.ts";
import { page } from "./page.ts";

/** Where a recording has its place in the page. */
const PLACE = '<script type="application/json" id="saved">';

/** `now` is on the clock of events. @throws BodkinError where the page was not built */
export function reportOf(store: TraceStore, now: number): string {
  const saved = savedOf(store, now, recordedFailures()?.groups() ?? []);
  // Nothing in it can end the element that it stands in.
  const json = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const empty = page();
  const at = empty.indexOf(PLACE) + PLACE.length;
  return `${empty.slice(0, at)}${json}${empty.slice(at)}`;
}

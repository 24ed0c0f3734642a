/** Who is in the cluster, as every thread knows it. The control thread of each process keeps it current. */

import { listen } from "../runtime/topics.ts";
import type { Member } from "../wire/messages.ts";

export const MEMBERS_TOPIC = "members";

let members: readonly Member[] = [];

listen(MEMBERS_TOPIC, (body) => {
  members = body as readonly Member[];
});

/** The workers there are, by number. */
export function currentMembers(): readonly Member[] {
  return members;
}

export function setMembers(list: readonly Member[]): void {
  members = [...list].sort((a, b) => a.worker - b.worker);
}

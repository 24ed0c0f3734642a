/** A compute thread. Loads the whole library, so that its exports can travel by name. */

import "../index.ts";
import { openHost } from "../gpu/host.ts";
import { ownThread } from "../platform/threads.ts";
import { runComputeThread } from "../runtime/compute-thread.ts";
import { listenForQuestions } from "../task/foreign.ts";

const own = ownThread();
if (own) {
  listenForQuestions();
  runComputeThread(own, openHost);
}

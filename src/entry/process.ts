/** What a further worker process starts with. */

import "../index.ts";
import { runFollower } from "../cluster/follower.ts";
import { entryUrl } from "./urls.ts";

await runFollower(entryUrl("thread"));

/** What operations on distributed arrays submit, and for what. */

import type { Chunk } from "../../task/chunk.ts";
import type { Task } from "../../task/task.ts";
import type { NDArray } from "../ndarray.ts";

export { checkFunction, Operation, operationName, Shared } from "../../task/operation.ts";

/** What stands for a block among the arguments of a task. */
export type BlockSource = Task<NDArray> | Chunk<NDArray>;

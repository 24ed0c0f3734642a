import type { TaskFailedError } from "bodkin";

/** What made the fetch of a task or chunk fail. */
export async function causeOf(what: { fetch(): Promise<unknown> }): Promise<unknown> {
  return ((await what.fetch().catch((error) => error)) as TaskFailedError).cause;
}

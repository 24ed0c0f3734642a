/** One thing that the library can use, whether it is here, and how to get it. */

export interface Finding {
  readonly name: string;
  /** `missing`: the library goes on without it. `broken`: it cannot work. */
  readonly state: "ok" | "missing" | "broken";
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export type Check = () => Finding | Promise<Finding>;

export const ok = (name: string, detail: string): Finding => ({ name, state: "ok", detail });

/** What the thread of a device and the control thread, which has its `GPU` object, say to each other. */

export const GPU_TOPIC = "gpu";

/** Stands for the `GPU` object itself. */
export const TO_GPU = 0;

/** Stands for an object of the control thread, wherever it is among arguments. */
export interface Reference {
  readonly remote: number;
}

export type Call =
  /** Calls a method of an object, or of one of its properties. */
  | {
      readonly to: number;
      readonly on?: string;
      readonly method: string;
      readonly args: readonly unknown[];
      /** The number of what it gives. */
      readonly result?: number;
      /** It is answered under this number. */
      readonly answer?: number;
      /** Written to what is mapped, before. */
      readonly data?: ArrayBuffer;
    }
  /** The object is not used again. */
  | { readonly to: number; readonly drop: true }
  /** Lets go of everything. */
  | { readonly to: typeof TO_GPU; readonly reset: true };

export type MethodCall = Extract<Call, { readonly method: string }>;

export interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: string;
}

export type Told =
  | Answer
  | {
      readonly device: number;
      readonly lost: { readonly reason: string; readonly message: string };
    }
  | { readonly device: number; readonly failed: string };

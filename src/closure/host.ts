/** What the room asks of whoever uses it: names of exports, tokens of handles, a shelf for source texts. */

/** Any function at all; parameters are `never` so that every function type fits. */
export type AnyFunction = (...args: never[]) => unknown;

export interface CodecHost {
  /** The name of one of the library's own exports, recognised by identity. */
  exportName(value: object): string | undefined;
  /** The export of that name in this thread. */
  exported(name: string): unknown;
  /** Stands in for an object of the runtime: anything that structured clone accepts; undefined for all others. */
  toToken(value: object): unknown;
  fromToken(token: unknown): unknown;
  /** A number for a text, good in every thread of the process; the same text gives the same number. */
  internSource(text: string): number;
  sourceOf(id: number): string;
  /** An export after whose return nothing of the call is still to come. Without it no export is taken for one. */
  isSynchronousExport?(name: string): boolean;
  /** Whether every possible receiver has the file of a module. Without it every file is taken to be there. */
  isImportable?(url: string): boolean;
}

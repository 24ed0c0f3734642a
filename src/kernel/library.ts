/**
 * What is compiled goes through here, so that one thread does it for all threads of a process. Who shares it between them
 * is a matter of the floors above; alone, a thread compiles for itself. What is shared is plain data and modules.
 */

export interface Library {
  /** What some thread made under this name; made here where none did. */
  get<T>(name: string, make: () => T): T;
}

let find: () => Library | undefined = () => undefined;

/** Sets how a thread finds the library it shares with others, if there is one at the time; at load. */
export function setLibrary(how: typeof find): void {
  find = how;
}

export const fromLibrary = <T>(name: string, make: () => T): T => find()?.get(name, make) ?? make();

/** Shared WebAssembly memories. */

const PAGE_BYTES = 65536;
const LIMIT_PAGES = 65536;

/**
 * A shared memory of `bytes` (at most 4 GiB) that never grows, so that views of it stay valid. Pages are
 * committed when first touched.
 * @throws RangeError where the system has not that much address space.
 */
export function createSharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.min(LIMIT_PAGES, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

export const MAX_MEMORY_BYTES: number = LIMIT_PAGES * PAGE_BYTES;

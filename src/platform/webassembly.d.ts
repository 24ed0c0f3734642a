// The part of the WebAssembly interface used here; the standard library declares it only for browsers.
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum: number;
    shared: true;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  type Exports = Record<string, (...args: number[]) => number>;
  type Imports = Record<
    string,
    Record<string, Memory | ((...args: number[]) => number | undefined)>
  >;
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

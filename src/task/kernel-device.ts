/** Running a kernel on a device. */

import type { AnyFunction } from "../closure/codec.ts";
import { DeviceArray } from "../gpu/arrays.ts";
import type { ComputeDevice } from "../gpu/compute.ts";
import { registerDeviceFunction } from "../gpu/registry.ts";
import { context } from "../runtime/context.ts";
import { invalidArgument } from "../wire/errors.ts";
import {
  argumentType,
  type KernelSpec,
  kernelOf,
  launchRange,
  refuseWriting,
  runKernel,
  wrongArgument,
} from "./kernel-call.ts";

registerDeviceFunction(
  runKernel,
  (
    device: ComputeDevice,
    fn: AnyFunction,
    spec: KernelSpec | undefined,
    ...args: readonly unknown[]
  ): undefined | Promise<undefined> => {
    const operands = args.map((arg, i) => {
      if (arg instanceof DeviceArray || typeof arg === "number" || typeof arg === "boolean") {
        return arg;
      }
      if (!ArrayBuffer.isView(arg)) throw wrongArgument(arg, i);
      throw invalidArgument(
        `argument ${i + 1} of the kernel is an array in a shared buffer, which a GPU cannot use; make it with mutable(() => …) or fromArray`,
      );
    });
    const types = operands.map((arg) =>
      arg instanceof DeviceArray && arg.element === "f64" && device.f64 === "downcast"
        ? argumentType({ element: "f32" })
        : argumentType(arg),
    );
    const { ir, captured } = kernelOf(fn, types);
    const { heap } = context();
    operands.forEach((arg, i) => {
      if (!(arg instanceof DeviceArray) || spec?.written?.includes(i)) return;
      if (heap.get(arg.chunk, "pinned") === 0) refuseWriting(ir, i, "not mutable data");
    });
    const range = launchRange(spec?.launch, operands);
    const given = operands.map((arg) => (typeof arg === "boolean" ? Number(arg) : arg));
    return device.launch(ir, range, [...given, ...captured]);
  },
);

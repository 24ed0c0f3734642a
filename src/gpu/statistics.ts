/** What a device did so far, as a task for it: for tests and reports. */

import { SchedulingError } from "../wire/errors.ts";
import type { DeviceStatistics } from "./compute.ts";
import { registerDeviceFunction } from "./registry.ts";

/** Run as a task under the scope of a device. */
export function deviceStatistics(): DeviceStatistics {
  throw new SchedulingError("deviceStatistics is for the scope of a GPU: scope({ gpu: 1 })");
}

registerDeviceFunction(deviceStatistics, (device) => device.statistics);

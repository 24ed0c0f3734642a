/**
 * Where WebGPU comes from: what the program gave, else the engine's own (`navigator.gpu`), else the optional package `webgpu`, which is Dawn for
 * Node. An instance that is collected while a device of it lives takes the process with it, so all are kept.
 */

import { createRequire } from "node:module";
import type { DeviceDescription, DeviceSettings, FoundDevices } from "../runtime/devices.ts";
import { remoteGpu } from "./remote.ts";
import { serveGpu } from "./served.ts";
import type { Gpu } from "./webgpu.ts";

interface Binding {
  create(options: readonly string[]): Gpu;
}

/** Names the module to load in place of `webgpu`. */
const MODULE_VARIABLE = "BODKIN_WEBGPU";

const kept: Gpu[] = [];

const keep = (gpu: Gpu): Gpu => {
  kept.push(gpu);
  return gpu;
};

function loadBinding(): Binding {
  return createRequire(import.meta.url)(process.env[MODULE_VARIABLE] || "webgpu") as Binding;
}

const ownGpu = (): Gpu | undefined =>
  (globalThis as { navigator?: { readonly gpu?: Gpu } }).navigator?.gpu;

const REMEDY =
  "Install the package (npm install webgpu@0.6.2) and a Vulkan driver, such as that of your card or Mesa 25 (mesa-vulkan-drivers)";

/** The devices of this process. Never throws: says why there is none. */
export async function findDevices({ source, limits }: DeviceSettings): Promise<FoundDevices> {
  if (source === false) {
    return { devices: [], reason: "the program started without GPUs: start({ gpu: false })" };
  }
  const described = (from: object): DeviceDescription => ({ ...from, ...(limits && { limits }) });
  try {
    const own = (source as Gpu | undefined) ?? ownGpu();
    if (own) {
      const adapter = await own.requestAdapter();
      if (!adapter) {
        const whose = source ? "the GPU object that start() was given" : "the engine's WebGPU";
        return { devices: [], reason: `${whose} gives no adapter` };
      }
      if (!source) return { devices: [described({})] };
      serveGpu(keep(own));
      return { devices: [described({ isServed: true })], areServed: true };
    }
    const { create } = loadBinding();
    const devices = (await listAdapters(create)).map(described);
    return devices.length > 0
      ? { devices }
      : { devices, reason: `WebGPU finds no adapter. ${REMEDY}.` };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] as string) : String(error);
    return { devices: [], reason: `WebGPU cannot be used here: ${why}. ${REMEDY}.` };
  }
}

/** Names that stand for no device. */
const NO_DEVICE = new Set(["null", "opengl", "opengles"]);

/** There is no call that lists adapters, but asking for one that cannot exist gives an error that does. */
async function listAdapters(create: Binding["create"]): Promise<DeviceDescription[]> {
  try {
    await keep(create(["adapter=~no-such-adapter~"])).requestAdapter();
    return [];
  } catch (error) {
    const found = String((error as Error).message).matchAll(/backend: '([^']*)', name: '([^']*)'/g);
    const names = new Map<string, DeviceDescription>();
    for (const [, backend = "", name = ""] of found) {
      if (!NO_DEVICE.has(backend.toLowerCase()) && !names.has(name)) names.set(name, { name });
    }
    return [...names.values()];
  }
}

/** The instance of a device that was found, for the thread that opens it. */
export function gpuOf({ name, isServed }: DeviceDescription): Gpu {
  if (isServed) return remoteGpu();
  const own = ownGpu();
  if (own) return own;
  const { create } = loadBinding();
  return keep(create(name === undefined ? [] : [`adapter=${String(name)}`]));
}

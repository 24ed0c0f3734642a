/** Unpacks the software GPU that `@sparticuz/chromium` ships, so that tests need no driver. */

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const CACHE = fileURLToPath(new URL("../../../.cache/swiftshader", import.meta.url));

/**
 * A WebGPU instance on SwiftShader alone, with the Vulkan loader that comes with it. On the main thread only. Who
 * drops the instance while a device lives loses the process, so it is kept for ever.
 */
export function softwareGpu(): GPU {
  if (gpu) return gpu;
  Object.assign(process.env, softwareGpuEnvironment());
  const { create, globals } = require(join(CACHE, "dawn.node")) as typeof import("webgpu");
  Object.assign(globalThis, globals);
  gpu = create([]);
  return gpu;
}

/** Variables under which a process, and bodkin in it, uses SwiftShader. */
export function softwareGpuEnvironment(): Record<string, string> {
  const icd = join(CACHE, "icd.json");
  if (!existsSync(icd)) unpack();
  return {
    VK_DRIVER_FILES: icd,
    VK_ICD_FILENAMES: icd,
    BODKIN_WEBGPU: join(CACHE, "dawn.node"),
  };
}

const require = createRequire(import.meta.url);
let gpu: GPU | undefined;

function unpack(): void {
  let home = dirname(require.resolve("@sparticuz/chromium"));
  while (!existsSync(join(home, "bin/swiftshader.tar.br"))) home = dirname(home);
  // Test files unpack at the same time; whoever is first wins.
  const own = `${CACHE}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  const archive = join(own, "swiftshader.tar");
  writeFileSync(archive, brotliDecompressSync(readFileSync(join(home, "bin/swiftshader.tar.br"))));
  execFileSync("tar", ["xf", archive], { cwd: own });
  const described = JSON.parse(readFileSync(join(own, "vk_swiftshader_icd.json"), "utf8"));
  described.ICD.library_path = join(CACHE, "libvk_swiftshader.so");
  writeFileSync(join(own, "icd.json"), JSON.stringify(described));
  // The binding looks for the loader beside itself.
  const binding = join(dirname(fileURLToPath(import.meta.resolve("webgpu"))), "dist");
  const platform = `${process.platform}-${process.arch}`;
  copyFileSync(join(binding, platform, "dawn.node"), join(own, "dawn.node"));
  try {
    renameSync(own, CACHE);
  } catch {
    rmSync(own, { recursive: true });
  }
}

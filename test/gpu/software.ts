/** Lets bodkin use SwiftShader, which needs no card and no driver of the system. Imported before anything starts. */

import { softwareGpuEnvironment } from "../kernel/support/swiftshader.ts";

Object.assign(process.env, softwareGpuEnvironment());

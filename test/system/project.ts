/** Projects of users, in folders of their own, that find Bodkin as an installed package: its build. */

import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const FIXTURES: string = join(ROOT, "test/closure/fixtures/project");

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
}

export class Project implements Disposable {
  readonly folder: string;

  /** `type`: "module" or "commonjs"; without it the package does not say. */
  constructor(type?: string) {
    const place = join(ROOT, ".cache/projects");
    mkdirSync(place, { recursive: true });
    this.folder = mkdtempSync(join(place, "project-"));
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(ROOT, join(this.folder, "node_modules/bodkin"), "dir");
    this.write("package.json", JSON.stringify({ type }));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  copyFixtures(): void {
    for (const file of readdirSync(FIXTURES))
      copyFileSync(join(FIXTURES, file), join(this.folder, file));
  }

  /** Runs Node in the folder; rejects where it fails. */
  async node(...args: readonly string[]): Promise<Run> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    return await promisify(execFile)(process.execPath, args, {
      cwd: this.folder,
      env,
      timeout: 50_000,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A browser to look with, as it comes in an npm package. */

import chromium from "@sparticuz/chromium";
import { type Browser, chromium as driver } from "playwright-core";

const ONE_PROCESS: ReadonlySet<string> = new Set(["--single-process", "--no-zygote"]);

export async function openBrowser(): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    // Those of the package are for a place with one process, in which a page that closes takes the browser along.
    args: chromium.args.filter((flag) => !ONE_PROCESS.has(flag)),
    headless: true,
  });
}

import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, folderWith } from "../cli/inside.ts";
import { openBrowser } from "./browser.ts";

const ROOT = new URL("../../", import.meta.url);
const SHOTS = fileURLToPath(new URL(".cache/screenshots/", ROOT));
mkdirSync(SHOTS, { recursive: true });

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A page, and what went wrong in it. */
async function open(url: string): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

const addressIn = async (running: ReturnType<typeof call>): Promise<string> => {
  await running.printed("the dashboard is at ");
  const [address] = /http:\/\/\S+/.exec(running.stderr()) as RegExpExecArray;
  return address;
};

/** Pixels of the canvas that have the colour of a task. */
const painted = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector("canvas") as HTMLCanvasElement;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 60) count++;
    }
    return count;
  });

/** What the tip says, at the first place of any lane where there is one. */
async function tipIn(page: Page): Promise<string> {
  const box = await page.locator("#stream canvas").boundingBox();
  if (!box) throw new Error("there is no canvas");
  const tip = page.locator("#tip");
  for (let y = 22 + 12; y < box.height; y += 28) {
    for (let x = box.width - 4; x > 100; x -= 3) {
      await page.mouse.move(box.x + x, box.y + y);
      if (await tip.isVisible()) return tip.evaluate(linesOf);
    }
  }
  return "";
}

/** The text of an element, a line for each child. */
const linesOf = (element: Element): string =>
  [...element.children].map((child) => child.textContent).join("\n");

const cells = (page: Page): Promise<string[][]> =>
  page
    .locator("#tasks tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")),
    );

describe("the page, while the talk runs", () => {
  it("fills, tells of a task under the pointer, and shows the same when it was saved", async () => {
    const talk = fileURLToPath(new URL("examples/talk/main.ts", ROOT));
    const running = call(["run", talk, "--dashboard"]);
    const { page, faults } = await open(await addressIn(running));
    await page.waitForFunction(() => document.querySelectorAll("#tasks tbody tr").length > 3);
    await page.waitForFunction(() => document.querySelectorAll("#graph rect").length > 1);
    await expect.poll(() => painted(page), { timeout: 20_000 }).toBeGreaterThan(200);
    await page.screenshot({ path: `${SHOTS}live.png` });
    expect((await running.ended).code).toBe(0);
    await page.waitForFunction(
      () => document.querySelector("#status")?.textContent === "the program has ended",
    );
    expect(await tipIn(page)).toMatch(/\n.*from .* on\ntask \d+\.\d+\.\d+ on \d · thread \d/);
    await page.screenshot({ path: `${SHOTS}tip.png` });

    expect(await page.locator("#costs tbody tr").count()).toBeGreaterThan(3);
    const shown = await cells(page);
    const totals = await page.locator("#totals").textContent();
    const downloaded = page.waitForEvent("download");
    await page.keyboard.press("s");
    const file = await (await downloaded).path();
    const copy = `${SHOTS}saved.html`;
    await (await downloaded).saveAs(copy);
    expect(readFileSync(file, "utf8")).not.toContain("token=");
    const saved = await open(`file://${copy}`);
    await saved.page.waitForFunction(
      () => document.querySelector("#status")?.textContent === "saved",
    );
    expect(await cells(saved.page)).toEqual(shown);
    expect(await saved.page.locator("#totals").textContent()).toBe(totals);
    expect(await painted(saved.page)).toBeGreaterThan(200);
    await saved.page.screenshot({ path: `${SHOTS}saved.png` });
    expect([...faults, ...saved.faults].filter((text) => !text.includes("ERR_"))).toEqual([]);
  });
});

const NAUGHTY = `import { spawnWith, fetchAll } from "bodkin";
import { trace } from "bodkin/trace";
const text = "<img src=x onerror=alert(1)><script>alert(2)</script>";
const fails = (n) => { console.log("<u>careful</u>", n); throw new RangeError(text + n); };
const after = (n) => n;
const first = spawnWith({ name: text }, (n) => n, 1);
await first.fetch();
for (let i = 0; i < 3; i++) await spawnWith({ name: "after" }, after, spawnWith({ name: "fails" }, fails, 7)).wait();
await fetchAll(Array.from({ length: 200 }, (_, n) => spawnWith({ name: "step " + n % 4 }, (n) => { const t = performance.now() + 1; while (performance.now() < t); return n; }, n)));
await trace.save("out.html");
`;

describe("a file that was saved", () => {
  it("opens without a server; errors have their path; what a program calls its tasks is text", async () => {
    const cwd = folderWith({ "main.mjs": NAUGHTY });
    const { code, stderr } = await call(["run", "-q", "main.mjs", "--trace", "other.html"], { cwd })
      .ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["out.html", "other.html"]) {
      const { page, faults } = await open(`file://${cwd}/${name}`);
      await page.waitForFunction(() => document.querySelector("#status")?.textContent === "saved");
      let alerts = 0;
      page.on("dialog", (dialog) => {
        alerts++;
        void dialog.dismiss();
      });
      expect(await page.locator("img, main script").count()).toBe(0);
      expect((await cells(page)).map(([task]) => task)).toContain(
        "<img src=x onerror=alert(1)><script>alert(2)</script>",
      );
      const errors = page.locator("#errors details");
      expect(await errors.count()).toBe(2);
      await errors.nth(1).locator("summary").click();
      expect(await errors.nth(1).evaluate(linesOf)).toMatch(
        /3 × RangeError: <img .*\npath: fails → after/s,
      );
      if (name === "out.html") await page.screenshot({ path: `${SHOTS}errors.png` });
      expect(alerts).toBe(0);
      expect(faults).toEqual([]);
      await page.close();
    }
  });

  it("unfolds the graph, shows what was printed, and fits a narrow screen", async () => {
    const cwd = folderWith({ "main.mjs": NAUGHTY });
    await call(["run", "-q", "main.mjs", "--trace", "other.html"], { cwd }).ended;
    const { page, faults } = await open(`file://${cwd}/out.html`);
    await page.waitForFunction(() => document.querySelector("#status")?.textContent === "saved");
    const nodes = page.locator("#graph g");
    const folded = await nodes.count();
    const fails = nodes.filter({ hasText: "fails" });
    expect(await fails.count()).toBe(1);
    await fails.click();
    expect(await nodes.count()).toBe(folded + 2);
    expect(await page.locator("#graph path").count()).toBe(3);
    await nodes.filter({ hasText: "step 0" }).press("Enter");
    expect(await nodes.filter({ hasText: "step 0" }).count()).toBe(50);
    await page.screenshot({ path: `${SHOTS}unfolded.png`, fullPage: true });
    await fails.first().click();
    expect(await fails.count()).toBe(1);
    expect(await page.locator("#log .line").allTextContents()).toEqual([
      expect.stringMatching(/^\[fails 1\.\d+\] <u>careful<\/u> 7$/),
      expect.stringMatching(/^\[fails 1\.\d+\] <u>careful<\/u> 7$/),
      expect.stringMatching(/^\[fails 1\.\d+\] <u>careful<\/u> 7$/),
    ]);
    expect(await page.locator("#workers .path").first().textContent()).toMatch(
      /^0 waiting · [\d,]+ stolen · sent 0 B/,
    );

    await page.setViewportSize({ width: 390, height: 800 });
    const { width, sections } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      sections: [...document.querySelectorAll("section")].map((section) => {
        const { left, right } = section.getBoundingClientRect();
        return left >= 0 && right <= innerWidth;
      }),
    }));
    expect(width).toBe(390);
    expect(sections).not.toContain(false);
    await page.screenshot({ path: `${SHOTS}narrow.png`, fullPage: true });
    expect(faults).toEqual([]);
    await page.close();
  });

  it("zooms, moves, selects and shows one name alone, by pointer and by key", async () => {
    const cwd = folderWith({ "main.mjs": NAUGHTY });
    await call(["run", "-q", "main.mjs", "--trace", "other.html"], { cwd }).ended;
    const { page, faults } = await open(`file://${cwd}/out.html`);
    await page.waitForFunction(() => document.querySelector("#status")?.textContent === "saved");
    const picture = (): Promise<string> =>
      page
        .locator("#stream canvas")
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const changes = async (act: () => Promise<unknown>): Promise<void> => {
      const before = await picture();
      await act();
      await expect.poll(picture).not.toBe(before);
    };
    const box = await page.locator("#stream canvas").boundingBox();
    if (!box) throw new Error("there is no canvas");
    const at = (share: number): [number, number] => [
      box.x + 92 + (box.width - 92) * share,
      box.y + 34,
    ];
    const whole = await picture();
    await page.mouse.move(...at(0.9));
    await changes(() => page.mouse.wheel(0, -600));
    await changes(() => page.keyboard.press("ArrowLeft"));
    await changes(() => page.keyboard.press("-"));
    await page.keyboard.press("f");
    await expect.poll(picture).toBe(whole);
    expect(await page.locator("#follow").textContent()).toBe("Pause");

    await page.keyboard.down("Shift");
    await page.mouse.move(...at(0.5));
    await page.mouse.down();
    await page.mouse.move(...at(1), { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    expect(await page.locator("#tasks small").textContent()).toMatch(/^from .* to /);
    await page.screenshot({ path: `${SHOTS}selected.png` });
    await page.mouse.click(...at(0.2));
    expect(await page.locator("#tasks small").textContent()).toBe("");

    await changes(() => page.locator("#tasks tbody tr", { hasText: "step 1" }).click());
    expect(await page.locator("#tasks tr.off").count()).toBeGreaterThan(2);
    await changes(() => page.keyboard.press("d"));
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.screenshot({ path: `${SHOTS}dark.png` });
    expect(faults).toEqual([]);
  });
});

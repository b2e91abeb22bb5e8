import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReplayFrame, ReplayOptions } from "../src/index.ts";
import { replayPage } from "../src/node.ts";
import { data, frames } from "./sample.ts";

const flags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";

const folder = mkdtempSync(join(tmpdir(), "gradfold-"));

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: flags.split(" "),
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  readonly address: string;
  /** Errors, warnings and policy violations on the console. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

const opened = async (
  run: readonly ReplayFrame[],
  options: ReplayOptions = {},
  reducedMotion: "reduce" | "no-preference" = "no-preference",
): Promise<Opened> => {
  const path = join(folder, "replay.html");
  writeFileSync(path, replayPage(run, { data, autoplay: false, ...options }));
  const page = await browser.newPage({ reducedMotion });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`refused ${event.blockedURI}`));
  });
  const address = pathToFileURL(path).href;
  await page.goto(address);
  return { page, address, complaints, requests };
};

const run = frames(0.1, 100);

const step = (page: Page): Promise<string | null> => page.locator("dd").first().textContent();

const line = (page: Page): Promise<string | null> => page.locator("#replay-line path").getAttribute("d");

const isPlaying = (page: Page): Promise<boolean> => page.locator("#controls[data-playing]").isVisible();

/** Waits until the page shows a step; fails with what it shows instead. */
const reaches = (page: Page, wanted: string): Promise<void> =>
  expect.poll(() => step(page), { timeout: 10_000, interval: 10 }).toBe(wanted);

/** What the page shows while it plays: starts to watch, lets it start, and gives the steps until it stops. */
const stepsWhilePlaying = async (page: Page, start: () => Promise<void>): Promise<readonly string[]> => {
  const watch = await page.evaluateHandle(() => {
    const readout = document.querySelector("dd");
    const controls = document.querySelector("#controls");
    const seen = [readout?.textContent ?? ""];
    const steps = new Promise<readonly string[]>((resolve) => {
      const note = (): void => {
        const now = readout?.textContent ?? "";
        if (now !== seen.at(-1)) seen.push(now);
        if (!controls?.hasAttribute("data-playing") || seen.length > 40) resolve(seen);
      };
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    return { steps };
  });
  await start();
  return watch.evaluate(({ steps }) => steps);
};

test("the page loads nothing but itself, and neither errs nor is refused anything", async () => {
  const { page, address, complaints, requests } = await opened(run);
  for (const key of ["End", "Home", "ArrowRight", "ArrowLeft", "r", "r", "+", "-", " ", " "])
    await page.keyboard.press(key);
  await page.locator("#mode").selectOption("reflect");
  await page.locator("#speed").selectOption("8");
  expect(complaints).toEqual([]);
  expect(requests).toEqual([address]);
  await page.close();
});

test("the policy is in force: what is added to the page does not run", async () => {
  const { page, complaints } = await opened(run);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'broken in'";
    document.body.append(script);
  });
  expect(await page.title()).toBe("Replay");
  expect(complaints.join()).toContain("refused inline");
  await page.close();
});

test("where scripts may not run, the first frame stands with a notice in the place of the controls", async () => {
  const path = join(folder, "barred.html");
  writeFileSync(path, replayPage(run, { data }).replace(/script-src [^;]+;/, "script-src 'none';"));
  const page = await browser.newPage();
  await page.goto(pathToFileURL(path).href);
  const shown = ["#notice", "#controls", "#replay-line"].map((id) => page.locator(id).isVisible());
  expect(await Promise.all(shown)).toEqual([true, false, true]);
  expect(await step(page)).toBe("0");
  await page.close();
});

test("each frame moves the line and the marker, and nothing is drawn anew", async () => {
  const { page } = await opened(run);
  const [first, marker] = [await line(page), await page.locator("#loss-marker circle").getAttribute("cy")];
  const path = await page.locator("#replay-line path").elementHandle();
  await page.keyboard.press("ArrowRight");
  expect(await line(page)).not.toBe(first);
  expect(await page.locator("#loss-marker circle").getAttribute("cy")).not.toBe(marker);
  expect(await path?.evaluate((element) => element.isConnected)).toBe(true);
  await page.close();
});

test("keys go to the first, previous, next and last frame, and stop at the ends", async () => {
  const { page } = await opened(run);
  const after = async (key: string): Promise<string | null> => {
    await page.keyboard.press(key);
    return step(page);
  };
  expect(await after("ArrowLeft")).toBe("0");
  expect(await after("ArrowRight")).toBe("1");
  expect(await after("End")).toBe("100");
  expect(await after("ArrowRight")).toBe("100");
  expect(await after("ArrowLeft")).toBe("99");
  expect(await after("Home")).toBe("0");
  await page.close();
});

test("buttons do the same", async () => {
  const { page } = await opened(run);
  const after = async (name: string): Promise<string | null> => {
    await page.getByRole("button", { name, exact: true }).click();
    return step(page);
  };
  expect(await after("Last")).toBe("100");
  expect(await after("Back")).toBe("99");
  expect(await after("Forward")).toBe("100");
  expect(await after("First")).toBe("0");
  await page.close();
});

test("the readout tells the step, the loss and the parameters by name", async () => {
  const { page } = await opened(run);
  await page.keyboard.press("End");
  expect(await page.locator("dt").allTextContents()).toEqual(["step", "loss", "slope", "intercept"]);
  const values = await page.locator("dd").allTextContents();
  expect(values[0]).toBe("100");
  expect(Number(values[2])).toBeCloseTo(run.at(-1)?.params.slope ?? NaN, 3);
  await page.close();
});

test("once plays to the end and stops there", async () => {
  const { page } = await opened(run.slice(0, 6), { interval: 10 });
  const seen = await stepsWhilePlaying(page, () => page.getByRole("button", { name: "Play" }).click());
  expect(seen).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect(await isPlaying(page)).toBe(false);
  await page.close();
});

test("in reverse it plays to the beginning", async () => {
  const { page } = await opened(run.slice(0, 6), { interval: 10 });
  await page.keyboard.press("End");
  await page.keyboard.press("r");
  expect(await page.locator("#reverse").getAttribute("aria-pressed")).toBe("true");
  const seen = await stepsWhilePlaying(page, () => page.keyboard.press(" "));
  expect(seen).toEqual(["5", "4", "3", "2", "1", "0"]);
  await page.close();
});

test.each([
  ["loop", ["0", "1", "2", "3", "0", "1", "2", "3", "0", "1"]],
  ["reflect", ["0", "1", "2", "3", "2", "1", "0", "1", "2", "3"]],
] as const)("%s goes on for ever", async (mode, expected) => {
  const { page } = await opened(run.slice(0, 4), { interval: 10 });
  await page.locator("#mode").selectOption(mode);
  const seen = await stepsWhilePlaying(page, () => page.locator("#play").click());
  expect(seen.slice(0, expected.length)).toEqual(expected);
  expect(await isPlaying(page)).toBe(true);
  await page.close();
});

test("the play button pauses, and says which it does", async () => {
  const { page } = await opened(run, { interval: 20 });
  await page.locator("#mode").selectOption("loop");
  await page.getByRole("button", { name: "Play" }).click();
  expect(await isPlaying(page)).toBe(true);
  await page.getByRole("button", { name: "Pause" }).click();
  const now = await step(page);
  await page.waitForTimeout(100);
  expect([await step(page), await isPlaying(page)]).toEqual([now, false]);
  expect(await page.locator("#status").textContent()).toContain(`step ${now}, loss`);
  await page.close();
});

test("the slider shows its frame, by pointer and by its own keys", async () => {
  const { page } = await opened(run);
  const slider = page.locator("#slider");
  await slider.fill("50");
  expect(await step(page)).toBe("50");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  expect(await step(page)).toBe("51");
  await page.keyboard.press("ArrowUp");
  expect(await step(page)).toBe("52");
  await page.keyboard.press("Home");
  expect(await step(page)).toBe("0");
  expect(await slider.getAttribute("aria-valuetext")).toContain("step 0, loss");
  await page.close();
});

test("speed is chosen from the list or by keys, within its bounds", async () => {
  const { page } = await opened(run);
  const speed = page.locator("#speed");
  await page.keyboard.press("+");
  expect(await speed.inputValue()).toBe("2");
  for (let i = 0; i < 6; i++) await page.keyboard.press("-");
  expect(await speed.inputValue()).toBe("0.25");
  await speed.selectOption("8");
  await page.keyboard.press("+");
  expect(await speed.inputValue()).toBe("8");
  await page.close();
});

test("keys typed in a control or with a modifier are left to it", async () => {
  const { page } = await opened(run);
  await page.locator("#mode").focus();
  await page.keyboard.press("ArrowDown");
  expect([await page.locator("#mode").inputValue(), await step(page)]).toEqual(["loop", "0"]);
  await page.keyboard.press("r");
  expect(await page.locator("#reverse").getAttribute("aria-pressed")).toBe("false");
  await page.locator("#last").focus();
  await page.keyboard.press(" ");
  expect([await step(page), await isPlaying(page)]).toEqual(["100", false]);
  await page.keyboard.press("Control+Home");
  expect(await step(page)).toBe("100");
  await page.close();
});

test("it plays when opened, but not for those who asked for less motion", async () => {
  const { page } = await opened(run, { autoplay: true, interval: 10 });
  await reaches(page, "100");
  await page.close();
  const still = await opened(run, { autoplay: true, interval: 10 }, "reduce");
  await still.page.waitForTimeout(100);
  expect(await step(still.page)).toBe("0");
  await still.page.close();
});

test("a run that diverged can be stepped through to its end", async () => {
  const { page, complaints } = await opened(frames(100, 200));
  await page.keyboard.press("End");
  expect(await page.locator("dd").allTextContents()).toEqual(["200", "not a number", "not a number", "not a number"]);
  expect(await line(page)).toBe("");
  expect(await page.locator("#outside").isVisible()).toBe(true);
  expect(await page.locator("#loss-marker circle").isVisible()).toBe(false);
  await page.keyboard.press("Home");
  expect(await page.locator("#outside").isVisible()).toBe(false);
  expect(complaints).toEqual([]);
  await page.close();
});

test("one frame is a page too", async () => {
  const { page, complaints } = await opened(run.slice(0, 1), { autoplay: true });
  for (const key of [" ", "ArrowRight", "End", "r", " "]) await page.keyboard.press(key);
  expect([await step(page), await isPlaying(page)]).toEqual(["0", false]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("all fits on a narrow screen", async () => {
  const { page } = await opened(run);
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.close();
});

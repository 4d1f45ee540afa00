/** Opens a built page in headless Chromium, with a software GPU, and waits for what it reports. */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Outcome, servePage } from "./serve-page.ts";

export interface RunOptions {
  /** Of the page's URL, which `report` hands to the module. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether the page is cross-origin isolated, and so may have threads. Default false. */
  readonly isIsolated?: boolean;
  /** Default 60 seconds. */
  readonly timeoutMs?: number;
}

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
] as const;

/**
 * @param chromium - The path of the executable, of `findChromium`.
 * @param folder - Of `buildPage`.
 * @returns What the page's module returned.
 * @throws Error with the page's error, or when it reports nothing in time.
 *
 * @example const result = await runInChromium(chromium, folder, { parameters: { engine: "webgl" } });
 */
export async function runInChromium(
  chromium: string,
  folder: string,
  { parameters = {}, isIsolated = false, timeoutMs = 60_000 }: RunOptions = {},
): Promise<unknown> {
  const server = await servePage(folder, isIsolated);
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), "secateur-chromium-"));
  const url = `${server.url}?${new URLSearchParams(parameters)}`;
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
    detached: true,
  });
  const waiting = new AbortController();
  const problem = { error: `the page reported nothing within ${timeoutMs / 1000} s` };
  const late = setTimeout<Outcome>(timeoutMs, problem, waiting);
  late.catch(() => undefined); // aborted when the page has reported
  try {
    const { result, error } = await Promise.race([server.outcome, ended(browser), late]);
    if (error !== undefined) throw new Error(error);
    return result;
  } finally {
    waiting.abort();
    server.close();
    await stop(browser);
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function ended(browser: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    browser.once("error", ({ message }) => resolve({ error: `Chromium does not start: ${message}` }));
    browser.once("exit", (code) =>
      resolve({ error: `Chromium ended with ${code} before the page reported` }),
    );
  });
}

/** Ends the browser and its own processes, which are one group. */
async function stop(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  const exited = new Promise((resolve) => browser.once("exit", resolve));
  process.kill(-browser.pid, "SIGKILL");
  await exited;
}

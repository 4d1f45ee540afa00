/** Short versions of `drill:kill`, of programs that the bench's own tests do not kill. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRandom } from "@secateur/base";
import { expect, it, onTestFinished } from "vitest";
import { killRuns } from "../src/kill/kill-drill.ts";
import { programs } from "../src/programs/index.ts";
import { prepareFolders } from "../src/programs/interrupted-run.ts";
import { firstDifference } from "../src/programs/results.ts";

it.each(["prune", "network"] as const)(
  "%s, killed at random moments, gives the same result",
  {
    timeout: 240_000,
  },
  async (name) => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), `secateur-kill-${name}-`));
    onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
    const folders = await prepareFolders(root, programs[name]);
    const seed = Date.now() % 2 ** 31;
    const report = await killRuns(programs[name], folders, {
      engine: "wasm",
      moments: 2,
      perRun: 2,
      random: createRandom(seed),
      tolerance: 0,
    });
    expect(report.problems, `seed ${seed}`).toEqual([]);
    expect(report.moments).toBe(2);
    expect([...report.places.values()].reduce((sum, count) => sum + count, 0)).toBe(2);
  },
);

it("names the first difference between two results", () => {
  const expected = { cells: [{ loss: 1, name: "a" }] };
  expect(firstDifference({ cells: [{ loss: 1 + 1e-9, name: "a" }] }, expected, 1e-6)).toBeNull();
  expect(firstDifference({ cells: [{ loss: 1.1, name: "a" }] }, expected, 1e-6)).toBe(
    "result.cells.0.loss is 1.1, without interruption 1",
  );
  expect(firstDifference({ cells: [] }, expected, 1)).toMatch(/^result.cells.0 is undefined/);
});

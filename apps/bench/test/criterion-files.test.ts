import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { compareEvents } from "../src/compare/events.ts";
import { requireSameCriterionFiles } from "../src/inputs/criterion-files.ts";
import { EventLog } from "../src/run/event-log.ts";
import { RunDirectoryError } from "../src/run/run-directory-error.ts";

it("refuses a criterion file that has changed since the run started, and accepts it when restored", () => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "criterion-files-"));
  const file = path.join(folder, "mine.ts");
  const check = (): void => {
    const log = new EventLog(path.join(folder, "events.jsonl"), compareEvents);
    try {
      requireSameCriterionFiles({ config: { criterion: [file] }, log, path: folder });
    } finally {
      log.close();
    }
  };
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(file, "1");
  check();
  check();
  fs.writeFileSync(file, "2");
  expect(check).toThrow(RunDirectoryError);
  expect(check).toThrow(/mine\.ts has changed since the run in .* started: restore it/);
  fs.writeFileSync(file, "1");
  check();
});

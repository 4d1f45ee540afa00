/** What a resumed run is told when one of its criterion files is another than at its beginning. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { EventLog } from "../src/run/event-log.ts";
import { checkSameCriterionFiles } from "../src/run/recorded-input.ts";
import { RunDirectoryError } from "../src/run/run-directory-error.ts";

it("refuses a criterion file that has changed since the run was begun, and takes it when it is back", () => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "criterion-files-"));
  const file = path.join(folder, "mine.ts");
  const check = (): void => {
    const log = new EventLog(path.join(folder, "events.jsonl"));
    try {
      checkSameCriterionFiles({ config: { criterion: [file] }, log, path: folder });
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
  expect(check).toThrow(/mine\.ts has changed since the run in .* was begun with it: put it back/);
  fs.writeFileSync(file, "1");
  check();
});

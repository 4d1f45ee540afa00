/** The README shows the example's code and output, and the example's process exits. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("the README's example runs and exits", async () => {
  const root = path.join(import.meta.dirname, "..");
  const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
  const file = path.join(root, "examples", "two-threads.ts");
  expect(readme).toContain(`\`\`\`ts\n${fs.readFileSync(file, "utf8")}\`\`\``);
  const args = ["--import", "tsx", "--conditions=@secateur/source", file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 50_000 });
  const shown = readme.split("```text\n")[1]?.split("```")[0] ?? "no output shown";
  expect(stdout).toContain(shown);
});

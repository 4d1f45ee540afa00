/** Errors in a user's module name the file and the line; in a process of Node, whose errors differ from those of Vitest. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const files = [
  ["syntax.mjs", "export const name = 1;\nexport const criterion = {\n  score: 1 2,\n};\n", 3],
  ["syntax.cjs", "module.exports = {\n  score: 1 2,\n};\n", 2],
  ["syntax.ts", "export const a: number = 1;\nexport const criterion = {\n  score: 1 2,\n};\n", 3],
  ["import.mjs", '\nimport { nothing } from "node:path";\n', 2],
  ["throws.mjs", "export const criterion = 1;\n\nmissing();\n", 3],
  ["function.mjs", "export const criterion = () => {\n  missing();\n};\n", 2],
] as const;

let folder: string;
let messages: readonly string[];
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-plugins-"));
  const paths = files.map(([name, text]) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  });
  const module = pathToFileURL(path.join(import.meta.dirname, "../src/criterion-file.ts")).href;
  const program = `
    import { loadCriterion } from ${JSON.stringify(module)};
    const messages = [];
    for (const file of ${JSON.stringify(paths)})
      messages.push(await loadCriterion(file, []).then(() => "loaded", ({ name, message }) => name + " " + message));
    console.log(JSON.stringify(messages));`;
  const flags = [
    "--import",
    "tsx",
    "--conditions=@secateur/source",
    "--input-type=module",
    "--eval",
    program,
  ];
  const cwd = path.join(import.meta.dirname, "..");
  messages = JSON.parse(execFileSync(process.execPath, flags, { cwd, encoding: "utf8" }));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

it.each(files.map(([name, , line], i) => ({ name, line, i })))("$name, line $line", ({ name, line, i }) => {
  expect(messages[i]).toContain(`PluginFileError ${path.join(folder, name)}:${line}`);
  expect(messages[i]).not.toContain("\n");
});

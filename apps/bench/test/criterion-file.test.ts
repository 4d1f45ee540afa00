import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type LoadedCriterion, loadCriterion as load } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import { afterAll, describe, expect, it } from "vitest";
import { importTypeScript } from "../src/inputs/load-criteria.ts";

const loadCriterion = (file: string, taken: readonly string[]): Promise<LoadedCriterion> =>
  load(file, taken, importTypeScript);
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-plugin-"));
const body = '{ name: "mine", observes: [] as const, score: (group: { id: string }) => group.id as never }';
const written = (name: string, text: string): string => {
  fs.writeFileSync(path.join(directory, name), text);
  return path.join(directory, name);
};
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

describe("loadCriterion", () => {
  it.each([
    ["named.ts", `export const criterion = ${body};`],
    ["default.ts", `export default ${body};`],
    [
      "function.ts",
      `export const criterion = ({ tf, defineCriterion, seed }: any) => defineCriterion(${body});`,
    ],
    ["common.cjs", 'exports.criterion = { name: "mine", observes: [], score: (group) => group.id };'],
    ["plain.mjs", 'export const criterion = () => ({ name: "mine", observes: [], score: () => 0 });'],
  ])("loads %s", async (name, text) => {
    const { name: criterion, make } = await loadCriterion(written(name, text), ["l1"]);
    expect(criterion).toBe("mine");
    expect(make(3)).toMatchObject({ name: "mine", score: expect.any(Function) });
  });

  it.each([
    ["empty.ts", "export const other = 1;", 'exports other; it must export "criterion" or a default.'],
    ["number.ts", "export const criterion = 3;", "must export an object with name, observes and score"],
    [
      "scoreless.ts",
      'export const criterion = { name: "mine", observes: [] };',
      "needs a function score(group)",
    ],
    ["observes.ts", 'export const criterion = { name: "mine", observes: "x", score: () => 0 };', 'not "x"'],
    [
      "spaces.ts",
      'export const criterion = { name: "m n", observes: [], score: () => 0 };',
      "may contain letters",
    ],
    [
      "taken.ts",
      'export const criterion = { name: "l1", observes: [], score: () => 0 };',
      'the name "l1" is taken',
    ],
    ["throws.ts", 'throw new Error("on load");', "cannot be loaded: on load."],
    ["broken.ts", "export const criterion = {", "cannot be loaded: "],
    [
      "missing-import.ts",
      'import "not-installed"; export const criterion = 1;',
      "cannot be loaded: Cannot find",
    ],
    ["failing.ts", 'export const criterion = () => { throw new Error("when made"); };', "when made."],
  ])("refuses %s in one sentence", async (name, text, message) => {
    const error = await loadCriterion(written(name, text), ["l1"]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "PluginFileError", message: expect.stringContaining(message) });
    expect(String(error)).not.toContain("\n");
  });

  it("says that there is no such file", async () => {
    await expect(loadCriterion("/no/such.ts", [])).rejects.toThrow(
      "--criterion: there is no file /no/such.ts.",
    );
  });
});

it("the criterion of README.md is loaded from the root of the repository", async () => {
  const root = path.resolve(import.meta.dirname, "../../..");
  const [, code = ""] =
    /```ts\n(\/\/ my-criterion\.ts\n[^`]*)```/.exec(fs.readFileSync(path.join(root, "README.md"), "utf8")) ??
    [];
  const file = path.join(root, `my-criterion-${process.pid}.ts`);
  fs.writeFileSync(file, code);
  try {
    const { name, make } = await loadCriterion(file, criterionNames);
    expect(name).toBe("mine");
    expect(make(0).observes.map((each) => each.name)).toEqual(["gradients"]);
  } finally {
    fs.rmSync(file);
  }
});

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { criterionNames, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, describe, expect, it } from "vitest";
import { loadCriterionFile as loadCriterion } from "../src/inputs/load-criteria.ts";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-plugin-"));
const plain = '{ name: "mine", observes: [] as const, score: (group: { id: string }) => group.id as never }';
const written = (name: string, text: string): string => {
  fs.writeFileSync(path.join(directory, name), text);
  return path.join(directory, name);
};
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

describe("loadCriterion", () => {
  it.each([
    ["named.ts", `export const criterion = ${plain};`],
    ["default.ts", `export default ${plain};`],
    [
      "function.ts",
      `export const criterion = ({ tf, defineCriterion, seed }: any) => defineCriterion(${plain});`,
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
    [
      "unpruned.ts",
      'export const criterion = { name: "unpruned", observes: [], score: () => 0 };',
      'the name "unpruned" is taken',
    ],
    [
      "long.ts",
      'export const criterion = { name: "x".repeat(300), observes: [], score: () => 0 };',
      "the criterion's name has 300 characters; at most 60 are allowed",
    ],
    [
      "async.ts",
      'export const criterion = async () => { throw new Error("later"); };',
      "the exported function is async",
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

  it.each([
    ["throws-on-a-group.ts", '() => { throw new Error("no such weight"); }', "no such weight"],
    ["async-score.ts", 'async () => { throw new Error("later"); }', "returned a promise"],
    ["number-score.ts", "() => 3", "must return a tensor of shape [units]"],
    [
      "wrong-shape.ts",
      "(group) => toolkit.tf.ones([1, group.unitCount])",
      "returned shape [1,4], expected [4]",
    ],
    ["not-finite.ts", "(group) => toolkit.tf.fill([group.unitCount], NaN)", "returned the score NaN"],
    ["caveat.ts", '() => 3, caveat: () => { throw new Error("no idea"); }', "caveat(group): no idea"],
  ])("the error of %s names the file, criterion and group", async (name, body, message) => {
    const text = `export const criterion = (toolkit: any) => ({ name: "mine", observes: [], score: ${body} });`;
    const file = written(name, text.replace("(group)", "(group: any)"));
    const { make } = await loadCriterion(file, []);
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, inputShape: [3], name: "hidden" }),
        tfl.layers.dense({ units: 2, activation: "softmax", name: "output" }),
      ],
    });
    const graph = buildDependencyGraph(model);
    const batch = { xs: tf.ones([2, 3]), ys: tf.tensor1d([0, 1], "int32") };
    const error = await score(model, graph, make(0), [batch]).catch((reason: unknown) => reason);
    tf.dispose([batch.xs, batch.ys]);
    model.dispose();
    expect(error).toMatchObject({ isSecateurError: true, message: expect.stringContaining(message) });
    expect(String(error)).toContain(`criterion "mine of ${file}"`);
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

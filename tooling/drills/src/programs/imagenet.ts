/** `bench:imagenet` on an ImageNet of two classes: a named network, a network of the user's, and a row of the table. */
import fs from "node:fs";
import path from "node:path";
import { smallModel } from "@repo/testing/small-model";
import { saveModel } from "@secateur/model-files";
import { createModel, type ModelName, saveWeights } from "@secateur/models";
import { benchProgram, comparison } from "./bench.ts";
import { writeTwoClassImagenet } from "./generated-images.ts";
import type { DrilledProgram } from "./program.ts";

const folders = (inputs: string): readonly string[] => ["--data", inputs];
const named = (inputs: string): readonly string[] => [
  ...["--data", inputs, "--classes", path.join(inputs, "classes.txt")],
  ...["--weights", path.join(inputs, "weights.safetensors")],
];

function writeWeights(inputs: string, name: ModelName): void {
  const model = createModel(name, { seed: 0 });
  fs.writeFileSync(path.join(inputs, "weights.safetensors"), saveWeights(model));
  model.dispose();
}

const pruneNamed = benchProgram({
  program: "imagenet",
  flags: "--model mobilenet-v2 --criteria taylor-gate --ratios 0.3 --finetune 0",
  summary: comparison,
});

export const imagenet: DrilledProgram = {
  ...pruneNamed,
  async prepare(inputs) {
    await writeTwoClassImagenet(inputs, 2);
    writeWeights(inputs, "mobilenet-v2");
  },
  start: (inputs, out, engine) => [...pruneNamed.start(inputs, out, engine), ...named(inputs)],
};

const pruneNetwork = benchProgram({
  program: "imagenet",
  flags: "--criteria taylor-gate --ratios 0.3,0.5 --finetune 2 --preprocess unit",
  summary: comparison,
});

export const network: DrilledProgram = {
  ...pruneNetwork,
  async prepare(inputs) {
    await writeTwoClassImagenet(inputs, 16);
    const model = smallModel(2);
    await saveModel(model, path.join(inputs, "model"));
    model.dispose();
  },
  start: (inputs, out, engine) => [
    ...pruneNetwork.start(inputs, out, engine),
    ...[...folders(inputs), "--network", path.join(inputs, "model", "model.json")],
  ],
};

/** The schedule of the paper's rows on the smallest network. It has dropout. */
const row = {
  name: "drill",
  title: "Drill",
  model: "mobilenet-v2",
  weights: "none",
  gates: { criterion: "taylor-gate", exclude: [], units: 1000 },
  pruning: {
    ...{ budget: { units: 60 }, unitsPerRemoval: 20, groupSize: 1 },
    ...{ frequency: 1, firstRemoval: 2, scoreMomentum: 0.9 },
  },
  training: {
    ...{ batch: 8, epochs: 1, learningRate: 0.001, decayFactor: 0.1, decayEpochs: 10 },
    ...{ momentum: 0.9, weightDecay: 0, imageSize: 64 },
  },
  paper: { unpruned: { gmacs: 1, millionParameters: 1, top1Error: 1 }, pruned: null },
  notes: [],
  assumed: [],
};

const runRow = benchProgram({
  program: "imagenet",
  flags: "--experiment drill --accumulate 2 --repair",
  summary: { file: "summary.json", fields: ["tests", "removals", "fineTuning", "networks", "deviations"] },
});

export const experiment: DrilledProgram = {
  ...runRow,
  async prepare(inputs, workspace) {
    await writeTwoClassImagenet(inputs, 12);
    writeWeights(inputs, "mobilenet-v2");
    const rows = path.join(workspace, "apps/bench/experiments");
    fs.rmSync(rows); // a link
    fs.mkdirSync(path.join(rows, "imagenet"), { recursive: true });
    fs.writeFileSync(path.join(rows, "imagenet/drill.json"), JSON.stringify(row));
  },
  start: (inputs, out, engine) => [...runRow.start(inputs, out, engine), ...named(inputs)],
  results(out) {
    const read = (name: string): Buffer => fs.readFileSync(path.join(out, name));
    const shards = fs
      .readdirSync(path.join(out, "model"))
      .sort()
      .filter((name) => name.endsWith(".bin"));
    const bytes = Buffer.concat(shards.map((name) => read(`model/${name}`)));
    const weights = [...new Float32Array(Uint8Array.from(bytes).buffer)];
    return { ...Object(runRow.results(out)), weights, plan: read("plan.json").toString() };
  },
};

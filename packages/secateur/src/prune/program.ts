/** The command line of `secateur prune`. */
import type { Flag, Program } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import { preprocessingMeanings, preprocessingNames } from "@secateur/datasets";
import { engineFlag, forceFlag, jsonFlag, modelFlag, outFlag, rulesFlag } from "../shared-flags.ts";
import { defaults, type PruneSettings, schema } from "./settings.ts";

const share = (help: string): Flag => ({ kind: "number", group: "Budget (one of)", value: "SHARE", help });

const flags: Readonly<Record<keyof PruneSettings, Flag>> = {
  model: modelFlag,
  rules: rulesFlag,
  images: {
    kind: "path",
    group: "Images",
    value: "DIR",
    help: "Images like those that the network will see, in any layout; a hundred suffice. A fifth is held back to compare the outputs.",
  },
  maxImages: { kind: "number", group: "Images", value: "N", help: "The most images that are read." },
  labels: {
    kind: "text",
    group: "Images",
    value: "WHAT",
    help: "Use labels, which are not necessary: folders (the folder of an image is its class), or a CSV file of lines file,label.",
  },
  preprocess: {
    kind: "text",
    group: "Images",
    value: "NAME",
    help: `What the network was trained with: ${preprocessingNames.map((name) => `${name} (${preprocessingMeanings[name]})`).join("; ")}. Default: what fits the network best.`,
  },
  scale: {
    kind: "number",
    group: "Images",
    value: "X",
    help: "Instead of --preprocess: input = (byte * scale - mean) / std. 1/255 by default where mean or std is given.",
  },
  mean: { kind: "numbers", group: "Images", value: "X,…", help: "One number, or one for each channel." },
  std: { kind: "numbers", group: "Images", value: "X,…", help: "One number, or one for each channel." },
  imageSize: {
    kind: "number",
    group: "Images",
    value: "N",
    help: "Height and width, for networks that take images of any size.",
  },
  macs: share("Remove this share of the multiply-adds, for instance 0.3."),
  parameters: share("Remove this share of the parameters."),
  size: share("Remove this share of the bytes of the weights."),
  units: share("Remove this share of the units: filters and neurons."),
  criterion: {
    kind: "text",
    group: "Pruning",
    value: "NAME",
    help: `Scores the units: ${criterionNames.join(", ")}, or a module that exports criterion. Default: obd, and obd-fisher where the network does not end in a softmax.`,
  },
  exclude: {
    kind: "texts",
    group: "Pruning",
    value: "A,B,…",
    help: "Layers that keep their width, by name; * stands for any text.",
  },
  include: { kind: "texts", group: "Pruning", value: "A,B,…", help: "Prune these layers only." },
  roundTo: {
    kind: "number",
    group: "Pruning",
    value: "N",
    help: "Keep multiples of N units in every layer; engines compute multiples of 8 fastest.",
  },
  compensate: {
    kind: "off-switch",
    group: "Pruning",
    help: "Leave out the repair, which refits the weights that remain, without training.",
  },
  finetune: {
    kind: "number",
    group: "Pruning",
    value: "EPOCHS",
    help: "Then train: on the labels where there are any, and on the outputs of the unpruned network.",
  },
  engine: engineFlag,
  seed: { kind: "number", group: "Run", value: "N", help: "Determines all random choices." },
  out: { ...outFlag, help: "Folder for model.json and its weights, plan.json and report.html." },
  force: forceFlag,
  dryRun: { kind: "switch", group: "Output", help: "Do everything, but write nothing." },
  json: jsonFlag,
};

export const pruneProgram: Program<PruneSettings> = {
  command: "npx secateur prune",
  purpose: "Make a network smaller: prune, prove, repair, compare, report.",
  flags,
  defaults,
  complete: (given) => ({ model: "", ...defaults, ...given }),
  schema,
  examples: [
    ["Remove 30 % of the multiply-adds:", "model.json --images photos --macs 0.3 --out smaller"],
    ["How small would half of the bytes be?", "model.json --images photos --size 0.5 --dry-run"],
    [
      "Keep the first layers, and multiples of 8 filters everywhere:",
      "model.json --images photos --macs 0.4 --exclude 'conv1,stem_*' --round-to 8 --out smaller",
    ],
    [
      "With labels, and two epochs of training:",
      "model.json --images photos --labels folders --macs 0.5 --finetune 2 --out smaller",
    ],
    [
      "With a criterion of your own:",
      "model.json --images photos --macs 0.3 --criterion ./mine.mjs --out smaller",
    ],
  ],
};

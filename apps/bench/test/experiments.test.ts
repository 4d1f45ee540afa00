/** The experiments: complete and true to the paper's counts, and their command line. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { helpText } from "@secateur/command-line";
import { disposeModel } from "@secateur/model-graph";
import { describe, expect, it } from "vitest";
import { chosenProgram } from "../src/experiments/chosen-program.ts";
import { experimentOf } from "../src/experiments/config.ts";
import { lastRemoval, readExperiment, readExperiments, removalCount } from "../src/experiments/experiment.ts";
import { experiments, resuming } from "../src/experiments/program.ts";
import { experimentMarkdown } from "../src/experiments/report/markdown.ts";
import { deviationsOf, type ExperimentSummary, imagenetCounts } from "../src/experiments/results.ts";
import { openNetwork } from "../src/experiments/unpruned-network.ts";
import { type SkippedEvent, skippedImages } from "../src/inputs/skipped-images.ts";
import { parserOf } from "./parser.ts";

const parse = parserOf(experiments);
const given = "--experiment resnet50-81 --data /inet --weights /r50.pth";
const configOf = (more: string) => parse(...`${given} ${more}`.trim().split(" ")).config;

describe("the paper's rows", () => {
  it("have the paper's removals, gates and minibatches", () => {
    const rows = readExperiments().map((experiment) => {
      const { name, gates, pruning } = experiment;
      const left = "units" in pruning.budget ? 100 * (1 - pruning.budget.units / gates.units) : null;
      return [name, removalCount(experiment), left?.toFixed(1), lastRemoval(experiment)];
    });
    expect(rows).toEqual([
      ["resnet101-75", 50, "75.1", 1501],
      ["resnet101-55", 90, "55.2", 2701],
      ["resnet101-50-group", 100, "52.2", 3001],
      ["resnet101-50", 100, "50.2", 3001],
      ["resnet101-40", 120, "40.3", 3601],
      ["resnet50-91", 10, "91.2", 301],
      ["resnet50-81", 22, "80.7", 661],
      ["resnet50-72", 32, "71.9", 961],
      ["resnet50-56", 55, "51.7", 1651],
      ["resnet34-82", null, undefined, null],
      ["vgg11-bn-50", 55, "49.7", 1651],
      ["densenet201-50", 63, "49.8", 1891],
    ]);
  });

  it.each(
    process.env["SECATEUR_TEST_LARGE"]
      ? ["resnet34-82", "resnet50-81", "resnet101-50", "vgg11-bn-50", "densenet201-50"]
      : ["resnet50-81", "densenet201-50"],
  )("%s has as many gates as the network has units outside the excluded layers", (name) => {
    const { model, ...own } = readExperiment(name);
    const training = { ...own.training, imageSize: 32 };
    const graph = openNetwork({ ...own, model, training }, null);
    const patterns = own.gates.exclude.map(
      (each) => new RegExp(`^${each.replaceAll(".", "\\.").replaceAll("*", ".*")}$`),
    );
    const gated = graph.groups.filter(({ slices }) =>
      slices.every(({ role, layer }) => role !== "kernel" || !patterns.some((each) => each.test(layer))),
    );
    expect(gated.reduce((sum, { unitCount }) => sum + unitCount, 0)).toBe(own.gates.units);
    disposeModel(graph.model);
  });
});

describe("bench:imagenet --experiment", () => {
  it("has help that is complete", async () => {
    await expect(helpText(experiments)).toMatchFileSnapshot("golden/experiment-help.txt");
  });

  it("takes the settings of the experiment, and names what the command line changes", () => {
    const config = configOf("");
    expect(experimentOf(config)).toEqual(readExperiment("resnet50-81"));
    expect(deviationsOf(config, imagenetCounts)).toEqual([]);
    const ours = { ...config, experiment: "densenet201-50" };
    expect(deviationsOf(ours, imagenetCounts)).toEqual([
      "Chosen here, because the authors do not state it: the number of units to remove, the schedule of removals (ResNet-50's), the training (ResNet-50's).",
    ]);
    const changed = configOf("--batch 16 --accumulate 4 --frequency 5 --image-size 96 --epochs 0 --repair");
    expect(experimentOf(changed).pruning).toMatchObject({ frequency: 5, firstRemoval: 6 });
    const events: readonly SkippedEvent[] = [
      { type: "skipped", images: ["d", "b"] },
      { type: "skipped", images: ["b", "c", "a.JPEG cannot be read"] },
    ];
    const skipped = skippedImages(events);
    expect(deviationsOf(changed, { training: 12_800, validation: 500, skipped })).toEqual([
      "Training images: 12800 instead of 1281167.",
      "Validation images: 500 instead of 50000.",
      "4 images could not be decoded and took no part: a.JPEG cannot be read; b; c; …",
      "Images per step: 16 instead of 256.",
      "Minibatches between two removals: 5 instead of 30.",
      "Height and width of the images: 96 instead of 224.",
      "Epochs: 0 instead of 25.",
      "Batch normalisation uses the statistics of 4 images, a part of each step's 16.",
      "The remaining weights were refitted before fine-tuning.",
    ]);
  });

  it.each([
    [
      "--experiment resnet50-80",
      /^--experiment must be one of resnet101-75, .*, not "resnet50-80"\. Did you mean "resnet50-8/,
    ],
    [`${given} --accumulate 300`, "--accumulate must not be more than the images of a step (--batch)."],
    [`${given} --image-size 8`, "--image-size must be at least 32, not 8."],
  ])("refuses %s in one sentence", (args, message) => {
    expect(() => parse(...args.split(" "))).toThrow(message);
  });

  it("is chosen by its flag, and by the directory of a run that continues", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-choice-"));
    fs.writeFileSync(path.join(directory, "config.json"), JSON.stringify({ experiment: "resnet50-81" }));
    const resumed = "resnet50-81";
    expect(chosenProgram(given.split(" "), "/")).toEqual({ program: "experiment", resumed: null });
    expect(chosenProgram(["--experiment=x"], "/").program).toBe("experiment");
    expect(chosenProgram(["--out", directory, "--resume"], "/")).toEqual({ program: "experiment", resumed });
    const relative = [`--out=${path.basename(directory)}`, "--resume"];
    expect(chosenProgram(relative, os.tmpdir())).toEqual({ program: "experiment", resumed });
    expect(chosenProgram(["--out", "/nowhere", "--resume"], "/").program).toBe("compare");
    expect(chosenProgram(["--data", "/inet"], "/").program).toBe("compare");
    expect(parserOf(resuming(resumed))("--out", directory, "--resume").config.experiment).toBe(resumed);
    fs.rmSync(directory, { recursive: true });
  });

  it("prints our rows beside the paper's, with the differences", () => {
    const config = configOf("--epochs 0");
    const timing = (median: number) => ({ median, low: median - 1, high: median + 1 });
    const summary: ExperimentSummary = {
      formatVersion: 1,
      config,
      experiment: experimentOf(config),
      tests: [
        { stage: "unpruned", loss: 0.96, top1: 0.7613, top5: 0.9286 },
        { stage: "pruned", loss: 1.1, top1: 0.75, top5: 0.92 },
      ],
      removals: [
        {
          step: 31,
          removals: 1,
          removed: 100,
          gatesLeft: 0.991,
          macsLeft: 0.99,
          parametersLeft: 0.99,
          loss: 1,
        },
        {
          step: 661,
          removals: 22,
          removed: 2200,
          gatesLeft: 1 - 2200 / 11392,
          macsLeft: 0.65,
          parametersLeft: 0.7,
          loss: 1,
        },
      ],
      fineTuning: [],
      networks: {
        unpruned: { macs: 4.089e9, parameters: 25_557_032, latencyMsPerImage: timing(20) },
        pruned: { macs: 2.7e9, parameters: 17_800_000, latencyMsPerImage: timing(14) },
      },
      deviations: deviationsOf(config, imagenetCounts),
      engine: "tensorflow",
      versions: {},
      commit: null,
      startedAt: "2024-01-31T00:00:00.000Z",
      durationMs: 1,
    };
    expect(
      experimentMarkdown(summary)
        .split("\n")
        .map((line) => line.replaceAll(/ +/g, " ")),
    ).toEqual([
      "# ResNet-50, Taylor-FO-BN-81",
      "",
      "| Network | MACs (G) | Parameters (M) | Top-1 error (%) | Top-5 error (%) | Loss |",
      "| ----------- | -------: | -------------: | --------------: | --------------: | ----: |",
      "| unpruned | 4.09 | 25.56 | 23.87 | 7.14 | 0.960 |",
      "| the paper's | 4.09 | 25.50 | 23.82 | – | – |",
      "| difference | -0.00 | +0.06 | +0.05 | – | – |",
      "| pruned | 2.70 | 17.80 | 25.00 | 8.00 | 1.100 |",
      "| the paper's | 2.66 | 17.90 | 24.52 | – | – |",
      "| difference | +0.04 | -0.10 | +0.48 | – | – |",
      "",
      "Removals: 2, the first after minibatch 31, the last after 661. 9192 of 11392 gates are left (80.7 %).",
      "Milliseconds per image of 224 × 224, median (quartiles): 20.00 (19.00–21.00) unpruned, 14.00 (13.00–15.00) pruned.",
      "",
      "Not as in the paper:",
      "- Epochs: 0 instead of 25.",
    ]);
  });
});

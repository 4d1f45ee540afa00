/** `bench:imagenet --smoke` and `--list`: measurements on a tiny network, tables, and the file between the two. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { helpText } from "@secateur/command-line";
import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { chosenProgram } from "../src/experiments/chosen-program.ts";
import { readExperiments } from "../src/experiments/experiment.ts";
import { list } from "../src/experiments/list/program.ts";
import { listMarkdown } from "../src/experiments/list/table.ts";
import { checkSentence, smokeMarkdown } from "../src/experiments/smoke/markdown.ts";
import { measureSteps, type StepEvent } from "../src/experiments/smoke/measure-steps.ts";
import { smoke } from "../src/experiments/smoke/program.ts";
import { msPerImage, readStepTimes, type SmokeReport } from "../src/experiments/smoke/report.ts";
import { parserOf } from "./parser.ts";

const network = (activation: "softmax" | "linear"): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 3], activation: "relu" }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ units: 5, activation }),
    ],
  });

async function eventsOf(model: tfl.LayersModel, budgetMs: number): Promise<readonly StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const event of measureSteps(model, budgetMs)) events.push(event);
  return events;
}

describe("measureSteps", () => {
  it("doubles the batch, and measures a single image in any case", async () => {
    const model = network("softmax");
    const batches = async (budgetMs: number): Promise<readonly number[]> =>
      (await eventsOf(model, budgetMs)).map((event) => (event.type === "measured" ? event.step.batch : -1));
    expect(await batches(60_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
    expect(await batches(0)).toEqual([1]);
    for (const event of await eventsOf(model, 0)) {
      if (event.type !== "measured") throw new Error("failed");
      expect(event.step.stepMs).toBeGreaterThan(0);
      expect(event.step.loss).toBeGreaterThan(0);
      expect(event.step.residentBytes).toBeGreaterThan(1e7);
    }
    disposeModel(model);
  });

  it("reports a batch that fails, and ends", async () => {
    const model = network("linear");
    const [event, ...others] = await eventsOf(model, 60_000);
    expect(event).toMatchObject({ type: "failed", batch: 1, reason: expect.stringContaining("loss") });
    expect(others).toEqual([]);
    disposeModel(model);
  });
});

const numbers = { loss: 7, gradientNorm: 90, lossAgain: 7 };
const report: SmokeReport = {
  formatVersion: 1,
  startedAt: "2024-01-31T00:00:00.000Z",
  machine: { versions: {}, commit: null, memoryBytes: 1, gpus: ["A100, 550.1, 40960 MiB"], environment: {} },
  engines: [],
  engine: "tensorflow-gpu",
  checks: [
    { engine: "tensorflow-gpu", numbers, failure: null },
    { engine: "wasm", numbers: { ...numbers, loss: 7.001 }, failure: null },
  ],
  networks: [
    {
      network: "resnet50",
      steps: [
        { batch: 1, stepMs: 20, loss: 7, residentBytes: 2e9, gpuBytes: 1e9 },
        { batch: 2, stepMs: 30, loss: 7, residentBytes: 2.5e9, gpuBytes: 1.5e9 },
      ],
      failure: "4 images: OOM when allocating tensor",
    },
  ],
  durationMs: 1,
};

describe("bench:imagenet --smoke", () => {
  it("prints what it found", () => {
    expect(smokeMarkdown(report)).toMatchInlineSnapshot(`
      "Engine: tensorflow-gpu. GPUs: A100, 550.1, 40960 MiB.

      Batches of mixed sizes: correct. tensorflow-gpu against wasm: equal (loss 7 and 7.001, norm of the gradients 90 and 90).

      | Network                                        | Batch | ms per image | Memory (GB) | GPU memory (GB) |
      | ---------------------------------------------- | ----: | -----------: | ----------: | --------------: |
      | resnet50                                       |     1 |         20.0 |         2.0 |             1.0 |
      | resnet50                                       |     2 |         15.0 |         2.5 |             1.5 |
      | resnet50: 4 images: OOM when allocating tensor |     – |            – |           – |               – |"
    `);
  });

  it("says what is wrong", () => {
    const [first, second] = report.checks;
    if (first === undefined || second === undefined) throw new Error("two checks");
    const changed = { ...first, numbers: { ...numbers, lossAgain: 8 } };
    expect(checkSentence([changed, second])).toContain(
      "Batches of mixed sizes: WRONG, the loss was 7 and is 8 after another size. tensorflow-gpu against wasm: equal",
    );
    const apart = { ...first, numbers: { ...numbers, gradientNorm: 91 } };
    expect(checkSentence([apart, second])).toContain("tensorflow-gpu against wasm: DIFFERENT");
    const crashed = { engine: "tensorflow-gpu", numbers: null, failure: "A worker process ended (SIGSEGV)." };
    expect(checkSentence([crashed, second])).toBe(
      "A step could not be computed on tensorflow-gpu: A worker process ended (SIGSEGV).",
    );
  });

  it("writes a file that --list reads, and refuses any other", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-smoke-"));
    const file = path.join(directory, "smoke.json");
    fs.writeFileSync(file, JSON.stringify(report));
    const times = readStepTimes(file);
    expect(msPerImage(times, "resnet50")).toBe(15);
    expect(msPerImage(times, "resnet101")).toBeNull();
    fs.writeFileSync(file, "{}");
    expect(() => readStepTimes(file)).toThrow(`--times: ${file} is not a file of --smoke.`);
    expect(() => readStepTimes("/nowhere")).toThrow("--times: there is no file /nowhere.");
    fs.rmSync(directory, { recursive: true });
  });

  it("has a command line of its own", async () => {
    expect(chosenProgram(["--smoke"], "/").program).toBe("smoke");
    const { networks, seconds } = parserOf(smoke)("--smoke", "--seconds", "5").config;
    expect(seconds).toBe(5);
    expect(new Set(networks)).toEqual(new Set(readExperiments().map(({ model }) => model)));
    await expect(helpText(smoke)).toMatchFileSnapshot("golden/smoke-help.txt");
  });
});

describe("bench:imagenet --list", () => {
  it("shows every row with its needs, and the hours of all epochs", () => {
    const needs = new Map([["resnet50", { bytes: 5.4e9, msPerImage: 15 }]] as const);
    const table = listMarkdown(readExperiments(), needs, 8);
    const cells = (name: string): readonly string[] =>
      (table.split("\n").find((line) => line.includes(`${name} `)) ?? "")
        .split("|")
        .map((cell) => cell.trim())
        .filter((cell) => cell !== "");
    const hours = ((25 * 1_281_167 * 15) / 3_600_000).toFixed(0);
    expect(cells("resnet50-81")).toEqual([
      "resnet50-81",
      "resnet50-0676ba61.pth",
      "80.7",
      "22",
      "661",
      "25",
      "5.4",
      hours,
      "2.66",
      "17.9",
      "24.52",
      "–",
    ]);
    expect(cells("densenet201-50").slice(8)).toEqual(["–", "–", "–", "budget, schedule, training"]);
    expect(cells("resnet34-82").slice(2, 8)).toEqual(["–", "–", "–", "25", "–", "–"]);
    expect(table).toContain("Hours: all epochs at the speed of the unpruned network");
    expect(listMarkdown(readExperiments(), new Map(), 8)).toContain("Hours: add --measure, or --times FILE");
  });

  it("has a command line of its own", async () => {
    expect(chosenProgram(["--list", "--measure"], "/").program).toBe("list");
    expect(parserOf(list)("--list").config).toMatchObject({ accumulate: 8, measure: false, times: null });
    await expect(helpText(list)).toMatchFileSnapshot("golden/list-help.txt");
  });
});

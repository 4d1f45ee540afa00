/** `bench:imagenet --experiment` as processes; the whole schedule of a row, killed twice, where SECATEUR_TEST_LARGE is set. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imagenetWnids } from "@secateur/datasets";
import { createModel, loadWeights } from "@secateur/models";
import { applyPlan, parsePlan } from "@secateur/surgery";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExperimentSummary } from "../src/experiments/results.ts";
import { type RunOptions, runProcess } from "./run-process.ts";
import { writeTinyImagenet, writeWeights } from "./tiny-imagenet.ts";

let directory = "";
const at = (...names: string[]): string => path.join(directory, ...names);
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-experiment-"));
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const bench = (args: readonly string[], options: RunOptions = {}): ReturnType<typeof runProcess> =>
  runProcess("src/imagenet.ts", args, options);

describe("bench:imagenet --experiment", () => {
  it("names the weights that a row needs", async () => {
    const { code, stderr } = await bench(["--experiment", "resnet101-55", "--data", directory]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "--weights is missing: give torchvision's https://download.pytorch.org/models/resnet101-63fe2227.pth, or other trained weights of the network.\n",
    );
  });

  it.runIf(process.env["SECATEUR_TEST_LARGE"])(
    "runs a row's schedule to the end; killed twice, it has the same result",
    { timeout: 3_600_000 },
    async () => {
      await writeTinyImagenet(directory, 8);
      writeWeights(at("resnet50.safetensors"), "resnet50");
      fs.writeFileSync(at("classes.txt"), imagenetWnids.join("\n"));
      const settings = [
        ...["--experiment", "resnet50-91", "--data", directory, "--classes", at("classes.txt")],
        ...["--weights", at("resnet50.safetensors"), "--engine", "wasm"],
        ...["--batch", "4", "--accumulate", "2", "--frequency", "1", "--image-size", "32", "--epochs", "1"],
      ];
      const lines = (out: string): number =>
        fs.existsSync(at(out, "events.jsonl"))
          ? fs.readFileSync(at(out, "events.jsonl"), "utf8").split("\n").length - 1
          : 0;
      const run = (out: string, args: readonly string[], killAt = Infinity) =>
        bench(["--out", at(out), ...args], { killWhen: () => lines(out) >= killAt });
      const whole = await run("whole", settings);
      expect(whole.code, whole.stderr).toBe(0);
      expect(whole.stdout).toContain("10392 of 11392 gates are left (91.2 %).");
      expect((await run("broken", settings, 5)).code).toBeNull();
      expect((await run("broken", ["--resume"], 9)).code).toBeNull();
      expect((await run("broken", ["--resume"])).code).toBe(0);
      const read = (out: string): ExperimentSummary =>
        JSON.parse(fs.readFileSync(at(out, "summary.json"), "utf8"));
      for (const part of ["tests", "removals", "fineTuning"] as const)
        expect(read("broken")[part]).toEqual(read("whole")[part]);
      const file = (out: string): Buffer => fs.readFileSync(at(out, "weights.safetensors"));
      expect(file("broken").equals(file("whole"))).toBe(true);

      const model = createModel("resnet50");
      const smaller = applyPlan(model, parsePlan(fs.readFileSync(at("whole", "plan.json"), "utf8")));
      expect(loadWeights(smaller, file("whole"))).toMatchObject({ naming: "pytorch" });
      model.dispose();
      smaller.dispose();
    },
  );
});

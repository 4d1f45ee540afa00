/** The command line of `bench:imagenet --smoke`. */
import path from "node:path";
import { amount, filePath, oneOf, unique } from "@secateur/command-line";
import type { ModelName } from "@secateur/models";
import { z } from "zod";
import { type BenchProgram, named } from "../../cli/program.ts";
import { modelsFor } from "../../inputs/data-set.ts";
import { type InputSettings, inputFlags, inputSchemas } from "../../inputs/input-settings.ts";

export interface SmokeConfig extends Pick<InputSettings, "engine"> {
  readonly smoke: boolean;
  readonly networks: readonly ModelName[];
  /** For each network. */
  readonly seconds: number;
  /** Absolute path of the file with the results. */
  readonly report: string;
}

const group = "Measurement";

/** The networks of the paper's rows, the one that is checked first. */
const defaults: SmokeConfig = {
  smoke: true,
  networks: ["resnet34", "resnet50", "resnet101", "densenet201", "vgg11-bn-dense-bn"],
  seconds: 40,
  engine: "auto",
  report: path.resolve("smoke.json"),
};

export const smoke: BenchProgram<SmokeConfig> = {
  ...named("imagenet"),
  purpose:
    "Try this machine in five minutes: which engines there are, whether they compute correctly, and time and memory of a pruning step of every network.",
  flags: {
    smoke: { kind: "switch", group, help: "Try this machine." },
    networks: { kind: "texts", group, value: "A,B,…", help: "Networks to measure." },
    seconds: {
      kind: "number",
      group,
      value: "N",
      help: "Time for each network; batches grow until it is used up.",
    },
    engine: inputFlags("imagenet").engine,
    report: {
      kind: "path",
      group: "Output",
      value: "FILE",
      help: "The file with all results, for --list --times FILE.",
    },
  },
  defaults: { ...defaults, smoke: null, report: "smoke.json" },
  complete: (given) => ({ ...defaults, ...given }),
  schema: z.strictObject({
    smoke: z.literal(true),
    networks: unique(oneOf(modelsFor("imagenet"))).min(1, { error: "must name at least one network" }),
    seconds: amount("seconds"),
    engine: inputSchemas("imagenet").engine,
    report: filePath,
  }),
  examples: [
    ["Everything:", "--smoke"],
    ["A GPU; CUDA_VISIBLE_DEVICES chooses among several:", "--smoke --engine tensorflow-gpu"],
  ],
};

/** The command line of `bench:speed`. */

import { count, namesOf, oneOf, unique } from "@secateur/command-line";
import { z } from "zod";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { workloads } from "./contenders.ts";
import { type SectionName, sections } from "./sections.ts";

export interface SpeedConfig {
  readonly only: readonly SectionName[];
  readonly networks: readonly string[];
  readonly rounds: number;
  readonly steps: number;
}

const repetitions = { rounds: 7, steps: 2000 };
const group = "Measurement";
const sectionNames = namesOf(sections);
const networks = workloads.map(({ network }) => network);

export const speed: BenchProgram<SpeedConfig> = {
  ...named("speed"),
  purpose:
    "Measure training steps, evaluation, scoring, graphs and surgery, kernels, decoding of images, and memory over many steps. Every contender is a process; they take turns. PyTorch and Torch-Pruning take part where the Python named by PYTHON, or python3, has them (pip install torch torchvision torch-pruning). Keep the machine idle during the measurement.",
  flags: {
    only: { kind: "texts", group, value: "A,B,…", help: `Sections: ${sectionNames.join(", ")}.` },
    networks: { kind: "texts", group, value: "A,B,…", help: `Networks to train: ${networks.join(", ")}.` },
    rounds: { kind: "number", group, value: "N", help: "Turns of each contender; the median counts." },
    steps: {
      kind: "number",
      group,
      value: "N",
      help: "Training steps of the memory test; that of decoding takes ten images for each.",
    },
    out: {
      ...outputFlags("").out,
      help: "Also write speed.json, speed.md and speed.svg to this directory.",
    },
  },
  defaults: { only: "all", networks: "all", ...repetitions },
  complete: (given) => ({ only: sectionNames, networks, ...repetitions, ...given }),
  schema: z.strictObject({
    only: unique(oneOf(sectionNames)).min(1, { error: "must name at least one section" }),
    networks: unique(oneOf(networks)).min(1, { error: "must name at least one network" }),
    rounds: count("turns", 1),
    steps: count("training steps", 10),
  }),
  examples: [
    ["Training steps of one network:", "--only train --networks resnet20"],
    ["Everything, with the numbers and a chart as files:", "--out speed"],
  ],
};

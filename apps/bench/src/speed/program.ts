/** The command line of `bench:speed`. */
import { z } from "zod";
import { helpFlag, type Program } from "../cli/program.ts";
import { count, oneOf, unique } from "../cli/values.ts";
import { workloads } from "./contenders.ts";
import { type SectionName, sectionNames } from "./sections.ts";

interface SpeedConfig {
  readonly only: readonly SectionName[];
  readonly networks: readonly string[];
  readonly rounds: number;
  readonly steps: number;
}

const repetitions = { rounds: 7, steps: 2000 };
const group = "What to measure";
const networks = workloads.map(({ network }) => network);

export const speed: Program<SpeedConfig> = {
  name: "speed",
  purpose:
    "Measure training steps, evaluation, scoring, graphs and surgery, kernels, and memory over many steps. Contenders are processes of their own that take turns. PyTorch and Torch-Pruning take part where the Python named by PYTHON, or python3, has them (pip install torch torchvision torch-pruning). Leave the machine alone meanwhile.",
  flags: {
    only: { kind: "texts", group, value: "A,B,…", help: `Sections: ${sectionNames.join(", ")}.` },
    networks: { kind: "texts", group, value: "A,B,…", help: `Networks to train: ${networks.join(", ")}.` },
    rounds: { kind: "number", group, value: "N", help: "Turns of each contender, medians are shown." },
    steps: { kind: "number", group, value: "N", help: "Training steps of the memory test." },
    out: {
      kind: "path",
      group: "Output",
      value: "DIR",
      help: "Also write speed.json, speed.md and speed.svg there.",
    },
    help: helpFlag,
  },
  defaults: { only: "all", networks: "all", ...repetitions },
  complete: (given) => ({ only: sectionNames, networks, ...repetitions, ...given }),
  schema: z.strictObject({
    only: unique(oneOf("section", sectionNames)).min(1, { error: "wants at least one section" }),
    networks: unique(oneOf("network", networks)).min(1, { error: "wants at least one network" }),
    rounds: count("turns", 1),
    steps: count("training steps", 10),
  }),
  examples: [
    ["Training steps of one network:", "--only train --networks resnet20"],
    ["All of it, with the numbers and a chart in files:", "--out speed"],
  ],
};

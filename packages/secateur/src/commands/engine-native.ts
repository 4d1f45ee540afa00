/** `secateur engine:native`: installs native TensorFlow. */
import type { Program } from "@secateur/command-line";
import { provideEngine } from "@secateur/native-engine/install";
import { z } from "zod";
import { optionalPath } from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";

interface EngineSettings {
  readonly gpu: boolean;
  readonly project: string | null;
  readonly force: boolean;
}

const program: Program<EngineSettings> = {
  command: "npx secateur engine:native",
  purpose: "Install native TensorFlow under tfjs-node, the fastest engine.",
  flags: {
    gpu: { kind: "switch", group: "Engine", help: "For NVIDIA GPUs: tfjs-node-gpu with CUDA's libraries." },
    project: {
      kind: "path",
      group: "Engine",
      value: "DIR",
      help: "Where tfjs-node is installed. Default: beside secateur, else the current folder.",
    },
    force: {
      kind: "switch",
      group: "Engine",
      help: "Compile the addon anew although there is an engine that works.",
    },
  },
  defaults: {},
  complete: (given) => ({ gpu: false, project: null, force: false, ...given }),
  schema: z.strictObject({ gpu: z.boolean(), project: optionalPath, force: z.boolean() }),
  examples: [
    ["After npm install --ignore-scripts secateur @tensorflow/tfjs-node@4.22.0:", ""],
    ["For a GPU:", "--gpu"],
  ],
};

export const engineNative: Subcommand = subcommand(program, async (request, { print }) => {
  await provideEngine(request, print);
  return 0;
});

/** The command line of `bench:imagenet --architecture-only`. */
import { oneOf } from "@secateur/command-line";
import type { ModelName } from "@secateur/models";
import { z } from "zod";
import { type BenchProgram, named } from "../cli/program.ts";
import { modelsFor } from "../inputs/data-set.ts";

export interface ArchitectureConfig {
  readonly architectureOnly: boolean;
  /** Null: all. */
  readonly model: ModelName | null;
}

const models = modelsFor("imagenet");
const group = "Networks";

export const architectures: BenchProgram<ArchitectureConfig> = {
  ...named("imagenet"),
  purpose:
    "Print parameters, multiply-adds, units and gates of the ImageNet networks beside the paper's, and the budgets of its rows. Needs no images and no weights.",
  flags: {
    architectureOnly: { kind: "switch", group, help: "Print the tables." },
    model: { kind: "text", group, value: "NAME", help: `One network: ${models.join(", ")}.` },
  },
  defaults: { architectureOnly: true },
  complete: (given) => ({ architectureOnly: true, model: null, ...given }),
  schema: z.strictObject({ architectureOnly: z.literal(true), model: oneOf(models).nullable() }),
  examples: [
    ["All networks:", "--architecture-only"],
    ["One network:", "--architecture-only --model resnet50"],
  ],
};

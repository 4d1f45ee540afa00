/** The command line of `bench:imagenet --list`. */
import { count, filePath } from "@secateur/command-line";
import { z } from "zod";
import { type BenchProgram, named } from "../../cli/program.ts";
import { type InputSettings, inputFlags, inputSchemas } from "../../inputs/input-settings.ts";

export interface ListConfig extends Pick<InputSettings, "engine"> {
  readonly list: boolean;
  readonly accumulate: number;
  /** Absolute path of a file of `--smoke`. */
  readonly times: string | null;
  /** Measure a step of each network first. */
  readonly measure: boolean;
}

const group = "Estimates";

export const list: BenchProgram<ListConfig> = {
  ...named("imagenet"),
  purpose: "List the rows of the paper's ImageNet table, and the memory and the hours that they need.",
  flags: {
    list: { kind: "switch", group, help: "List the rows." },
    accumulate: {
      kind: "number",
      group,
      value: "K",
      help: "Memory where the images of a step are computed in K parts.",
    },
    measure: { kind: "switch", group, help: "Measure a step of each network here, for the hours." },
    times: {
      kind: "path",
      group,
      value: "FILE",
      help: "Take the time of a step from a file of --smoke instead.",
    },
    engine: inputFlags("imagenet").engine,
  },
  defaults: { accumulate: 8, engine: "auto" },
  complete: (given) => ({ list: true, accumulate: 8, times: null, measure: false, engine: "auto", ...given }),
  schema: z.strictObject({
    list: z.literal(true),
    accumulate: count("parts", 1),
    times: filePath.nullable(),
    measure: z.boolean(),
    engine: inputSchemas("imagenet").engine,
  }),
  examples: [
    ["With hours on this machine:", "--list --measure"],
    ["With hours on another machine, where --smoke has run:", "--list --times smoke.json"],
  ],
};

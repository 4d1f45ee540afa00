/** The commands by name, in the order of the help. */
import type { Subcommand } from "../subcommand.ts";
import { apply } from "./apply.ts";
import { doctor } from "./doctor.ts";
import { engineNative } from "./engine-native.ts";
import { graph } from "./graph.ts";
import { inspect } from "./inspect.ts";
import { prune } from "./prune.ts";
import { verify } from "./verify.ts";

export const commands: Readonly<Record<string, Subcommand>> = {
  prune,
  inspect,
  graph,
  apply,
  verify,
  doctor,
  "engine:native": engineNative,
};

/** `secateur doctor`: which engines are installed, and whether they compute correctly. */
import type { Program } from "@secateur/command-line";
import { describeChoice, diagnoseEngines } from "@secateur/native-engine/self-test";
import { z } from "zod";
import { jsonFlag } from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";

interface DoctorSettings {
  readonly json: boolean;
}

const program: Program<DoctorSettings> = {
  command: "npx secateur doctor",
  purpose: "List the engines that are installed, and check their results.",
  flags: { json: jsonFlag },
  defaults: {},
  complete: (given) => ({ json: false, ...given }),
  schema: z.strictObject({ json: z.boolean() }),
  examples: [["As JSON:", "--json"]],
};

export const doctor: Subcommand = subcommand(program, async ({ json }, { print }) => {
  const diagnoses = await diagnoseEngines(json ? undefined : print);
  const { automatic, engines, isBroken } = diagnoses;
  print(json ? JSON.stringify({ automatic, engines }, null, 2) : describeChoice(diagnoses));
  return isBroken ? 1 : 0;
});

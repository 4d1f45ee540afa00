/** `secateur apply`: cuts the units of a plan out of a network, and proves it. */
import fs from "node:fs";
import { filePath, type Program, readTextFile, UsageError } from "@secateur/command-line";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countParameters } from "@secateur/metrics";
import { quantizationOf, saveModel } from "@secateur/model-files";
import { applyPlan, InvalidPlanError, type Plan, parsePlan, verifyPlan } from "@secateur/surgery";
import { z } from "zod";
import { type EngineName, engineSchema, startEngine } from "../engine.ts";
import { CommandError } from "../errors.ts";
import { change, grouped, significant } from "../numbers.ts";
import { disposing, openModel } from "../open-model.ts";
import { requireFree, shownPath, writeResult } from "../output-folder.ts";
import {
  engineFlag,
  forceFlag,
  modelFlag,
  optionalPath,
  outFlag,
  planFlag,
  rulesFlag,
} from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";

interface ApplySettings {
  readonly model: string;
  readonly plan: string;
  readonly out: string | null;
  readonly force: boolean;
  readonly rules: string | null;
  readonly engine: EngineName;
}

const program: Program<ApplySettings> = {
  command: "npx secateur apply",
  purpose: "Cut the units of a plan out of a network, without repair.",
  flags: {
    model: modelFlag,
    plan: planFlag,
    rules: rulesFlag,
    engine: engineFlag,
    out: { ...outFlag, help: "Folder for model.json and its weights, and plan.json." },
    force: forceFlag,
  },
  defaults: { engine: "auto" },
  complete: (given) => ({
    model: "",
    plan: "",
    out: null,
    force: false,
    rules: null,
    engine: "auto",
    ...given,
  }),
  schema: z.strictObject({
    model: filePath,
    plan: filePath,
    out: optionalPath,
    force: z.boolean(),
    rules: optionalPath,
    engine: engineSchema,
  }),
  examples: [["The plan of an earlier run, on the same network:", "model.json smaller/plan.json --out cut"]],
};

export const apply: Subcommand = subcommand(program, async (settings, { print }) => {
  const { out, force } = settings;
  if (out === null) throw new UsageError("--out is missing: give the folder for the result, --out DIR.");
  requireFree(out, force);
  const plan = readPlan(settings.plan);
  await startEngine(settings.engine);
  return await disposing(async (own) => {
    const { model, rules } = await openModel(settings.model, settings.rules);
    own(model);
    const graph = buildDependencyGraph(model, { rules });
    const smaller = own(applyPlan(model, plan, { graph }));
    const { relativeError } = await verifyPlan(model, plan, { graph, smaller });
    await writeResult(out, async (folder) => {
      await saveModel(smaller, folder, { quantize: quantizationOf(model) });
      fs.writeFileSync(`${folder}/plan.json`, `${JSON.stringify(plan)}\n`);
    });
    const [before, after] = [model, smaller].map((each) => countParameters(each).total) as [number, number];
    print(
      `${grouped(before)} parameters became ${grouped(after)} (${change(before, after)}). The network computes what the original ` +
        `computes without the units, up to ${significant(relativeError)} of the largest output.\n` +
        `Wrote model.json and plan.json to ${shownPath(out)}.`,
    );
    return 0;
  });
});

/** @throws CommandError without such a file, and for a file that is not a plan; UsageError for one of more than 64 MB. */
export function readPlan(file: string): Plan {
  if (!fs.existsSync(file)) throw new CommandError(`There is no file ${file}: expected a plan.json.`);
  try {
    return parsePlan(readTextFile(file));
  } catch (error) {
    if (!(error instanceof InvalidPlanError)) throw error;
    throw new CommandError(`${file} is not a plan: ${error.message}.`, { cause: error });
  }
}

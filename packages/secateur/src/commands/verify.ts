/** `secateur verify`: whether a smaller network is the original without the units of a plan. */
import { filePath, type Program } from "@secateur/command-line";
import { buildDependencyGraph, fingerprint } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { applyPlan, verifyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { z } from "zod";
import { type EngineName, engineSchema, startEngine } from "../engine.ts";
import { CommandError } from "../errors.ts";
import { significant } from "../numbers.ts";
import { disposing, openModel } from "../open-model.ts";
import { engineFlag, modelFlag, optionalPath, planFlag, rulesFlag } from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";
import { readPlan } from "./apply.ts";

interface VerifySettings {
  readonly model: string;
  readonly smaller: string;
  readonly plan: string;
  readonly rules: string | null;
  readonly engine: EngineName;
}

const program: Program<VerifySettings> = {
  command: "npx secateur verify",
  purpose: "Check that a smaller network is the original without the units of a plan.",
  flags: {
    model: modelFlag,
    smaller: { ...modelFlag, value: "SMALLER", help: "The model.json of the smaller network." },
    plan: planFlag,
    rules: rulesFlag,
    engine: engineFlag,
  },
  defaults: { engine: "auto" },
  complete: (given) => ({ model: "", smaller: "", plan: "", rules: null, engine: "auto", ...given }),
  schema: z.strictObject({
    model: filePath,
    smaller: filePath,
    plan: filePath,
    rules: optionalPath,
    engine: engineSchema,
  }),
  examples: [["The result of secateur prune:", "model.json smaller/model.json smaller/plan.json"]],
};

export const verify: Subcommand = subcommand(program, async (settings, { print }) => {
  const plan = readPlan(settings.plan);
  await startEngine(settings.engine);
  return await disposing(async (own) => {
    const { model, rules } = await openModel(settings.model, settings.rules);
    own(model);
    const smaller = own((await openModel(settings.smaller, settings.rules)).model);
    const graph = buildDependencyGraph(model, { rules });
    const cut = own(applyPlan(model, plan, { graph }));
    const { relativeError } = await verifyPlan(model, plan, { graph, smaller: cut });
    if (fingerprint(smaller) !== fingerprint(cut))
      throw new CommandError(
        `${settings.smaller} is not the network that the plan leaves: ${await firstDifference(cut, smaller)}.`,
      );
    print(
      `The removal is proved: cut and silenced networks differ by ${significant(relativeError)} of the largest output.`,
    );
    const changed = await changedWeights(cut, smaller);
    print(
      changed.length === 0
        ? "The smaller network has the weights of the original."
        : `The smaller network has the layers that the plan leaves; ${changed.length} of its weights were changed afterwards, as repair, training or quantisation do.`,
    );
    return 0;
  });
});

/** The first weight whose shape differs. */
async function firstDifference(expected: tfl.LayersModel, actual: tfl.LayersModel): Promise<string> {
  const [wanted, present] = [modelGraph(expected).weights, modelGraph(actual).weights];
  for (const [path, { shape }] of wanted) {
    const other = present.get(path);
    if (other === undefined) return `it has no weight "${path}"`;
    if (String(other.shape) !== String(shape)) return `"${path}" is [${other.shape}], expected [${shape}]`;
  }
  return "its layers are connected in another way";
}

/** Paths of weights with other values. */
async function changedWeights(a: tfl.LayersModel, b: tfl.LayersModel): Promise<readonly string[]> {
  const others = modelGraph(b).weights;
  const changed: string[] = [];
  for (const [path, weight] of modelGraph(a).weights) {
    const other = others.get(path);
    const isEqual = tf.tidy(() => tf.all(tf.equal(weight.read(), other?.read() ?? Number.NaN)));
    if ((await isEqual.data())[0] !== 1) changed.push(path);
    isEqual.dispose();
  }
  return changed;
}

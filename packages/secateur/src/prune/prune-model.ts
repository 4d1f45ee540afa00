/** `secateur prune`: load, score, select, cut, prove, repair, train, compare, measure. */
import { versions } from "@secateur/command-line";
import type { Criterion } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { quantizationOf } from "@secateur/model-files";
import { type PruneOptions, type PruneResult, pruneOnce } from "@secateur/pruner";
import type { UnlabelledBatch } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { engineLine, startEngine } from "../engine.ts";
import { inParts } from "../images/image-set.ts";
import { disposing, type OpenedModel, openModel } from "../open-model.ts";
import { type Context, repeatCommand } from "../subcommand.ts";
import { budgetOf, checkPruneSettings, chosenBudget } from "./check-settings.ts";
import { withErrorsInFlags } from "./errors-in-flags.ts";
import { fineTune } from "./fine-tune.ts";
import { criterionOf, defaultCriterion } from "./load-criterion.ts";
import { measure } from "./measure.ts";
import { batchSize, type Inputs, openInputs } from "./open-inputs.ts";
import { pruneProgram } from "./program.ts";
import type { PruneSummary } from "./result.ts";
import { asSaved, writeFiles } from "./result-files.ts";
import { resultWarnings } from "./result-warnings.ts";
import type { PruneSettings } from "./settings.ts";
import { startStages } from "./stages.ts";
import { pinnedLayers, widthsOf } from "./widths.ts";

/** Rows of every layer's regression: a third of the default, so that a hundred images take minutes on WebAssembly. */
const refitRows = 5120;

/** A warning is shown once. */
type Warn = (warning: string) => void;

/** Writes the files, unless it is a dry run, and returns what they are about. */
export async function pruneModel(settings: PruneSettings, context: Context): Promise<PruneSummary> {
  checkPruneSettings(settings);
  const { progress } = context;
  const engine = engineLine(await startEngine(settings.engine));
  progress.log(`Engine: ${engine}`);
  const warnings = new Set<string>();
  const warn: Warn = (warning) => {
    if (!warnings.has(warning)) progress.log(`Warning: ${warning}`);
    warnings.add(warning);
  };
  const { criterion: name, seed } = settings;
  const chosen = name === null ? null : await criterionOf(name, seed);
  return await disposing(async (own) => {
    const opened = await openModel(settings.model, settings.rules);
    own(opened.model);
    const inputs = await openInputs(opened.model, settings, warn, progress);
    const fitting = defaultCriterion(opened.model);
    const criterion = chosen ?? (await criterionOf(fitting, seed));
    const result = await removeAndRepair(opened, inputs, criterion, settings, warn, context);
    own(result.model);
    if (settings.finetune > 0) await train(opened.model, result.model, inputs, settings, context);
    const quantize = quantizationOf(opened.model);
    const smaller = own(await asSaved(result.model, quantize));
    const measured = await measure(opened.model, smaller, inputs, progress);
    for (const warning of resultWarnings(measured)) warn(warning);
    const summary: PruneSummary = {
      ...asked(settings),
      criterion: name ?? fitting,
      ...found(result, buildDependencyGraph(opened.model, { rules: opened.rules }), smaller),
      ...measured,
      engine,
      versions: versions(),
      storage: quantize ?? "float32",
      warnings: [...warnings],
    };
    if (settings.out !== null && !settings.dryRun)
      await writeFiles(settings.out, { smaller, quantize, plan: result.plan, summary });
    return summary;
  });
}

function asked(
  settings: PruneSettings,
): Pick<PruneSummary, "model" | "command" | "budget" | "seed" | "finetunedEpochs"> {
  const { model, seed, finetune } = settings;
  return {
    model,
    command: repeatCommand(settings, pruneProgram),
    budget: chosenBudget(settings),
    seed,
    finetunedEpochs: finetune,
  };
}

async function removeAndRepair(
  { model, rules }: OpenedModel,
  inputs: Inputs,
  criterion: Criterion,
  settings: PruneSettings,
  onWarning: Warn,
  { progress }: Context,
): Promise<PruneResult> {
  const { include, exclude, roundTo, seed } = settings;
  const stages = startStages(progress, inputs.used.length);
  const request: PruneOptions = {
    criterion,
    data: stages.scoring(minibatches(inputs)),
    targets: inputs.hasLabels ? "labels" : "own",
    budget: budgetOf(settings),
    selection: {
      roundTo,
      ...(include.length === 0 ? {} : { include }),
      ...(exclude.length === 0 ? {} : { exclude }),
    },
    compensate: settings.compensate && {
      positions: Math.ceil(refitRows / inputs.used.length),
      onGroup: (_, done, total) => stages.choosing(done, total),
      onLayer: (_, done, total) => stages.repairing(done, total),
    },
    mode: "eval",
    inputShape: inputs.inputShape,
    seed,
    rules,
    onWarning,
  };
  const result = await withErrorsInFlags(chosenBudget(settings), () => pruneOnce(model, request));
  stages.done();
  return result;
}

function* minibatches({ used, batchOf }: Inputs): Generator<UnlabelledBatch> {
  for (const part of inParts(used, batchSize)) yield batchOf(part);
}

async function train(
  original: tfl.LayersModel,
  smaller: tfl.LayersModel,
  { used, batchOf, hasLabels }: Inputs,
  { finetune: epochs, seed }: PruneSettings,
  { progress }: Context,
): Promise<void> {
  await fineTune(smaller, { original, epochs, seed, indices: used, batchSize, batchOf, hasLabels }, progress);
}

function found(
  { original, left, proof, compensation }: PruneResult,
  graph: DependencyGraph,
  smaller: tfl.LayersModel,
): Pick<PruneSummary, "parameters" | "macs" | "units" | "proof" | "repair" | "widths" | "pinned"> {
  return {
    parameters: { before: original.parameters, after: left.parameters },
    macs: { before: original.macs ?? Number.NaN, after: left.macs ?? Number.NaN },
    units: { before: original.units, after: left.units },
    proof: proof?.relativeError ?? null,
    repair: compensation && { before: compensation.before, after: compensation.after },
    widths: widthsOf(graph, smaller),
    pinned: pinnedLayers(graph),
  };
}

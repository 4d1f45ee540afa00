/** One run of `bench:oracle`: load, score, remove every unit in turn, and write down how well the one tells the other. */
import { describeEngine, useBackend } from "@secateur/backend";
import { loadCifar10 } from "@secateur/datasets";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { createModel, type ModelName } from "@secateur/models";
import { bestCurve, curveByScores, greedyCurve } from "@secateur/oracle";
import type * as tfl from "@tensorflow/tfjs-layers";
import { UsageError } from "../cli/usage-error.ts";
import { readWeights } from "../compare/check-setup.ts";
import { loadCriteria } from "../inputs/load-criteria.ts";
import { commit, versions } from "../run/environment.ts";
import type { Progress } from "../run/progress.ts";
import { checkSameCriterionFiles } from "../run/recorded-input.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { RunDirectoryError } from "../run/run-directory-error.ts";
import { logWork } from "../run/work-time.ts";
import { firstImages } from "./first-images.ts";
import { measureCriteria, measureOracle, measureSubsets, measureTrainStep, type Setting } from "./measure.ts";
import type { MeasuredCriterion, OracleConfig, OracleMeasurements, SubsetStudy } from "./measurements.ts";

export async function runOracle(
  run: RunDirectory<OracleConfig>,
  progress: Progress,
): Promise<OracleMeasurements> {
  const { config } = run;
  const startedAt = new Date();
  const engine = await useBackend(config.engine);
  progress.log(describeEngine(engine));
  progress.log(`${run.resumed ? "Going on with the run in" : "Results go to"} ${run.path}`);
  const criteria = await loadCriteria(config);
  const model = trainedModel(config);
  const graph = buildDependencyGraph(model);
  checkSubsets(config, graph.groups[0]?.unitCount ?? 0);
  const { train } = await loadCifar10(config.data === null ? {} : { directory: config.data });
  const { data, loss, accuracy } = await firstImages(model, train, config);
  progress.log(
    `${config.model}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} % on ${config.images} training images`,
  );
  checkSameNetwork(run, loss);
  checkSameCriterionFiles(run);
  const setting: Setting = { run, graph, data, progress };
  const measured = await measureCriteria(setting, criteria);
  const copy = trainedModel(config);
  const trainStepSeconds = await measureTrainStep(setting, copy);
  copy.dispose();
  const oracle = await measureOracle(setting);
  const subsets = config.subsetImages === 0 ? null : await study(setting, measured, oracle.changes);
  const parameters = countParameters(model).trainable;
  const macs = countMacs(model).total;
  model.dispose();
  const durationMs = logWork(run.log, startedAt);
  return {
    formatVersion: 1,
    config,
    network: { loss, accuracy, parameters, macs },
    groups: graph.groups.map(({ id, unitCount }) => ({ id, units: unitCount })),
    lossChanges: oracle.changes,
    criteria: measured,
    trainStepSeconds,
    oracleSeconds: oracle.seconds,
    subsets,
    engine: describeEngine(engine).split("\n")[0] ?? "", // what was not used is no part of the result
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  };
}

function trainedModel({ model: name, weights }: OracleConfig): tfl.LayersModel {
  const model = createModel(name as ModelName, { seed: 0 });
  readWeights(model, weights);
  return model;
}

/** A resumed run goes on with the network that it began with. */
function checkSameNetwork({ log, path }: RunDirectory<OracleConfig>, loss: number): void {
  const begun = log.events.find(({ type }) => type === "network");
  if (begun === undefined) {
    log.append({ type: "network", loss });
    return;
  }
  const before = Number(begun["loss"]);
  if (Math.abs(loss - before) <= 1e-3 * before + 1e-6) return;
  throw new RunDirectoryError(
    `The network of the run in ${path} had a loss of ${before.toFixed(4)} when it was begun and has ${loss.toFixed(4)} now: its weights or images have changed. Choose another --out.`,
  );
}

/** 2^20 subsets would take days. */
function checkSubsets({ subsetImages, model }: OracleConfig, units: number): void {
  if (subsetImages === 0 || units <= 16) return;
  throw new UsageError(
    `--subset-images: the first layer of ${model} has ${units} units, and 2^${units} subsets are too many. Use 0.`,
  );
}

async function study(
  setting: Setting,
  criteria: readonly MeasuredCriterion[],
  changes: OracleMeasurements["lossChanges"],
): Promise<SubsetStudy> {
  const { id: group = "", unitCount: units = 0 } = setting.graph.groups[0] ?? {};
  const losses = await measureSubsets(setting);
  const byCriterion = criteria.flatMap(({ name, scores }) =>
    scores === null ? [] : [[name, curveByScores(losses, scores[group] ?? [])] as const],
  );
  return {
    group,
    units,
    images: setting.run.config.subsetImages,
    combinatorial: bestCurve(losses),
    greedy: greedyCurve(losses),
    greedyFixed: curveByScores(losses, changes[group] ?? []),
    byCriterion: Object.fromEntries(byCriterion),
  };
}

/** All measurements of an oracle study, in order. */
import { describeEngine } from "@secateur/backend";
import type { Progress } from "@secateur/command-line";
import { UsageError, versions } from "@secateur/command-line";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { createModel } from "@secateur/models";
import { bestCurve, curveByScores, greedyCurve } from "@secateur/oracle";
import type * as tfl from "@tensorflow/tfjs-layers";
import { cifar10Images } from "../inputs/cifar10.ts";
import { requireSameCriterionFiles } from "../inputs/criterion-files.ts";
import { synthetic } from "../inputs/data-set.ts";
import { loadCriteria } from "../inputs/load-criteria.ts";
import { recordEngine, startEngine } from "../inputs/run-engine.ts";
import { readWeights } from "../inputs/weights.ts";
import { commit } from "../run/environment.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { logWork, requireUnchanged } from "../run/shared-events.ts";
import type { OracleConfig } from "./config.ts";
import type { NetworkEvent, OracleEvent } from "./events.ts";
import { firstImages } from "./first-images.ts";
import {
  measureCriteria,
  measureOracle,
  measureSubsets,
  measureTrainStep,
  type OracleContext,
} from "./measure.ts";
import { measureJoint } from "./measure-joint.ts";
import type { MeasuredCriterion, OracleMeasurements, SubsetStudy } from "./measurements.ts";

type Run = RunDirectory<OracleConfig, OracleEvent>;

export async function measureAll(run: Run, progress: Progress): Promise<OracleMeasurements> {
  const { config } = run;
  const startedAt = new Date();
  const engine = await startEngine(run, progress);
  const criteria = await loadCriteria(config);
  const model = trainedModel(config);
  const graph = buildDependencyGraph(model);
  checkSubsets(config, graph.groups[0]?.unitCount ?? 0);
  const count = config.data === synthetic ? config.images : null;
  const { train } = await cifar10Images({ data: config.data, subset: count });
  const { data, loss, accuracy } = await firstImages(model, train, config);
  progress.log(
    `${config.model}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} % on ${config.images} training images`,
  );
  requireSameNetwork(run, loss);
  requireSameCriterionFiles(run);
  recordEngine(engine, run.log);
  const context: OracleContext = { run, graph, data, progress };
  const measured = await measureCriteria(context, criteria);
  const copy = trainedModel(config);
  const trainStepSeconds = await measureTrainStep(context, copy);
  copy.dispose();
  const oracle = await measureOracle(context);
  const subsets = config.subsetImages === 0 ? null : await studySubsets(context, measured, oracle.changes);
  const joint = config.jointImages === 0 ? null : await measureJoint(context);
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
    joint,
    engine: describeEngine(engine).split("\n")[0] ?? "", // without the engines that were not used
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  };
}

function trainedModel({ model: name, weights }: OracleConfig): tfl.LayersModel {
  const model = createModel(name, { seed: 0 });
  readWeights(model, weights);
  return model;
}

/** A resumed run must use the network that it started with. */
function requireSameNetwork({ log, path }: Run, loss: number): void {
  requireUnchanged<NetworkEvent>(log, { type: "network", loss }, (before) =>
    Math.abs(loss - before.loss) <= 1e-3 * before.loss + 1e-6
      ? null
      : `The network of the run in ${path} had a loss of ${before.loss.toFixed(4)} at its start and has ${loss.toFixed(4)} now: its weights or images have changed. Choose another --out.`,
  );
}

/** 2^20 subsets would take days. */
function checkSubsets({ subsetImages, model }: OracleConfig, units: number): void {
  if (subsetImages === 0 || units <= 16) return;
  throw new UsageError(
    `--subset-images must be 0 for ${model}: its first layer has ${units} units, and 2^${units} subsets are too many.`,
  );
}

async function studySubsets(
  context: OracleContext,
  criteria: readonly MeasuredCriterion[],
  changes: OracleMeasurements["lossChanges"],
): Promise<SubsetStudy> {
  const { id: group = "", unitCount: units = 0 } = context.graph.groups[0] ?? {};
  const losses = await measureSubsets(context);
  const byCriterion = criteria.flatMap(({ name, scores }) =>
    scores === null ? [] : [[name, curveByScores(losses, scores[group] ?? [])] as const],
  );
  return {
    group,
    units,
    images: context.run.config.subsetImages,
    combinatorial: bestCurve(losses),
    greedy: greedyCurve(losses),
    greedyFixed: curveByScores(losses, changes[group] ?? []),
    byCriterion: Object.fromEntries(byCriterion),
  };
}

/**
 * How well each criterion tells the oracle: within every group, on average over the groups, and over all units at once. The
 * last one asks more: that scores of different layers are on one scale, as a global ranking needs them.
 */
import { type BootstrapInterval, bootstrap } from "@secateur/metrics";
import { type ByCoefficient, byCoefficient, type CoefficientName, coefficients } from "./coefficients.ts";
import type { OracleMeasurements, UnitNumbers } from "./measurements.ts";
import { pairsOfGroup, pooled, type UnitPairs, withoutZeros } from "./unit-pairs.ts";

/** Below that a correlation says nothing: that of two units is 1 or -1. */
export const fewestUnits = 3;

/** A null is a correlation that does not exist: too few units, or a list that is constant. */
export interface CriterionCorrelations {
  readonly name: string;
  readonly byGroup: Readonly<Record<string, ByCoefficient<number | null>>>;
  readonly overGroups: ByCoefficient<GroupMean>;
  readonly allUnits: ByCoefficient<PooledCorrelation>;
  readonly units: {
    readonly compared: number;
    /** Not compared: the score or the loss's change is no finite number, or there is no score. */
    readonly leftOut: number;
    /** Compared, but not in the logarithmic correlation: one of both is zero. */
    readonly zeros: number;
  };
}

interface GroupMean {
  readonly mean: number | null;
  readonly groups: number;
  /** Groups without this correlation. */
  readonly leftOut: number;
}

interface PooledCorrelation {
  readonly value: number | null;
  /** 95 %, from draws of as many units with replacement. */
  readonly interval: BootstrapInterval | null;
}

/** Of every criterion that applies, in the order of the tables. */
export function correlate(measurements: OracleMeasurements): readonly CriterionCorrelations[] {
  return measurements.criteria.flatMap(({ name, scores }) =>
    scores === null ? [] : [correlateCriterion(name, scores, measurements)],
  );
}

function correlateCriterion(
  name: string,
  scores: UnitNumbers,
  { groups, lossChanges, config }: OracleMeasurements,
): CriterionCorrelations {
  const pairs = groups.map(({ id }) => pairsOfGroup(id, scores, lossChanges));
  const all = pooled(pairs);
  const ofGroups = pairs.map((own) => byCoefficient((coefficient) => correlation(coefficient, own)));
  const compared = all.scores.length;
  return {
    name,
    byGroup: Object.fromEntries(groups.map(({ id }, i) => [id, ofGroups[i] ?? byCoefficient(() => null)])),
    overGroups: byCoefficient((coefficient) => meanOf(ofGroups.map((own) => own[coefficient]))),
    allUnits: byCoefficient((coefficient) => pooledCorrelation(coefficient, all, config.seed)),
    units: {
      compared,
      leftOut: groups.reduce((sum, { units }) => sum + units, 0) - compared,
      zeros: compared - withoutZeros(all).scores.length,
    },
  };
}

function correlation(name: CoefficientName, pairs: UnitPairs): number | null {
  const [x, y] = coefficients[name].lists(pairs);
  return x.length < fewestUnits ? null : numberOrNull(coefficients[name].of(x, y));
}

function pooledCorrelation(name: CoefficientName, pairs: UnitPairs, seed: number): PooledCorrelation {
  const value = correlation(name, pairs);
  if (value === null) return { value, interval: null };
  return { value, interval: bootstrap(...coefficients[name].lists(pairs), coefficients[name].of, { seed }) };
}

function meanOf(values: readonly (number | null)[]): GroupMean {
  const there = values.filter((value) => value !== null);
  return {
    mean: there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length,
    groups: there.length,
    leftOut: values.length - there.length,
  };
}

const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * Correlations of each criterion's scores with the oracle: within each group, their mean over groups, and over all units
 * at once. The last one also requires that scores of different layers are on one scale, as a global ranking does.
 */
import { type BootstrapInterval, bootstrap } from "@secateur/metrics";
import { type ByCoefficient, byCoefficient, type CoefficientName, coefficients } from "./coefficients.ts";
import type { OracleMeasurements, UnitNumbers } from "./measurements.ts";
import { pairsOfGroup, pooled, type UnitPairs, withoutZeros } from "./unit-pairs.ts";

/** Groups with fewer units have no correlation: that of two units is always 1 or -1. */
export const fewestUnits = 3;

/** Null stands for an undefined correlation: too few units, or a constant list. */
export interface CriterionCorrelations {
  readonly name: string;
  readonly byGroup: Readonly<Record<string, ByCoefficient<number | null>>>;
  readonly overGroups: ByCoefficient<GroupMean>;
  readonly allUnits: ByCoefficient<PooledCorrelation>;
  readonly units: {
    readonly compared: number;
    /** Not compared: the score is missing, or the score or the loss change is not finite. */
    readonly leftOut: number;
    /** Compared, but not in the logarithmic correlation, because score or loss change is zero. */
    readonly zeros: number;
  };
}

interface GroupMean {
  readonly mean: number | null;
  readonly groups: number;
  /** Groups where it is undefined. */
  readonly leftOut: number;
}

interface PooledCorrelation {
  readonly value: number | null;
  /** 95 %, by bootstrap over units. */
  readonly interval: BootstrapInterval | null;
}

/** One entry per applicable criterion, in the order of the tables. */
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
  const defined = values.filter((value) => value !== null);
  return {
    mean: defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length,
    groups: defined.length,
    leftOut: values.length - defined.length,
  };
}

const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

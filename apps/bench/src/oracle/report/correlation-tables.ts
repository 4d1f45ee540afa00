/** The tables of the study: correlations and cost of each criterion, confidence intervals, correlations per layer. */

import { fixedText } from "../../report/decimals.ts";
import { type NumberColumn, type NumberTable, numberTable } from "../../report/number-table.ts";
import { type CoefficientName, coefficients } from "../coefficients.ts";
import type { CriterionCorrelations } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";
import { coefficientText } from "./coefficient-text.ts";

interface Row {
  readonly name: string;
  /** Null for the oracle itself. */
  readonly correlations: CriterionCorrelations | null;
  /** Time per minibatch, in training steps. */
  readonly cost: number | null;
}

const decimals = (value: number): string => coefficientText(value, 3);
const whole = (value: number): string => String(value);
const steps = (value: number): string => fixedText(value, value < 100 ? 2 : 0);
const shown: readonly CoefficientName[] = ["spearman", "kendall", "pearson", "logPearson"];

/** The last row is the cost of the oracle. */
export function correlationTable(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): NumberTable {
  const oracle: Row = { name: "oracle", correlations: null, cost: oracleCost(measurements) };
  const columns: readonly NumberColumn<Row>[] = [
    ...shown.map((name) => allUnits(name, { interval: name === "spearman" })),
    ...shown.map(overLayers),
    { title: "Cost in steps", over: "", value: ({ cost }) => cost, format: steps, best: "lowest" },
  ];
  return numberTable("Criterion", columns, [...rowsOf(measurements, correlations), oracle], canBeBest);
}

/** The columns that fit on a terminal. */
export function shortTable(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): NumberTable {
  const { columns, rows, ...rest } = correlationTable(measurements, correlations);
  const chosen = ["Spearman all units", "Pearson all units", "Spearman mean over layers", "Cost in steps "];
  const indices = columns.flatMap(({ title, over }, i) => (chosen.includes(`${title} ${over}`) ? [i] : []));
  const pick = <T>(items: readonly T[]): readonly T[] => indices.flatMap((i) => items[i] ?? []);
  return { ...rest, columns: pick(columns), rows: rows.map((row) => ({ ...row, cells: pick(row.cells) })) };
}

/** The intervals that the first table omits, the signed correlation, and the numbers of units and layers. */
export function certaintyTable(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): NumberTable {
  const count = (title: string, of: (own: CriterionCorrelations) => number): NumberColumn<Row> => ({
    title,
    over: "counts",
    value: (row) => (row.correlations === null ? null : of(row.correlations)),
    format: whole,
  });
  const columns: readonly NumberColumn<Row>[] = [
    ...(["kendall", "pearson", "logPearson", "signedSpearman"] as const).map((name) =>
      allUnits(name, { interval: true }),
    ),
    overLayers("signedSpearman"),
    count("Units", ({ units }) => units.compared),
    count("Zeros", ({ units }) => units.zeros),
    count("Layers", ({ overGroups }) => overGroups.spearman.groups),
  ];
  return numberTable("Criterion", columns, rowsOf(measurements, correlations), canBeBest);
}

/** One coefficient, one column per group. */
export function layerTable(
  name: CoefficientName,
  { groups }: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): NumberTable {
  const columns = groups.map(
    ({ id }): NumberColumn<CriterionCorrelations> => ({
      title: id,
      over: "",
      value: ({ byGroup }) => byGroup[id]?.[name] ?? null,
      format: (value) => coefficientText(value, 2),
      best: "highest",
    }),
  );
  return numberTable("Criterion", columns, correlations, (row) => row.name !== "random");
}

/** Random scores are cheapest, but never the best. */
const canBeBest = ({ name, correlations }: Row): boolean => correlations !== null && name !== "random";

function allUnits(name: CoefficientName, { interval }: { readonly interval: boolean }): NumberColumn<Row> {
  return {
    title: coefficients[name].title,
    over: "all units",
    value: ({ correlations }) => correlations?.allUnits[name].value ?? null,
    format: decimals,
    suffix: ({ correlations }) => {
      const own = correlations?.allUnits[name].interval ?? null;
      return interval && own !== null ? ` [${decimals(own.low)}, ${decimals(own.high)}]` : "";
    },
    best: "highest",
  };
}

const overLayers = (name: CoefficientName): NumberColumn<Row> => ({
  title: coefficients[name].title,
  over: "mean over layers",
  value: ({ correlations }) => correlations?.overGroups[name].mean ?? null,
  format: decimals,
  best: "highest",
});

function rowsOf(
  { criteria, trainStepSeconds }: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): readonly Row[] {
  return correlations.map((own) => {
    const seconds = criteria.find(({ name }) => name === own.name)?.secondsPerMinibatch ?? null;
    return {
      name: own.name,
      correlations: own,
      cost: seconds === null ? null : ratio(seconds, trainStepSeconds),
    };
  });
}

const oracleCost = ({ config, oracleSeconds, trainStepSeconds }: OracleMeasurements): number | null =>
  ratio(oracleSeconds / minibatchCount(config), trainStepSeconds);

export const minibatchCount = ({ images, batchSize }: OracleMeasurements["config"]): number =>
  Math.ceil(images / batchSize);

/** Null where a run was too short to time a training step. */
function ratio(part: number, whole: number): number | null {
  return Number.isFinite(part / whole) ? part / whole : null;
}

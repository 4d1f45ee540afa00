/** The losses of the subset study: one row per order of removal, one column per number of removed units. */

import { type NumberColumn, type NumberTable, numberTable } from "../../report/number-table.ts";
import type { SubsetStudy } from "../measurements.ts";

interface Row {
  readonly name: string;
  readonly losses: readonly number[];
  readonly isCriterion: boolean;
}

export function subsetTable(study: SubsetStudy): NumberTable {
  const row = (name: string, losses: readonly number[]): Row => ({ name, losses, isCriterion: false });
  const rows: readonly Row[] = [
    row("combinatorial", study.combinatorial),
    row("greedy", study.greedy),
    row("greedy, fixed", study.greedyFixed),
    ...Object.entries(study.byCriterion).map(([name, losses]) => ({ name, losses, isCriterion: true })),
  ];
  const columns = study.combinatorial.map(
    (_, removed): NumberColumn<Row> => ({
      title: String(removed),
      cardTitle: `${removed} removed`,
      over: "",
      value: ({ losses }) => losses[removed] ?? null,
      format: (loss) => loss.toPrecision(4),
      // There is no choice where none or all of the units are removed.
      ...(removed === 0 || removed === study.units ? {} : { best: "lowest" }),
    }),
  );
  return numberTable("Units removed", columns, rows, ({ isCriterion }) => isCriterion);
}

/** The losses of the subset study: a row for each way to choose the units, a column for how many are gone. */
import type { SubsetStudy } from "../measurements.ts";
import { type NumberColumn, type NumberTable, numberTable } from "./number-table.ts";

interface Row {
  readonly name: string;
  readonly losses: readonly number[];
  readonly isCriterion: boolean;
}

export function subsetTable(study: SubsetStudy): NumberTable {
  const way = (name: string, losses: readonly number[]): Row => ({ name, losses, isCriterion: false });
  const rows: readonly Row[] = [
    way("combinatorial", study.combinatorial),
    way("greedy", study.greedy),
    way("greedy, fixed", study.greedyFixed),
    ...Object.entries(study.byCriterion).map(([name, losses]) => ({ name, losses, isCriterion: true })),
  ];
  const columns = study.combinatorial.map(
    (_, removed): NumberColumn<Row> => ({
      title: String(removed),
      over: "",
      value: ({ losses }) => losses[removed] ?? null,
      format: (loss) => loss.toPrecision(4),
      // Nothing is chosen where none or all of the units go.
      ...(removed === 0 || removed === study.units ? {} : { best: "lowest" }),
    }),
  );
  return numberTable("Units removed", columns, rows, ({ isCriterion }) => isCriterion);
}

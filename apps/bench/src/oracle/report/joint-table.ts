/** Predicted and measured loss of jointly chosen sets: one row per size. */
import { type NumberColumn, type NumberTable, numberTable } from "../../report/number-table.ts";
import type { JointStudy } from "../measurements.ts";

type Row = JointStudy["sets"][number] & { readonly name: string };

export function jointTable({ sets }: JointStudy): NumberTable {
  const column = (title: string, value: (row: Row) => number): NumberColumn<Row> => ({
    title,
    over: "",
    value,
    format: (loss) => loss.toPrecision(3),
  });
  const columns = [
    column("predicted", ({ predicted }) => predicted),
    column("measured", ({ measured }) => measured),
    column("measured / predicted", ({ measured, predicted }) => measured / predicted),
  ];
  const rows = sets.map((set) => ({ ...set, name: String(set.removed) }));
  return numberTable("Units removed", columns, rows, () => true);
}

/** The table of what else was measured on the test images: top-5 accuracy, loss, and agreement with the unpruned network. */
import { fixedText, shortNumber } from "../report/decimals.ts";
import { type NumberColumn, type NumberTable, numberTable } from "../report/number-table.ts";
import type { Summary } from "./results.ts";
import type { Spread } from "./spread.ts";
import { deviationText } from "./spread-text.ts";
import { isUnpruned, type TableRow } from "./table-rows.ts";

interface Row extends TableRow {
  readonly name: string;
}

interface Measure {
  readonly title: string;
  readonly scale: number;
  /** Of the unpruned network, which is shown in the column of the pruned ones. */
  readonly before: (row: TableRow) => Spread | null;
  readonly stages: Readonly<Record<string, (row: TableRow) => Spread | null>>;
}

const measures: readonly Measure[] = [
  {
    title: "Top-5, %",
    scale: 100,
    before: ({ top5Before }) => top5Before,
    stages: {
      Pruned: ({ top5Pruned }) => top5Pruned,
      Repaired: ({ top5Repaired }) => top5Repaired,
      "Fine-tuned": ({ top5Tuned }) => top5Tuned,
    },
  },
  {
    title: "Loss",
    scale: 1,
    before: ({ lossBefore }) => lossBefore,
    stages: {
      Pruned: ({ lossPruned }) => lossPruned,
      Repaired: ({ lossRepaired }) => lossRepaired,
      "Fine-tuned": ({ lossTuned }) => lossTuned,
    },
  },
  {
    title: "Agreement, %",
    scale: 100,
    before: () => null,
    stages: {
      Pruned: ({ agreementPruned }) => agreementPruned,
      Repaired: ({ agreementRepaired }) => agreementRepaired,
      "Fine-tuned": ({ agreementTuned }) => agreementTuned,
    },
  },
];

export function measuresTitle({ rows }: Summary): string {
  return rows.some(({ top5Before }) => top5Before !== null)
    ? "Top-5 accuracy, loss and agreement"
    : "Loss and agreement";
}

/** Columns without a number are left out. */
export function measuresTable({ rows }: Summary): NumberTable {
  const named = rows.map((row): Row => {
    const name = isUnpruned(row)
      ? row.criterion
      : `${row.criterion}, ${shortNumber(100 * row.ratio)} % removed`;
    return { ...row, name };
  });
  const columns = measures.flatMap(columnsOf);
  const present = columns.filter(({ value }) => named.some((row) => value(row) !== null));
  return numberTable("Network", present, named, (row) => !isUnpruned(row));
}

function columnsOf({ title: over, scale, before, stages }: Measure): readonly NumberColumn<Row>[] {
  return Object.entries(stages).map(([title, stage]) => {
    const of = (row: Row): Spread | null =>
      isUnpruned(row) && title === "Pruned" ? before(row) : stage(row);
    return {
      title,
      over,
      value: (row) => of(row)?.mean ?? null,
      format: (value) => fixedText(scale * value, 2),
      suffix: (row) => {
        const spread = of(row);
        return spread === null ? "" : deviationText(spread, scale, 2);
      },
    };
  });
}

/** The legend of the table. */
export function measuresNote({ rows }: Summary): string {
  const hasTop5 = rows.some(({ top5Before }) => top5Before !== null);
  const hasAgreement = rows.some(({ agreementPruned }) => agreementPruned !== null);
  return [
    ...(hasTop5 ? ["Top-5: the label is among the five most probable classes."] : []),
    "Loss: the mean cross-entropy.",
    ...(hasAgreement ? ["Agreement: the most probable class is that of the unpruned network."] : []),
  ].join(" ");
}

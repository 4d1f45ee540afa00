/** The table of accuracies at equal removed shares of MACs or units, for the terminal, for Markdown and for the report. */

import { fixedText } from "../report/decimals.ts";
import { type NumberColumn, type NumberTable, numberTable } from "../report/number-table.ts";
import { type BudgetName, budgetWords } from "./budget.ts";
import { accuracyAt, comparedAmounts } from "./equal-amounts.ts";
import type { Summary } from "./results.ts";
import type { Spread } from "./spread.ts";
import { deviationText } from "./spread-text.ts";

interface Row {
  readonly name: string;
  /** By share. */
  readonly accuracies: ReadonlyMap<number, Spread | null>;
}

export interface EqualAmountTable {
  readonly title: string;
  readonly table: NumberTable;
  readonly note: string;
}

const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** One table for each amount that the run's ratios do not make equal; none without two ratios and two criteria. */
export function equalAmountTables(summary: Summary): readonly EqualAmountTable[] {
  if (summary.config.ratios.length < 2) return [];
  return comparedAmounts(summary).flatMap((amount) => tableFor(summary, amount));
}

function tableFor(summary: Summary, amount: BudgetName): readonly EqualAmountTable[] {
  const rows = summary.criteria.map(
    (name): Row => ({
      name,
      accuracies: new Map(shares.map((share) => [share, accuracyAt(summary, name, amount, share)])),
    }),
  );
  const compared = shares.filter(
    (share) => rows.filter(({ accuracies }) => (accuracies.get(share) ?? null) !== null).length > 1,
  );
  if (compared.length === 0) return [];
  const words = budgetWords[amount];
  return [
    {
      title: `Accuracy at equal ${words}`,
      table: numberTable(`${capital(words)} removed`, compared.map(columnFor), rows, () => true),
      note:
        `Accuracy in per cent after the last stage that all networks have, by the removed share of ${words}. ` +
        "Interpolated linearly between the tested networks; a dash: the criterion has not removed that much.",
    },
  ];
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const columnFor = (share: number): NumberColumn<Row> => ({
  title: `${Math.round(100 * share)} %`,
  cardTitle: `${Math.round(100 * share)} % removed`,
  over: "",
  value: ({ accuracies }) => accuracies.get(share)?.mean ?? null,
  format: (accuracy) => fixedText(100 * accuracy, 2),
  suffix: ({ accuracies }) => {
    const accuracy = accuracies.get(share) ?? null;
    return accuracy === null ? "" : deviationText(accuracy, 100, 2);
  },
  best: "highest",
});

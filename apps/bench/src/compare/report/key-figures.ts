/** The key figures of a run: the unpruned network, and the best criterion at equal ratios, units and MACs. */
import { fact, facts, type Html, html } from "@secateur/command-line/page";
import { shortNumber } from "../../report/decimals.ts";
import { type BudgetName, budgetWords } from "../budget.ts";
import { accuracyAt, commonShare, comparedAmounts } from "../equal-amounts.ts";
import type { Summary } from "../results.ts";
import { formatSpread } from "../spread-text.ts";
import { finalAccuracy } from "../table.ts";
import type { TableRow } from "../table-rows.ts";
import { isUnpruned } from "../table-rows.ts";

export function keyFigures(summary: Summary): Html {
  const { rows, config } = summary;
  const base = rows.find(isUnpruned);
  const highest = Math.max(...rows.map(({ ratio }) => ratio));
  const [best] = rows
    .filter((row) => !isUnpruned(row) && row.ratio === highest)
    .toSorted((a, b) => finalAccuracy(b) - finalAccuracy(a));
  if (base === undefined || best === undefined) return html``;
  return facts([
    fact(
      "Unpruned accuracy",
      `${formatSpread(base.accuracyBefore, 100, 2)}\u00A0%`,
      `${(100 * (1 - base.accuracyBefore.mean)).toFixed(2)} % test error`,
    ),
    fact(
      `Best with ${shortNumber(highest * 100)} % of the ${budgetWords[config.budget]} removed`,
      best.criterion,
      `${(100 * finalAccuracy(best)).toFixed(2)} % accuracy`,
    ),
    ...comparedAmounts(summary).flatMap((amount) => bestAtEqual(summary, amount)),
    fact(
      `${best.criterion} at ${shortNumber(highest * 100)} %`,
      `${fewer(base, best, ({ macs }) => macs.mean)}× fewer MACs`,
      `${fewer(base, best, ({ parameters }) => parameters.mean)}× fewer parameters`,
    ),
  ]);
}

/** The best criterion at the largest share that all criteria have removed. */
function bestAtEqual(summary: Summary, amount: BudgetName): readonly Html[] {
  const share = commonShare(summary, amount);
  const [best] = summary.criteria
    .flatMap((criterion) => {
      const accuracy = accuracyAt(summary, criterion, amount, share);
      return accuracy === null ? [] : [{ criterion, accuracy: accuracy.mean }];
    })
    .toSorted((a, b) => b.accuracy - a.accuracy);
  if (share === 0 || summary.criteria.length < 2 || best === undefined) return [];
  return [
    fact(
      `Best with ${Math.round(100 * share)} % of the ${budgetWords[amount]} removed`,
      best.criterion,
      `${(100 * best.accuracy).toFixed(2)} % accuracy, interpolated`,
    ),
  ];
}

const fewer = (base: TableRow, best: TableRow, of: (row: TableRow) => number): string =>
  (of(base) / of(best)).toFixed(2);

/** The share of units of every group that each criterion kept. */

import { type Html, html } from "@secateur/command-line/page";
import { shortNumber } from "../../report/decimals.ts";
import { heatCell, heatTable } from "../../report/heat-table.ts";
import type { Cell, Summary } from "../results.ts";

/** Units of one group that one criterion kept at one ratio, mean over seeds. */
interface Kept {
  readonly kept: number;
  readonly total: number;
}

/** One row per criterion and ratio, one column per group in network order. */
export function keptUnitsTable({ cells, criteria, config }: Summary): Html {
  const groups = [...new Set(cells.flatMap(({ keptUnits }) => Object.keys(keptUnits)))];
  if (groups.length === 0) return html`<p>The run has no results yet.</p>`;
  const bodies = criteria.map((criterion) => {
    const rows = config.ratios
      .map((ratio) => ({
        ratio,
        own: cells.filter((cell) => cell.criterion === criterion && cell.ratio === ratio),
      }))
      .filter(({ own }) => own.length > 0);
    return html`<tbody>${rows.map(({ ratio, own }, i) =>
      heatRow(
        i === 0 ? { criterion, span: rows.length } : null,
        ratio,
        groups.map((group) => keptOf(own, group)),
        groups,
      ),
    )}</tbody>`;
  });
  return heatTable(["Criterion", "Removed"], groups, bodies);
}

function keptOf(cells: readonly Cell[], group: string): Kept {
  const each = cells.flatMap(({ keptUnits }) => keptUnits[group] ?? []);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { kept: mean(each.map(({ kept }) => kept)), total: mean(each.map(({ total }) => total)) };
}

function heatRow(
  label: { readonly criterion: string; readonly span: number } | null,
  ratio: number,
  kept: readonly Kept[],
  groups: readonly string[],
): Html {
  const name =
    label === null ? html`` : html`<th scope="rowgroup" rowspan="${label.span}">${label.criterion}</th>`;
  const values = kept.map(({ kept, total }, i) => {
    const share = total > 0 ? kept / total : 1;
    const group = groups[i] ?? "";
    const title = `${group}: ${shortNumber(Number(kept.toFixed(1)))} of ${shortNumber(total)} units kept`;
    return heatCell({ group, text: String(Math.round(100 * share)), title, share });
  });
  return html`<tr>${name}<th scope="row">${shortNumber(ratio * 100)} %<span class="wrapped-only"> removed</span></th>${values}</tr>`;
}

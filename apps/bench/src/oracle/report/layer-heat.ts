/** A heat map of Spearman's correlation for every criterion and group. */

import { type Html, html } from "@secateur/command-line/page";
import { heatCell, heatTable } from "../../report/heat-table.ts";
import type { CriterionCorrelations } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";
import { coefficientText } from "./coefficient-text.ts";

export function layerHeat(
  { groups }: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): Html {
  const rows = correlations.map(({ name, byGroup }) => {
    const cells = groups.map(({ id, units }) => {
      const value = byGroup[id]?.spearman ?? null;
      const title = `${name}, ${id}, ${units} units: ${value?.toFixed(3) ?? "no correlation"}`;
      if (value === null) return heatCell({ group: id, text: "–", title, share: 0 });
      return heatCell({
        group: id,
        text: coefficientText(value, 2),
        title,
        share: Math.abs(value),
        negative: value < 0,
      });
    });
    return html`<tr><th scope="row">${name}</th>${cells}</tr>`;
  });
  return heatTable(
    ["Criterion"],
    groups.map(({ id }) => id),
    [html`<tbody>${rows}</tbody>`],
  );
}

/** The table of docs/layers.md, from the tables of layer rules and of MACs. */
import { type LayerEntry, layerTable } from "@secateur/dependency-graph";
import { macRules } from "@secateur/metrics";
import { layerClasses } from "@secateur/model-graph";
import { markdownTable } from "markdown-table";

const start = "<!-- layers: written by `pnpm docs:layers` -->";
const end = "<!-- end of layers -->";

/** The document with a current table. */
export function withLayerTable(document: string): string {
  const [before, rest] = [document.indexOf(start), document.indexOf(end)];
  if (before < 0 || rest < before)
    throw new RangeError(`docs/layers.md needs the lines "${start}" and "${end}"`);
  return `${document.slice(0, before + start.length)}\n\n${layerTableText()}\n\n${document.slice(rest)}`;
}

function layerTableText(): string {
  const rows = layerClasses.map((name) => [name, channelsOf(layerTable[name]), macsOf(macRules[name])]);
  return markdownTable([["class", "what its rule does with channels", "MACs"], ...rows]);
}

function channelsOf(entry: LayerEntry): string {
  if ("rule" in entry) return entry.does;
  return "pinned" in entry ? `pins: ${entry.pinned}` : `not in a graph: ${entry.absent}`;
}

const macsOf = (rule: (typeof macRules)[keyof typeof macRules]): string =>
  typeof rule === "string" ? `0: ${rule}` : "counted";

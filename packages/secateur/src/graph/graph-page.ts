/** The dependency graph as one page without other resources: pan by dragging, zoom by the wheel, search by name. */

import { documentOf, type Html, html, trusted } from "@secateur/command-line/page";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { counted } from "../numbers.ts";
import { type GraphJson, type GroupJson, graphJson } from "./graph-json.ts";
import { layoutOf, nodeSize, type PlacedCall } from "./layout.ts";
import { script } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

export function graphPage(graph: DependencyGraph): string {
  const found = graphJson(graph);
  const title = `${found.model}: what can only be pruned together`;
  const units = found.groups.reduce((sum, { units: own }) => sum + own, 0);
  const body = html`<header>
<h1>${title}</h1>
<p>${counted(found.groups.length, "group")} with ${counted(units, "unit")}. A layer with a coloured edge produces units; layers of one colour are pruned together. Dashed: pinned, never removed.</p>
<div class="tools"><input type="search" placeholder="Search layers and groups" aria-label="Search layers and groups"><span role="status"></span><button data-zoom="1.4" aria-label="Zoom in">+</button><button data-zoom="0.7" aria-label="Zoom out">−</button><button data-zoom="fit">Fit</button></div>
</header>
<main>${drawing(graph, found)}<aside>${groupList(found)}${pinnedList(found)}</aside></main>
<script>${trusted(script)}</script>`;
  return documentOf(title, pageStyle, body);
}

/** Colours of neighbouring groups differ: their hues are a golden angle apart. */
const hueOf = (group: number): number => Math.round((group * 137.508) % 360);

function drawing({ model }: DependencyGraph, found: GraphJson): Html {
  const { nodes, edges, width, height } = layoutOf(model);
  const lines = edges.map(([from, to]) => {
    const [a, b] = [nodes[from], nodes[to]];
    if (a === undefined || b === undefined) return html``;
    const [x1, y1, x2, y2] = [middle(a), a.y + nodeSize.height, middle(b), b.y];
    const bend = (y1 + y2) / 2;
    return trusted(`<path d="M${x1} ${y1}C${x1} ${bend} ${x2} ${bend} ${x2} ${y2}"/>`);
  });
  return html`<svg viewBox="-20 -20 ${width + 40} ${height + 40}" role="img" aria-label="The layers of the network"><g class="edges">${lines}</g>${nodes.map((node) => nodeHtml(node, found))}</svg>`;
}

const middle = ({ x }: PlacedCall): number => x + nodeSize.width / 2;

function nodeHtml({ call, x, y }: PlacedCall, { groups, pinned }: GraphJson): Html {
  const { path, className, outputs } = call;
  const own = groupsOf(groups, ({ producers, carriers }) => [...producers, ...carriers], path);
  const read = groupsOf(groups, ({ consumers }) => consumers, path);
  const reasons = pinned.filter(({ layer }) => layer === path).map(({ reason }) => reason);
  const shape = (outputs[0]?.shape ?? []).slice(1).map((size) => size ?? "?");
  const lines = [
    `${path} (${className}), output ${shape.join("×")}`,
    ...own.map((i) => `units of ${groups[i]?.id} (${groups[i]?.units})`),
    ...read.map((i) => `reads ${groups[i]?.id}`),
    ...reasons.map((reason) => `pinned: ${reason}`),
  ];
  const colour = own[0] === undefined ? "" : `--hue:${hueOf(own[0])}`;
  const classes = ["node", ...(own.length > 0 ? ["own"] : []), ...(reasons.length > 0 ? ["pinned"] : [])];
  const short = path.length > 24 ? `…${path.slice(-23)}` : path;
  return html`<g class="${classes.join(" ")}" style="${colour}" transform="translate(${x} ${y})" data-name="${path}" data-groups="${[...own, ...read].join(" ")}" tabindex="0"><title>${lines.join("\n")}</title><rect width="${nodeSize.width}" height="${nodeSize.height}" rx="7"/><text x="10" y="17">${short}</text><text x="10" y="32" class="quiet">${className} ${shape.join("×")}</text></g>`;
}

function groupsOf(
  groups: readonly GroupJson[],
  layersOf: (group: GroupJson) => readonly string[],
  path: string,
): readonly number[] {
  return [...groups.keys()].filter((i) => {
    const group = groups[i];
    return group !== undefined && layersOf(group).includes(path);
  });
}

function groupList({ groups }: GraphJson): Html {
  const items = groups.map(
    ({ id, units, producers, consumers }, i) =>
      html`<li data-group="${i}" data-name="${id}" style="--hue:${hueOf(i)}" tabindex="0"><b>${id}</b> ${counted(units, "unit")}<small>${producers.join(", ")} → ${consumers.join(", ")}</small></li>`,
  );
  return html`<h2>Groups</h2><ul>${items}</ul>`;
}

function pinnedList({ pinned }: GraphJson): Html {
  const items = pinned.map(
    ({ layer, className, reason, channels }) =>
      html`<li data-name="${layer}"><b>${layer}</b> ${className}, ${counted(channels, "channel")}<small>${reason}</small></li>`,
  );
  return html`<h2>Never removed</h2><ul>${items}</ul>`;
}

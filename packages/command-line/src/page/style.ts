/**
 * The style sheet of reports: system fonts, one accent colour, light and dark themes. No column is hidden on a narrow page:
 * rows of `.cards` become cards, the cells of heat maps wrap, and `.plain` tables have one column.
 */

/** Series colours after Okabe and Ito (2008), darker for the light theme and lighter for the dark one. */
const light = ["#5b6470", "#0072b2", "#b35900", "#00805e", "#b0478a", "#7a6a00", "#2f9fd0", "#8c2d04"];
const dark = ["#a9b2bd", "#4fb0ea", "#f0a33a", "#2fc496", "#e58fc4", "#e6d84a", "#8fd0f2", "#f08660"];

const variables = (series: readonly string[]): string =>
  series.map((colour, i) => `--series-${i + 1}:${colour};`).join("");

/** Rows as cards: `data-label` names each number, `data-over` is the heading over its column. */
const cards = (table: string): string => `${table},${table} tbody{display:block}
${table} thead{display:none}
${table} tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(98px,1fr));gap:8px 12px;padding:12px}
${table} tr+tr{border-top:1px solid color-mix(in oklab,var(--rule) 50%,transparent)}
${table} tr.first{border-top:1px solid var(--rule)}
${table} tbody tr>*,${table} tbody tr+tr>*{padding:0;border:0;text-align:left;white-space:normal}
${table} th{grid-column:1/-1}
${table} th:empty{display:none}
${table} td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.75rem;font-weight:400;line-height:1.35}
${table} td[data-over]:not([data-over=""])::before{content:attr(data-label) " (" attr(data-over) ")"}
`;

/** A heat map whose cells wrap: `data-label` names the group of each cell. */
const wrapped = (table: string): string => `${table},${table} tbody{display:block}
${table} thead{display:none}
${table} tbody{padding:8px 12px}
${table} tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(76px,1fr));gap:2px;margin-bottom:8px}
${table} tbody tr:first-child>*{border-top:0}
${table} tbody th{grid-column:1/-1;width:auto;padding:2px 0;border:0}
${table} td{min-width:0;padding:3px 4px;border:0}
${table} td::before{content:attr(data-label);display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.625rem}
${table} .wrapped-only{display:inline}
`;

export const style: string = `
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1c2127;--quiet:#5a6370;--rule:#e2e5e9;--accent:#0072b2;--on-heat:#fff;--heat:#005a8c;--heat-below:#a3470f;--depth-1:#26259c;--depth-2:#c4417f;--depth-3:#e8a200;--quiet-line:#c3c9d0;${variables(light)}}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1b1f24;--ink:#e7eaee;--quiet:#a2abb6;--rule:#343a42;--accent:#4fb0ea;--on-heat:#0c1117;--heat:#7cc4f0;--heat-below:#f0a36a;--depth-1:#7d8bff;--depth-2:#ee6fa6;--depth-3:#f9dc5c;--quiet-line:#4b535d;${variables(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1280px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .4rem;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.2rem;margin:2.75rem 0 .35rem}
h3{font-size:1rem;margin:1.75rem 0 .35rem}
p{max-width:72ch;margin:.35rem 0 1rem}
.lead,.note{color:var(--quiet)}
.note{font-size:.875rem;max-width:100ch}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:1.5rem 0 0;padding:0}
.facts div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 16px}
.facts dt{color:var(--quiet);font-size:.8125rem}
.facts dd{margin:0;font-size:clamp(1.05rem,.5rem + .9vw,1.3rem);overflow-wrap:anywhere;font-weight:600;font-variant-numeric:tabular-nums}
.facts small{display:block;color:var(--quiet);font-size:.8125rem;font-weight:400}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:10px;margin:.75rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:7px 14px;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
thead th{color:var(--quiet);font-weight:500;border-bottom:1px solid var(--rule);vertical-align:bottom}
thead small{display:block;font-weight:400}
tbody th{font-weight:600}
.cards td small{display:block;white-space:nowrap;color:var(--quiet);font-weight:400;font-size:.85em}
tr.first>*{border-top:1px solid var(--rule)}
.numbers td,.numbers th{padding:6px 10px}
.numbers.many{font-size:.8125rem}
.numbers.many td,.numbers.many th{padding:5px}
.numbers th.over{text-align:center;border-left:1px solid var(--rule)}
.numbers tbody tr+tr>*{border-top:1px solid color-mix(in oklab,var(--rule) 50%,transparent)}
tr.aside,tr.unpruned{color:var(--quiet)}
td.best{font-weight:700;color:var(--accent)}
.delta{color:var(--quiet);font-size:.8em}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:16px;margin:.75rem 0}
figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px}
figure svg{display:block;width:100%;max-width:440px;height:auto;margin:0 auto;overflow:visible}
.small .plots{grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:12px}
.small figure{padding:12px}
.small figure svg{max-width:320px}
figure.wide{margin:.75rem 0}
figure.wide svg{max-width:680px}
summary{cursor:pointer;color:var(--quiet);font-size:.9rem}
.legend{display:flex;flex-wrap:wrap;gap:6px 20px;list-style:none;margin:.5rem 0;padding:0;font-size:.9rem}
.legend.dense{gap:4px 14px;font-size:.8125rem}
.legend li{display:flex;align-items:center;gap:7px}
.heat{font-size:.8125rem}
.heat td{text-align:center;padding:6px 4px;min-width:38px;border:2px solid var(--card);background:color-mix(in oklab,var(--heat) var(--share),var(--card))}
.heat td.negative{background:color-mix(in oklab,var(--heat-below) var(--share),var(--card))}
.heat td.strong{color:var(--on-heat)}
.wrapped-only{display:none}
.heat thead th{vertical-align:bottom;text-align:center;padding:8px 4px;border:0}
.heat thead th.label,.heat tbody th{width:1%}
.heat thead th.label{text-align:left;padding:8px 14px}
.heat thead th span{display:inline-block;max-width:12rem;overflow:hidden;text-overflow:ellipsis}
.heat.many thead th span{writing-mode:vertical-rl;transform:rotate(180deg);max-width:none;max-height:11rem}
.heat tbody th{text-align:left;vertical-align:top;background:var(--card)}
.heat tbody th[scope=row]{font-weight:400;color:var(--quiet)}
.heat tbody tr:first-child>*{border-top:6px solid var(--card)}
.plain td,.plain th{white-space:normal;text-align:left;vertical-align:top}
.plain th{width:15rem;font-weight:500;color:var(--quiet)}
.plain tr+tr>*{border-top:1px solid var(--rule)}
.wrap td,.wrap th{white-space:normal}
.wrap th[scope=row]{font-weight:500}
.bars th[scope=row]{overflow-wrap:anywhere}
.wrap tbody tr+tr>*{border-top:1px solid color-mix(in oklab,var(--rule) 50%,transparent)}
.bars th[scope=row]{width:30%}
.bars .count{width:8.5rem}
.bars .bar{padding-left:0}
.bar>div{height:12px;border-radius:3px;background:color-mix(in oklab,var(--accent) 22%,var(--card))}
.bar>div>div{height:100%;border-radius:3px;background:var(--accent)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 16px;overflow-x:auto;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (min-width:701px) and (max-width:1240px){.cards{font-size:.8125rem}.cards td,.cards th{padding:6px 7px;white-space:normal}.cards tr>:first-child{padding-left:12px}.cards tr>:last-child{padding-right:12px}}
@media (max-width:700px){${cards(".cards")}}
@media (max-width:1240px){${cards(".cards.many")}}
${wrapped(".heat.most")}
@media (max-width:1240px){${wrapped(".heat.many")}}
@media (max-width:600px){${wrapped(".heat")}}
@media (max-width:600px){main{padding:24px 14px 48px}h1{font-size:1.4rem}.facts{gap:8px}.facts div{padding:10px 12px}.facts dd{font-size:1.05rem}th,td{padding:6px 10px}figure{padding:12px 8px}.wrap{font-size:.8125rem}.wrap td,.wrap th{padding:6px 5px}.wrap tr>:first-child{padding-left:10px}.wrap tr>:last-child{padding-right:10px}.plain tr{display:block;padding:6px 0}.plain tr+tr{border-top:1px solid var(--rule)}.plain tr+tr>*{border:0}.plain tr>*{display:block;width:auto;padding:1px 12px;overflow-wrap:anywhere}}
@media print{body{background:#fff}figure,.scroll{break-inside:avoid}}
`;

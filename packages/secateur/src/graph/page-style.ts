/** The style sheet of the graph's page: the drawing fills the window, the lists stand beside it or, on phones, below. */

export const pageStyle = `
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1c2127;--quiet:#5a6370;--rule:#d5dae0;--accent:#0072b2;--light:42%}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1b1f24;--ink:#e7eaee;--quiet:#a2abb6;--rule:#3d444d;--accent:#4fb0ea;--light:62%}}
*{box-sizing:border-box}
body{margin:0;height:100dvh;display:flex;flex-direction:column;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header{padding:14px 20px;border-bottom:1px solid var(--rule)}
h1{font-size:1.15rem;margin:0;overflow-wrap:anywhere}
h2{font-size:.95rem;margin:18px 0 6px}
p{margin:2px 0 8px;color:var(--quiet);max-width:100ch}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
input{flex:1;min-width:160px;max-width:420px;font:inherit;padding:6px 10px;border:1px solid var(--rule);border-radius:7px;background:var(--card);color:inherit}
button{font:inherit;padding:6px 12px;border:1px solid var(--rule);border-radius:7px;background:var(--card);color:inherit;cursor:pointer}
[role=status]{color:var(--quiet);min-width:6rem}
main{flex:1;display:flex;min-height:0}
svg{flex:1;min-width:0;touch-action:none;cursor:grab;user-select:none}
svg.moving{cursor:grabbing}
aside{width:330px;overflow:auto;padding:0 16px 20px;border-left:1px solid var(--rule)}
ul{list-style:none;margin:0;padding:0}
li{padding:6px 8px 6px 12px;border-left:4px solid hsl(var(--hue,0) 70% var(--light));margin-bottom:4px;background:var(--card);border-radius:4px;overflow-wrap:anywhere}
li:not([style]){border-left-color:var(--rule)}
li[data-group]{cursor:pointer}
small{display:block;color:var(--quiet)}
.edges path{fill:none;stroke:var(--quiet);stroke-width:1.3;opacity:.55}
.node rect{fill:var(--card);stroke:var(--rule);stroke-width:1.5}
.node.own rect{stroke:hsl(var(--hue) 70% var(--light));stroke-width:3}
.node.pinned rect{stroke-dasharray:5 4}
.node text{font-size:12.5px;fill:var(--ink)}
.node text.quiet{font-size:11px;fill:var(--quiet)}
.node{cursor:pointer}
.dim{opacity:.22}
.hit rect{fill:color-mix(in oklab,var(--accent) 22%,var(--card))}
li.hit{outline:2px solid var(--accent)}
[hidden]{display:none}
@media (max-width:800px){main{flex-direction:column}svg{min-height:45dvh}aside{width:auto;max-height:35dvh;border-left:0;border-top:1px solid var(--rule)}}
`;

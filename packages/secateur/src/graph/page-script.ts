/** What the graph's page does in a browser: drag, zoom, search, highlight the layers of a group. */

export const script = `
const svg = document.querySelector("svg");
const search = document.querySelector("input");
const status = document.querySelector("[role=status]");
const nodes = [...document.querySelectorAll(".node")];
const items = [...document.querySelectorAll("li")];
const whole = svg.getAttribute("viewBox").split(" ").map(Number);
let view = [...whole];
const show = (next) => { view = next; svg.setAttribute("viewBox", view.join(" ")); };

/** Pixels of the screen for a unit of the drawing, which keeps its aspect ratio. */
const scale = () => { const box = svg.getBoundingClientRect(); return Math.min(box.width / view[2], box.height / view[3]); };
const zoom = (factor, at) => {
  const [x, y, width, height] = view;
  const [px, py] = at ?? [x + width / 2, y + height / 2];
  show([px - (px - x) / factor, py - (py - y) / factor, width / factor, height / factor]);
};
const pointAt = (event) => {
  const box = svg.getBoundingClientRect();
  const s = scale();
  return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) / s, view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) / s];
};
/** The first layers in a size that one can read. */
const start = () => {
  const box = svg.getBoundingClientRect();
  const s = Math.max(0.8, Math.min(1.2, box.width / whole[2]));
  const [width, height] = [box.width / s, box.height / s];
  show([whole[0] + whole[2] / 2 - width / 2, whole[1], width, height]);
};
const centre = (node) => {
  const [x, y] = node.getAttribute("transform").match(/[-\\d.]+/g).map(Number);
  show([x + 100 - view[2] / 2, y + 20 - view[3] / 2, view[2], view[3]]);
};

const pointers = new Map();
svg.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, event); svg.classList.add("moving"); });
window.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (before === undefined) return;
  const [other] = [...pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
  if (other === undefined) {
    const s = scale();
    show([view[0] - (event.clientX - before.clientX) / s, view[1] - (event.clientY - before.clientY) / s, view[2], view[3]]);
  } else {
    const distance = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY);
    zoom(distance(event) / Math.max(distance(before), 1), pointAt(other));
  }
  pointers.set(event.pointerId, event);
});
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => { pointers.delete(event.pointerId); svg.classList.remove("moving"); });
svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), pointAt(event)); }, { passive: false });
for (const button of document.querySelectorAll("button")) button.addEventListener("click", () => button.dataset.zoom === "fit" ? show([...whole]) : zoom(Number(button.dataset.zoom)));

const mark = (isHit) => {
  const hits = nodes.filter((node) => isHit?.(node));
  for (const node of nodes) {
    node.classList.toggle("hit", hits.includes(node));
    node.classList.toggle("dim", isHit !== null && !hits.includes(node));
  }
  return hits;
};
const groupsOf = (node) => node.dataset.groups.split(" ").filter(Boolean);
const select = (groups) => {
  const hits = mark(groups.length === 0 ? null : (node) => groupsOf(node).some((group) => groups.includes(group)));
  for (const item of items) item.classList.toggle("hit", groups.includes(item.dataset.group));
  return hits;
};
let found = [];
let next = 0;
search.addEventListener("input", () => {
  const text = search.value.trim().toLowerCase();
  const matches = ({ dataset }) => dataset.name.toLowerCase().includes(text);
  found = text === "" ? (mark(null), []) : mark(matches);
  next = 0;
  for (const item of items) item.hidden = text !== "" && !item.textContent.toLowerCase().includes(text);
  status.textContent = text === "" ? "" : found.length + (found.length === 1 ? " layer" : " layers");
  if (found[0]) centre(found[0]);
});
search.addEventListener("keydown", (event) => { if (event.key === "Enter" && found.length > 0) centre(found[++next % found.length]); });
const onChoice = (element, choose) => {
  element.addEventListener("click", choose);
  element.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(); });
};
for (const node of nodes) onChoice(node, () => { select(groupsOf(node)); document.querySelector("li.hit")?.scrollIntoView({ block: "nearest" }); });
for (const item of items) if (item.dataset.group !== undefined) onChoice(item, () => { const [first] = select([item.dataset.group]); if (first) centre(first); });
window.addEventListener("keydown", (event) => { if (event.key === "Escape") { search.value = ""; search.dispatchEvent(new Event("input")); select([]); } });
start();
`;

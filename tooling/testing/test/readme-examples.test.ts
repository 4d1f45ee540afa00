/** The READMEs show the packages' examples and what they print. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";

const packages = path.join(import.meta.dirname, "../../../packages");

/** `readme`: where it is not the package's own. */
const examples: readonly { readonly name: string; readonly example: string; readonly readme?: string }[] = [
  { name: "pruner", example: "prune-once", readme: "../README.md" },
  { name: "wasm-kernels", example: "segment-sum" },
  { name: "dependency-graph", example: "print-groups" },
  { name: "surgery", example: "remove-filters" },
  { name: "criteria", example: "score-units" },
  { name: "pruner", example: "prune-half" },
  { name: "pruner", example: "recover" },
  { name: "oracle", example: "true-importance" },
  { name: "compensation", example: "refit" },
  { name: "training", example: "train" },
  { name: "training", example: "distill" },
  { name: "metrics", example: "count" },
  { name: "model-files", example: "save-and-load" },
];

it.each(examples)("$name: $example", async ({ name, example, readme: shownIn }) => {
  const readme = fs.readFileSync(path.join(packages, shownIn ?? `${name}/README.md`), "utf8");
  const file = path.join(packages, name, "examples", `${example}.ts`);
  const block = `\`\`\`ts\n${fs.readFileSync(file, "utf8")}\`\`\``;
  expect(readme).toContain(block);
  const shown = readme.split(block)[1]?.split("```text\n")[1]?.split("\n```")[0];
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    lines.push(values.map(text).join(" "));
  });
  try {
    await import(pathToFileURL(file).href);
  } finally {
    log.mockRestore(); // also after an example that throws: other files share this process
  }
  expect(lines.join("\n")).toBe(shown);
});

/** As Node prints it, in the cases that the examples have. */
function text(value: unknown): string {
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value)
    .replaceAll('"', "")
    .replaceAll(/[{:[,]/g, "$& ")
    .replaceAll(/[}\]]/g, " $&");
}

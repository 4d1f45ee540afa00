/** `secateur graph`: which channels can only be removed together, and which never, as text, JSON, Mermaid or a page. */
import fs from "node:fs";
import path from "node:path";
import { withStaging } from "@secateur/base/node";
import { filePath, type Program, UsageError } from "@secateur/command-line";
import { buildDependencyGraph, describeGraph, toMermaid } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { z } from "zod";
import { startEngine } from "../engine.ts";
import { CommandError } from "../errors.ts";
import { graphJson } from "../graph/graph-json.ts";
import { graphPage } from "../graph/graph-page.ts";
import { openModel } from "../open-model.ts";
import { shownPath } from "../output-folder.ts";
import { jsonFlag, modelFlag, optionalPath, rulesFlag } from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";

interface GraphSettings {
  readonly model: string;
  readonly rules: string | null;
  readonly json: boolean;
  readonly mermaid: boolean;
  readonly html: string | null;
}

const program: Program<GraphSettings> = {
  command: "npx secateur graph",
  purpose: "Show which channels can only be removed together, and which never.",
  flags: {
    model: modelFlag,
    rules: rulesFlag,
    json: jsonFlag,
    mermaid: { kind: "switch", group: "Output", help: "Print a Mermaid flowchart." },
    html: {
      kind: "path",
      group: "Output",
      value: "FILE",
      help: "Write a page that one can pan, zoom and search; it needs no other file.",
    },
  },
  defaults: {},
  complete: (given) => ({ model: "", rules: null, json: false, mermaid: false, html: null, ...given }),
  schema: z.strictObject({
    model: filePath,
    rules: optionalPath,
    json: z.boolean(),
    mermaid: z.boolean(),
    html: optionalPath,
  }),
  examples: [
    ["Groups, and what is pinned and why:", "model.json"],
    ["A page to look around in:", "model.json --html graph.html"],
  ],
};

export const graph: Subcommand = subcommand(program, async (settings, { print }) => {
  const { json, mermaid, html } = settings;
  if ([json, mermaid, html !== null].filter(Boolean).length > 1)
    throw new UsageError("--json, --mermaid and --html are different outputs: give one of them.");
  if (html !== null) requireWritable(html);
  await startEngine("wasm");
  const { model, rules } = await openModel(settings.model, settings.rules);
  const found = buildDependencyGraph(model, { rules });
  if (json) print(JSON.stringify(graphJson(found), null, 2));
  else if (mermaid) print(toMermaid(found));
  else if (html === null) print(describeGraph(found));
  else {
    await writePage(html, graphPage(found));
    print(`Wrote ${shownPath(html)}.`);
  }
  disposeModel(model);
  return 0;
});

/** @throws CommandError unless the file can be written: its folder exists, and it is no folder itself. */
function requireWritable(file: string): void {
  const folder = path.dirname(file);
  if (!fs.existsSync(folder))
    throw new CommandError(`--html: there is no folder ${folder}. Create it first.`);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new CommandError(`--html: ${file} is a folder. Give the name of a file, such as graph.html.`);
}

/** All or nothing. */
async function writePage(file: string, text: string): Promise<void> {
  await withStaging(path.dirname(file), async (staging) => {
    const temporary = path.join(staging, "page.html");
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  });
}

/** `pnpm docs:layers`: writes the table of layer classes into docs/layers.md. */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { withLayerTable } from "./layer-document.ts";

const file = resolve(import.meta.dirname, "../../../docs/layers.md");
await writeFile(file, withLayerTable(await readFile(file, "utf8")));

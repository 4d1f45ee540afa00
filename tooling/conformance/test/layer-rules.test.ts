/** Every layer class of the table, through the conformance kit; and the table has every class that tfjs-layers registers. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { supportedLayers } from "@secateur/dependency-graph";
import { layerClasses } from "@secateur/model-graph";
import { expect, it } from "vitest";
import { describeLayerRule } from "../src/index.ts";
import { withLayerTable } from "../src/layer-document.ts";
import { buildLayerNetwork, layerNetworks } from "./layer-networks.ts";

it("every layer class that tfjs-layers registers has a row in the tables of rules and MACs", () => {
  const script = path.join(import.meta.dirname, "registered-layers.mjs");
  const registered: readonly string[] = JSON.parse(
    execFileSync(process.execPath, [script], { encoding: "utf8" }),
  );
  expect(registered.toSorted()).toEqual([...layerClasses].toSorted());
});

it("docs/layers.md has the table", () => {
  const file = path.join(import.meta.dirname, "../../../docs/layers.md");
  const document = fs.readFileSync(file, "utf8");
  expect(document, "run pnpm docs:layers").toBe(withLayerTable(document));
});

/** Tested in `recurrent-rules.test.ts`. */
const without = ["SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM2D", "Bidirectional", "TimeDistributed"];

it("every class that can be in a graph has a network", () => {
  expect(supportedLayers.filter((name) => layerNetworks[name] === undefined)).toEqual(without);
});

for (const className of supportedLayers) {
  for (const network of layerNetworks[className] ?? []) {
    const options = network.pins === undefined ? {} : { pins: network.pins };
    describeLayerRule(className, () => buildLayerNetwork(network), { plans: 8, ...options });
  }
}

/** Rules of recurrent layers and wrappers. */
import { describe } from "vitest";
import { describeLayerRule } from "../src/index.ts";
import { recurrentNetworks } from "./recurrent-networks.ts";

for (const { className, name, build, pins } of recurrentNetworks)
  describe(name, () =>
    describeLayerRule(className, build, { plans: 8, ...(pins === undefined ? {} : { pins }) }),
  );

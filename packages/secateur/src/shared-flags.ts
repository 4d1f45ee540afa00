/** Flags that several commands have. */
import { type Flag, filePath } from "@secateur/command-line";
import { nativeEngineNames } from "@secateur/native-engine";
import type { z } from "zod";

export const modelFlag: Flag = {
  kind: "path",
  group: "Model",
  value: "MODEL",
  help: "The path of a model.json, or of its folder.",
  isOperand: true,
};

export const planFlag: Flag = {
  kind: "path",
  group: "Model",
  value: "PLAN",
  help: "The path of a plan.json.",
  isOperand: true,
};

export const rulesFlag: Flag = {
  kind: "path",
  group: "Model",
  value: "FILE",
  help: "A module for layers of your own: exports rules, an object from class name to layer rule, and layers, a list of the classes.",
};

export const outFlag: Flag = {
  kind: "path",
  group: "Output",
  value: "DIR",
  help: "Folder for the result, which is written completely or not at all.",
};

export const forceFlag: Flag = {
  kind: "switch",
  group: "Output",
  help: "Replace an earlier result in --out.",
};

export const jsonFlag: Flag = { kind: "switch", group: "Output", help: "Print the result as JSON." };

export const engineFlag: Flag = {
  kind: "text",
  group: "Run",
  value: "NAME",
  help: `The engine that computes; auto takes the fastest one that is installed. One of auto, ${nativeEngineNames.join(", ")}.`,
};

export const optionalPath: z.ZodNullable<z.ZodString> = filePath.nullable();

/** `parsePlan`: JSON of a plan with parts replaced, and changed bytes. */
import { InvalidPlanError, parsePlan } from "@secateur/surgery";
import { mutateBytes } from "../mutate.ts";
import { type Json, jsonText, mutateJson } from "../random-json.ts";
import type { FuzzTarget } from "../target.ts";

const plan: Json = {
  formatVersion: 1,
  fingerprint: "8d5c2f1e",
  remove: { conv1: [0, 3, 7], "block/conv2": [1], constructor: [2] },
};

export const planTarget: FuzzTarget = {
  name: "plan",
  make(random) {
    const text = Buffer.from(jsonText(random.below(8) === 0 ? plan : mutateJson(plan, random)));
    return random.below(2) === 0 ? text : mutateBytes(text, random);
  },
  read: (input) => parsePlan(Buffer.from(input).toString()),
  rejections: [InvalidPlanError],
};

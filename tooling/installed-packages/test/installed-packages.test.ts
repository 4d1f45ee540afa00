/** Reading a README, and telling our type errors from those of others. */
import { expect, it } from "vitest";
import { importsOf, parseReadme } from "../src/readme.ts";
import { ourErrors } from "../src/type-errors.ts";

const example = `/** Counts. */
import {
  countMacs,
  type LayerMacs,
} from "@secateur/metrics";
import "@tensorflow/tfjs-layers"; // gradients
`;

it("a README's packages, and the examples that are whole files", () => {
  const readme = [
    "npm install --ignore-scripts @secateur/metrics @tensorflow/tfjs-node@4.22.0",
    "```ts\nawait model.fit();\n```", // a fragment
    `\`\`\`ts\n${example}\`\`\``,
  ].join("\n\n");
  expect(parseReadme("metrics", readme)).toEqual({
    name: "metrics",
    installs: ["@secateur/metrics", "@tensorflow/tfjs-node@4.22.0"],
    examples: [example],
  });
  expect(importsOf(example)).toEqual(["@secateur/metrics", "@tensorflow/tfjs-layers"]);
});

it("errors are ours in examples, in our declarations and of the compiler itself", () => {
  const store = "../node_modules/.pnpm/";
  const ours = [
    "metrics/example-1.ts(3,4): error TS2307: Cannot find module '@tensorflow/tfjs-core'.",
    `${store}@secateur+metrics/node_modules/@secateur/metrics/dist/index.d.ts(1,1): error TS2304: Cannot find name 'Long'.`,
    "error TS18003: No inputs were found in config file.",
  ];
  const others = [
    `${store}@tensorflow+tfjs-core/node_modules/@tensorflow/tfjs-core/dist/hash_util.d.ts(2,49): error TS2304: Cannot find name 'Long'.`,
    "  The file is in the program because:",
  ];
  expect(ourErrors([...others, ...ours].join("\n"))).toEqual(ours);
});

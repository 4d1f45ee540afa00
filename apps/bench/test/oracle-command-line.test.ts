import { helpText } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { trainedWeights } from "../src/inputs/weights.ts";
import { oracle } from "../src/oracle/program.ts";
import { parserOf } from "./parser.ts";
import { sampleOracle } from "./sample-oracle.ts";

const parse = parserOf(oracle);

describe("bench:oracle's command line", () => {
  it("measures all criteria on the trained network of this repository by default", () => {
    const { given, config } = parse();
    expect(given).toEqual({});
    expect(config).toEqual({
      model: "lenet3",
      weights: trainedWeights("lenet3"),
      criteria: criterionNames,
      criterion: [],
      images: 1280,
      batchSize: 128,
      mode: "eval",
      seed: 0,
      engine: "auto",
      data: null,
      subsetImages: 128,
      jointImages: 256,
    });
    expect(parse("--model", "resnet20").config).toMatchObject({
      weights: trainedWeights("resnet20"),
      subsetImages: 0,
    });
  });

  it("keeps the settings' names of config.json", () => {
    const { given, out } = parse(
      "--batch-size",
      "64",
      "--subset-images=0",
      "--weights",
      "w.th",
      "--out",
      "x",
    );
    expect(given).toEqual({ batchSize: 64, subsetImages: 0, weights: "/home/me/w.th" });
    expect(out).toBe("/home/me/x");
    expect(oracle.schema.parse(sampleOracle().config)).toEqual(sampleOracle().config);
  });

  it.each([
    [["--modle", "x"], "Unknown option '--modle'. Did you mean one of --mode, --model? See --help."],
    [["--batchSize", "64"], "Unknown option '--batchSize'. Did you mean --batch-size? See --help."],
    [["--ratios", "0.5"], /^Unknown option '--ratios'\./],
    [["lenet3"], '"lenet3" is not a flag: flags start with --. See --help.'],
    [["--images"], "Option '--images <N>' argument missing. See --help."],
    [["--seed", "1", "--seed", "2"], "--seed is given 2 times; give it once."],
    [["--subsetImages", "3"], "Unknown option '--subsetImages'. Did you mean --subset-images? See --help."],
    [
      ["--model", "resnet21"],
      /^--model must be one of lenet3, .*, not "resnet21"\. Did you mean "resnet20"\?$/,
    ],
    [
      ["--criteria", "taylor-gat"],
      /^--criteria must be one of .*, not "taylor-gat"\. Did you mean "taylor-gate"\?$/,
    ],
    [["--criteria", ","], "--criteria must name at least one criterion."],
    [["--mode", "test"], '--mode must be one of train, eval, not "test".'],
    [["--images", "abc"], '--images must be a number (training images), not "abc".'],
    [["--images", "1"], "--images must be at least 2, not 1."],
    [["--subset-images", "60000"], /^--subset-images must be at most 50000, the training images of CIFAR-10/],
    [["--batch-size", "1.5"], "--batch-size must be a whole number of training images, not 1.5."],
    [["--seed", "-1"], "--seed must be a whole number from 0 to 2147483648, not -1."],
    [["--model", "vgg11-bn"], /^--weights is missing, and this repository has no trained vgg11-bn: give, /],
    [["--resume"], "--resume needs --out DIR, the directory of the run to continue."],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => parse(...args)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: typeof message === "string" ? message : expect.stringMatching(message),
      }),
    );
  });

  it("has a complete help", async () => {
    expect(parseArguments(["-h"], oracle, "/")).toBeNull();
    await expect(helpText(oracle)).toMatchFileSnapshot("golden/oracle-help.txt");
  });
});

import { helpText } from "@secateur/command-line";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { quickDefaults } from "../src/compensation/config.ts";
import { methodsIn } from "../src/compensation/methods.ts";
import { compensation } from "../src/compensation/program.ts";
import { repeatCommand } from "../src/compensation/repeat-command.ts";
import { trainedWeights } from "../src/inputs/weights.ts";
import { parserOf } from "./parser.ts";

const parse = parserOf(compensation);

describe("bench:compensation's command line", () => {
  it("refits this repository's ResNet-20 by default", () => {
    expect(parse().config).toEqual({
      model: "resnet20",
      weights: trainedWeights("resnet20"),
      criteria: ["obd", "taylor-gate", "taylor-margin", "l2", "random"],
      criterion: [],
      normalization: "auto",
      macs: [0.3, 0.5],
      methods: [
        "none",
        "mean-into-bias",
        "output-scale",
        "batch-norm",
        "least-squares",
        "swap-units+least-squares",
        "trials+swap-units+least-squares",
      ],
      images: 1280,
      samples: [128, 256, 512, 1280, 5000],
      shifted: false,
      unlabelled: false,
      cost: ["resnet20"],
      seeds: [0, 1, 2],
      testImages: null,
      engine: "auto",
      data: null,
      quick: false,
    });
    expect(parse("--quick", "--images", "64").config).toMatchObject({ ...quickDefaults, images: 64 });
    expect(parse("--model", "resnet56").config.cost).toEqual(["resnet56"]);
  });

  it("sorts numbers and keeps the order of methods", () => {
    const { config } = parse(
      "--macs",
      "0.5,0.3",
      "--seeds",
      "4,1",
      "--methods",
      "least-squares+batch-norm,none",
    );
    expect(config).toMatchObject({
      macs: [0.3, 0.5],
      seeds: [1, 4],
      methods: ["least-squares+batch-norm", "none"],
    });
    expect(methodsIn("least-squares+batch-norm")).toEqual(["least-squares", "batch-norm"]);
    expect(methodsIn("batch-norm+least-squares")).toEqual(["batch-norm", "least-squares"]);
    expect(methodsIn("none")).toEqual([]);
  });

  it.each([
    [["--macs", "30"], "--macs must be shares of the MACs to remove, between 0 and 1, not 30."],
    [["--macs", ","], "--macs must name at least one value."],
    [
      ["--methods", "least-square"],
      /^--methods must be none, or one or several of mean-into-bias, .* joined by \+, not "least-square"\.$/,
    ],
    [["--methods", "none+batch-norm"], /^--methods must be none, or one or several of /],
    [["--seeds", "-1"], "--seeds must be at least 0, not -1."],
    [["--seeds", "0,0"], "--seeds contains the same value twice."],
    [["--samples", "60000"], /^--samples must be at most 50000, the training images of CIFAR-10/],
    [["--images", "many"], '--images must be a number (training images), not "many".'],
    [["--test-images", "10001"], "--test-images must be at most 10000."],
    [["--cost", "resnet21"], /^--cost must be one of .*, not "resnet21"\. Did you mean "resnet20"\?$/],
    [["--criteria", ","], "--criteria must name at least one criterion."],
    [["--model", "vgg11-bn"], /^--weights is missing, and this repository has no trained vgg11-bn: give, /],
    [["--unlabeled"], "Unknown option '--unlabeled'. Did you mean --unlabelled? See --help."],
    [["--resume"], "--resume needs --out DIR, the directory of the run to continue."],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => parse(...args)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: typeof message === "string" ? message : expect.stringMatching(message),
      }),
    );
  });

  it.each([
    ["", ""],
    ["--quick --shifted", " --shifted --quick"],
    ["--model resnet56 --samples ,", " --model resnet56 --samples ,"],
    ["--weights /a --cost resnet20,resnet50", " --weights /a --cost resnet20,resnet50"],
  ])("repeats %j", (args, expected) => {
    const words = args.split(" ").filter(Boolean);
    expect(repeatCommand(parse(...words).config)).toBe(`npx pnpm@10.34.9 bench:compensation${expected}`);
  });

  it("has a complete help", async () => {
    expect(parseArguments(["-h"], compensation, "/")).toBeNull();
    await expect(helpText(compensation)).toMatchFileSnapshot("golden/compensation-help.txt");
  });
});

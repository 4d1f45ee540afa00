import fs from "node:fs";
import { helpText } from "@secateur/command-line";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { completeConfig, defaults, iterativeDefaults, quickDefaults } from "../src/compare/cifar10-config.ts";
import { cifar10 } from "../src/compare/cifar10-program.ts";
import { repeatCommand } from "../src/compare/repeat-command.ts";
import { parserOf } from "./parser.ts";

const parse = parserOf(cifar10);

describe("parseArguments", () => {
  it("uses the defaults without flags", () => {
    expect(parse()).toEqual({ given: {}, config: defaults, out: null, resume: false });
  });

  it("ignores the -- that pnpm passes on", () => {
    expect(parse("--", "--quick").config).toEqual({ ...defaults, ...quickDefaults, quick: true });
  });

  it("lets flags win over --quick", () => {
    expect(parse("--quick", "--epochs", "7").config).toMatchObject({ epochs: 7, seeds: 1 });
  });

  it("does not train a network that comes with weights", () => {
    expect(parse("--weights", "w.th").config).toMatchObject({ weights: "/home/me/w.th", epochs: 0 });
  });

  it("has ratios and a frequency for --iterative", () => {
    expect(parse("--iterative", "--quick").config).toMatchObject({ ...iterativeDefaults, seeds: 1 });
    const { given, config } = parse("--iterative", "--per-removal", "7", "--frequency=3", "--ratios", "0.5");
    expect(given).toEqual({ iterative: true, ratios: [0.5], frequency: 3, "per-removal": 7 });
    expect(config).toMatchObject(given);
  });

  it("repairs one-shot results unless told otherwise, and iterative ones never", () => {
    expect(parse("--no-compensate")).toMatchObject({
      given: { compensate: false },
      config: { compensate: false },
    });
    expect(parse("--iterative").config.compensate).toBe(false);
    expect(parse("--iterative", "--repair-removals", "--distill").config).toMatchObject({
      ...{ "repair-removals": true, distill: true },
    });
  });

  it("accepts several criterion files, sorts ratios, makes paths absolute", () => {
    const { given, out } = parse(
      "--criterion=a.ts",
      "--criterion",
      "/b.ts",
      "--ratios",
      "0.7, 0.2",
      "--out",
      "x",
    );
    expect(given).toEqual({ criterion: ["/home/me/a.ts", "/b.ts"], ratios: [0.2, 0.7] });
    expect(out).toBe("/home/me/x");
  });

  it("keeps the word that stands for generated images, and old names of budgets", () => {
    expect(parse("--data", "synthetic").given).toEqual({ data: "synthetic" });
    expect(parse("--data", "./synthetic").given).toEqual({ data: "/home/me/synthetic" });
    expect(parse("--budget", "params").given).toEqual({ budget: "parameters" });
  });

  it.each([["--help"], ["-h"], ["--quick", "--help"]])("recognises a request for help: %s", (...args) => {
    expect(parseArguments(args, cifar10, "/")).toBeNull();
  });

  it.each([
    [["--ratio", "0.3"], "Unknown option '--ratio'. Did you mean --ratios? See --help."],
    [["--no-such"], "Unknown option '--no-such'. See --help."],
    [["-q"], "Unknown option '-q'. See --help."],
    [["--quick=no"], "Unknown option '--quick=no'. Did you mean --quick? See --help."],
    [["quick"], '"quick" is not a flag: flags start with --. See --help.'],
    [["--ratios"], "Option '--ratios <R,S,…>' argument missing. See --help."],
    [["--out", "--quick"], "--out needs a value: --out DIR. See --help."],
    [["--epochs", "1", "--epochs=2"], "--epochs is given 2 times; give it once."],
    [["--quick", "--quick"], "--quick is given 2 times; give it once."],
    [["--ratios", "0.3,1.5"], "--ratios must be shares to remove, between 0 and 1, not 1.5."],
    [["--ratios", "30"], "--ratios must be shares to remove, between 0 and 1, not 30. Did you mean 0.3?"],
    [["--ratios", "0"], "--ratios must be shares to remove, between 0 and 1, not 0."],
    [["--ratios", "half"], '--ratios must be a number (the share to remove), not "half".'],
    [["--ratios", "0.3,0.3"], "--ratios contains the same value twice."],
    [["--criteria", ","], "--criteria must name at least one criterion."],
    [["--engine", "gpu"], /^--engine must be one of auto, .*, not "gpu"\. Did you mean "tensorflow-gpu"\?$/],
    [["--budget", "flops"], /^--budget must be one of units, macs, parameters, not "flops"\.$/],
    [
      ["--criteria", "l1,taylor-gat"],
      /^--criteria must be one of .*, not "taylor-gat"\. Did you mean "taylor-gate"\?$/,
    ],
    [["--model", "resnet21"], /^--model must be one of .*, not "resnet21"\. Did you mean "resnet20"\?$/],
    [["--seeds", "1.5"], "--seeds must be a whole number of seeds, not 1.5."],
    [["--seeds", "0"], "--seeds must be at least 1, not 0."],
    [["--finetune", "-1"], "--finetune must be 0 or more epochs, not -1."],
    [["--epochs", "two"], '--epochs must be a number (epochs), not "two".'],
    [["--epochs", "0"], /^--epochs is 0, so no network would be trained/],
    [
      ["--frequency", "5"],
      /^--frequency applies to iterative pruning only: add --iterative, or leave it out\.$/,
    ],
    [["--per-removal", "5"], /^--per-removal applies to iterative pruning only: add --iterative/],
    [["--repair-removals"], /^--repair-removals applies to iterative pruning only: add --iterative/],
    [
      ["--distill", "--finetune", "0"],
      /^--distill applies to fine-tuning only: give --finetune more than 0 epochs/,
    ],
    [["--iterative", "--frequency", "0"], "--frequency must be at least 1, not 0."],
    [["--iterative", "--per-removal", "0.1"], "--per-removal must be a whole number of units, not 0.1."],
    [["--per-remove", "5"], "Unknown option '--per-remove'. Did you mean --per-removal? See --help."],
    [["--subset", "7"], "--subset must be at least 50, not 7."],
    [["--subset", "60000"], /^--subset must be at most 50000, the training images of CIFAR-10/],
    [["--resume"], "--resume needs --out DIR, the directory of the run to continue."],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => parse(...args)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: typeof message === "string" ? message : expect.stringMatching(message),
      }),
    );
  });
});

describe("helpText", () => {
  it("is complete", async () => {
    await expect(helpText(cifar10)).toMatchFileSnapshot("golden/help.txt");
  });
});

describe("repeatCommand", () => {
  it.each([
    ["", "npx pnpm@10.34.9 bench:cifar10"],
    ["--quick", "npx pnpm@10.34.9 bench:cifar10 --quick"],
    ["--quick --seeds 3", "npx pnpm@10.34.9 bench:cifar10 --seeds 3 --quick"],
    ["--iterative --quick", "npx pnpm@10.34.9 bench:cifar10 --iterative --quick"],
    [
      "--iterative --per-removal 4 --ratios 0.5",
      "npx pnpm@10.34.9 bench:cifar10 --ratios 0.5 --iterative --per-removal 4",
    ],
    ["--criteria , --criterion /mine.ts", "npx pnpm@10.34.9 bench:cifar10 --criteria , --criterion /mine.ts"],
    ["--quick --no-compensate", "npx pnpm@10.34.9 bench:cifar10 --no-compensate --quick"],
    ["--iterative --no-compensate", "npx pnpm@10.34.9 bench:cifar10 --iterative"],
    ["--weights /a --finetune 0", "npx pnpm@10.34.9 bench:cifar10 --weights /a --finetune 0"],
  ])("repeats %j", (args, expected) => {
    expect(repeatCommand(parse(...args.split(" ").filter(Boolean)).config)).toBe(expected);
  });

  it("quotes what a shell would split, and is read back the same", () => {
    const config = completeConfig({ criterion: ["/my own/it's.ts"] });
    expect(repeatCommand(config)).toContain(`--criterion '/my own/it'\\''s.ts'`);
  });
});

it.each(["lenet3", "resnet20", "resnet56"])("still reads the settings of the run that trained %s", (name) => {
  const file = new URL(`../trained/${name}/config.json`, import.meta.url);
  const { formatVersion: _, ...settings } = JSON.parse(fs.readFileSync(file, "utf8"));
  expect(cifar10.schema.parse(settings)).toMatchObject({ ...settings, compensate: false });
});

import fs from "node:fs";
import { describe, expect, it } from "vitest";
import { helpText } from "../src/cli/help.ts";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { completeConfig, defaults, iterativeDefaults, quickDefaults } from "../src/compare/cifar10-config.ts";
import { cifar10 } from "../src/compare/cifar10-program.ts";
import { commandLine } from "../src/compare/repeat-command.ts";
import { parserOf } from "./parser.ts";

const parse = parserOf(cifar10);

describe("parseArguments", () => {
  it("completes nothing by the defaults", () => {
    expect(parse()).toEqual({ given: {}, config: defaults, out: null, resume: false });
  });

  it("drops the -- that pnpm passes on", () => {
    expect(parse("--", "--quick").config).toEqual({ ...defaults, ...quickDefaults, quick: true });
  });

  it("lets flags win over --quick", () => {
    expect(parse("--quick", "--epochs", "7").config).toMatchObject({ epochs: 7, seeds: 1 });
  });

  it("does not train a network that comes with weights", () => {
    expect(parse("--weights", "w.th").config).toMatchObject({ weights: "/home/me/w.th", epochs: 0 });
  });

  it("gives --iterative ratios and a frequency of its own", () => {
    expect(parse("--iterative", "--quick").config).toMatchObject({ ...iterativeDefaults, seeds: 1 });
    const { given, config } = parse("--iterative", "--per-removal", "7", "--frequency=3", "--ratios", "0.5");
    expect(given).toEqual({ iterative: true, ratios: [0.5], frequency: 3, "per-removal": 7 });
    expect(config).toMatchObject(given);
  });

  it("takes several criteria of one's own, sorts ratios, makes paths absolute", () => {
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

  it.each([["--help"], ["-h"], ["--quick", "--help"]])("sees that help is wanted: %s", (...args) => {
    expect(parseArguments(args, cifar10, "/")).toBeNull();
  });

  it.each([
    [["--ratio", "0.3"], 'There is no flag --ratio. Did you mean "--ratios"? See --help.'],
    [["--no-such"], "There is no flag --no-such. See --help."],
    [["-q"], "There is no flag -q. See --help."],
    [["--quick=no"], "--quick takes no value: give it alone, or leave it out."],
    [["quick"], '"quick" is not a flag: they begin with --. See --help.'],
    [["--ratios"], "--ratios needs a value: --ratios R,S,…. See --help."],
    [["--out", "--quick"], "--out needs a value: --out DIR. See --help."],
    [["--epochs", "1", "--epochs=2"], "--epochs was given 2 times; give it once."],
    [["--quick", "--quick"], "--quick was given 2 times; give it once."],
    [["--ratios", "0.3,1.5"], "--ratios wants shares to remove, between 0 and 1, not 1.5."],
    [["--ratios", "30"], "--ratios wants shares to remove, between 0 and 1, not 30. Did you mean 0.3?"],
    [["--ratios", "0"], "--ratios wants shares to remove, between 0 and 1, not 0."],
    [["--ratios", "half"], '--ratios wants a number (the share to remove), not "half".'],
    [["--ratios", "0.3,0.3"], "--ratios has the same entry twice."],
    [["--criteria", ","], "--criteria wants at least one criterion."],
    [["--engine", "gpu"], /^--engine knows no engine "gpu". Did you mean "webgpu"\? There are: auto, /],
    [["--budget", "flops"], /^--budget knows no budget "flops". There are: units, macs, params\.$/],
    [
      ["--criteria", "l1,taylor-gat"],
      /^--criteria knows no criterion "taylor-gat". Did you mean "taylor-gate"\?/,
    ],
    [["--model", "resnet21"], /^--model knows no model "resnet21". Did you mean "resnet20"\?/],
    [["--seeds", "1.5"], "--seeds wants a whole number of seeds, not 1.5."],
    [["--seeds", "0"], "--seeds wants at least 1, not 0."],
    [["--finetune", "-1"], "--finetune wants 0 or more epochs, not -1."],
    [["--epochs", "two"], '--epochs wants a number (epochs), not "two".'],
    [["--epochs", "0"], /^--epochs is 0, so nothing would be trained/],
    [
      ["--frequency", "5"],
      /^--frequency is about pruning step by step: give --iterative too, or leave it out\.$/,
    ],
    [["--per-removal", "5"], /^--per-removal is about pruning step by step: give --iterative too/],
    [["--iterative", "--frequency", "0"], "--frequency wants at least 1, not 0."],
    [["--iterative", "--per-removal", "0.1"], "--per-removal wants a whole number of units, not 0.1."],
    [["--per-remove", "5"], 'There is no flag --per-remove. Did you mean "--per-removal"? See --help.'],
    [["--subset", "7"], "--subset wants at least 50, not 7."],
    [["--subset", "60000"], /^--subset wants at most 50000 training images/],
    [["--resume"], "--resume needs --out DIR, the directory of the run to go on with."],
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

describe("commandLine", () => {
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
    ["--weights /a --finetune 0", "npx pnpm@10.34.9 bench:cifar10 --weights /a --finetune 0"],
  ])("repeats %j", (args, expected) => {
    expect(commandLine(parse(...args.split(" ").filter(Boolean)).config)).toBe(expected);
  });

  it("quotes what a shell would split, and is read back the same", () => {
    const config = completeConfig({ criterion: ["/my own/it's.ts"] });
    expect(commandLine(config)).toContain(`--criterion '/my own/it'\\''s.ts'`);
  });
});

it.each(["lenet3", "resnet20", "resnet56"])("still reads the settings of the run that trained %s", (name) => {
  const file = new URL(`../trained/${name}/config.json`, import.meta.url);
  const { formatVersion: _, ...settings } = JSON.parse(fs.readFileSync(file, "utf8"));
  expect(cifar10.schema.parse(settings)).toMatchObject(settings);
});

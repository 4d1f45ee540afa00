import { helpText } from "@secateur/command-line";
import { describe, expect, it } from "vitest";
import { defaults, iterativeDefaults } from "../src/compare/imagenet-config.ts";
import { imagenet } from "../src/compare/imagenet-program.ts";
import { repeatCommand } from "../src/compare/repeat-command.ts";
import { parserOf } from "./parser.ts";

const parse = parserOf(imagenet);
const given = "--data /inet --weights /r50.pth";

describe("bench:imagenet's command line", () => {
  it("has help that is complete", async () => {
    await expect(helpText(imagenet)).toMatchFileSnapshot("golden/imagenet-help.txt");
  });

  it("uses the paper's criterion and pace with --iterative", () => {
    expect(parse("--iterative").config).toEqual({ ...defaults, ...iterativeDefaults, iterative: true });
    expect(parse("--iterative", "--criteria", "l1,l2").config.criteria).toEqual(["l1", "l2"]);
  });

  it.each([
    [["--model", "resnet20"], /^--model must be one of .*, not "resnet20"\. Did you mean "resnet\d+"\?$/],
    [["--epochs", "1"], /^Unknown option '--epochs'\./],
    [
      ["--network", "/m.json", "--model", "resnet50"],
      /^--model names a network of the table; give it or --network, not both\.$/,
    ],
    [
      ["--network", "/m.json", "--weights", "/w.pth"],
      /^--weights is for the networks of the table: .*; give it or --network/,
    ],
    [["--preprocess", "torch"], /^--preprocess applies to --network only/],
    [
      ["--network", "/m.json", "--preprocess", "tourch"],
      /^--preprocess must be one of .* Did you mean "torch"\?$/,
    ],
    [["--subset", "0"], /^--subset must be at least 1, not 0\.$/],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it.each([
    given,
    `${given} --subset 12800 --model mobilenet-v2`,
    "--data /samples --network /m/model.json --preprocess keras --classes /all.txt --criteria all --budget macs",
    `${given} --iterative --per-removal 50`,
  ])("is repeated from the settings: %s", (args) => {
    const { config } = parse(...args.split(" "));
    const [, , , ...words] = repeatCommand(config).split(" ");
    expect(repeatCommand(config)).toMatch(/^npx pnpm@10.34.9 bench:imagenet /);
    expect(words).toHaveLength(args.split(" ").length);
    expect(parse(...words).config).toEqual(config);
  });
});

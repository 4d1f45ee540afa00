import { expect, it } from "vitest";
import { readAPickle } from "../examples/read-a-pickle.ts";

it("the README's example reads the data and rejects the attack", () => {
  expect(readAPickle()).toEqual({
    data: new Map<string, unknown>([
      ["epochs", 3],
      ["rates", [0.1, 0.01]],
    ]),
    refused: "posix.system",
  });
});

import { createRandom } from "@secateur/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resample, type View } from "../src/images/resample.ts";
import { centerCrop, DatasetOptionError, randomResizedCrop } from "../src/index.ts";
import { formulaBytes } from "./tiny-images.ts";

const chance = createRandom(1);

/** The whole image, scaled. */
const whole = (height: number, width: number, toHeight: number, toWidth: number): View => ({
  box: { top: 0, left: 0, height, width },
  scaled: { height: toHeight, width: toWidth },
  window: { top: 0, left: 0, height: toHeight, width: toWidth },
  mirrored: false,
});

describe("resample", () => {
  // numpy.asarray(Image.fromarray(image).resize((width, height), Image.BILINEAR)).ravel(), Pillow 12.0
  it.each([
    {
      from: [5, 7],
      to: [3, 4],
      pillow: [
        110, 132, 97, 118, 131, 159, 139, 144, 129, 126, 154, 149, 123, 163, 82, 137, 123, 110, 132, 85, 126,
        159, 84, 132, 59, 179, 133, 122, 149, 127, 190, 88, 114, 185, 134, 99,
      ],
    },
    {
      from: [3, 2],
      to: [4, 5],
      pillow: [
        0, 38, 90, 16, 58, 88, 78, 137, 82, 140, 216, 76, 156, 236, 74, 114, 44, 149, 114, 64, 147, 111, 142,
        140, 108, 220, 132, 107, 240, 130, 151, 49, 120, 151, 68, 128, 147, 145, 158, 142, 222, 187, 142, 241,
        195, 100, 50, 14, 115, 69, 37, 174, 145, 130, 233, 221, 223, 248, 240, 246,
      ],
    },
  ] as const)("scales $from to $to as Pillow does", ({ from: [height, width], to, pillow }) => {
    const image = { data: formulaBytes(height, width), height, width };
    expect([...resample(image, whole(height, width, to[0], to[1]))]).toEqual(pillow);
  });

  it("keeps an image of the right size unchanged", () => {
    const image = { data: formulaBytes(4, 6), height: 4, width: 6 };
    expect(resample(image, whole(4, 6, 4, 6))).toEqual(image.data);
  });

  it("equals cropping after scaling the box, mirrored or not", () => {
    const image = { data: formulaBytes(30, 40), height: 30, width: 40 };
    const box = { top: 3, left: 5, height: 22, width: 31 };
    const window = { top: 2, left: 4, height: 7, width: 6 };
    const cut = Uint8Array.from({ length: 22 * 31 * 3 }, (_, i) => {
      const row = Math.floor(i / 93);
      return image.data[(row + 3) * 120 + 15 + (i % 93)] ?? 0;
    });
    const scaled = resample({ data: cut, height: 22, width: 31 }, whole(22, 31, 11, 17));
    for (const mirrored of [false, true]) {
      const view = resample(image, { box, scaled: { height: 11, width: 17 }, window, mirrored });
      const expected = Uint8Array.from({ length: 7 * 6 * 3 }, (_, i) => {
        const [row, column] = [Math.floor(i / 18), Math.floor((i % 18) / 3)];
        return scaled[((row + 2) * 17 + 4 + (mirrored ? 5 - column : column)) * 3 + (i % 3)] ?? 0;
      });
      expect(view).toEqual(expected);
    }
  });
});

describe("centerCrop", () => {
  // torchvision: long side int(256 · long / short), offset int(round((side - 224) / 2)), halves to the even number
  it.each([
    { height: 375, width: 500, scaled: { height: 256, width: 341 }, top: 16, left: 58 },
    { height: 343, width: 256, scaled: { height: 343, width: 256 }, top: 60, left: 16 },
    { height: 90, width: 90, scaled: { height: 256, width: 256 }, top: 16, left: 16 },
  ])("of an image of $height by $width", ({ height, width, scaled, top, left }) => {
    expect(centerCrop().view(height, width, chance)).toEqual({
      box: { top: 0, left: 0, height, width },
      scaled,
      window: { top, left, height: 224, width: 224 },
      mirrored: false,
    });
  });

  it("scales shortSide in proportion to size by default", () => {
    expect(centerCrop({ size: 64 }).view(100, 100, chance).scaled.height).toBe(73);
    expect(centerCrop({ size: 64, shortSide: 64 }).view(100, 100, chance).scaled.height).toBe(64);
    expect(() => centerCrop({ size: 64, shortSide: 63 })).toThrow(/shortSide is 63; .* at least 64/);
  });
});

describe("randomResizedCrop", () => {
  it("crops boxes inside the image of allowed area and aspect ratio", () => {
    const side = fc.integer({ min: 1, max: 700 });
    fc.assert(
      fc.property(side, side, fc.nat(), (height, width, seed) => {
        const { box, scaled, window } = randomResizedCrop({ size: 32 }).view(
          height,
          width,
          createRandom(seed),
        );
        expect(scaled).toEqual({ height: 32, width: 32 });
        expect(window).toEqual({ top: 0, left: 0, height: 32, width: 32 });
        expect(Math.min(box.top, box.left)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.height, box.width)).toBeGreaterThan(0);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
      }),
    );
    const areas: number[] = [];
    const aspects: number[] = [];
    let mirrored = 0;
    for (let i = 0; i < 2000; i++) {
      const view = randomResizedCrop({ scale: [0.2, 0.5] }).view(1000, 1000, createRandom(i));
      areas.push((view.box.height * view.box.width) / 1e6);
      aspects.push(view.box.width / view.box.height);
      if (view.mirrored) mirrored++;
    }
    expect(Math.min(...areas)).toBeCloseTo(0.2, 2);
    expect(Math.max(...areas)).toBeCloseTo(0.5, 2);
    expect(Math.min(...aspects)).toBeCloseTo(3 / 4, 2);
    expect(Math.max(...aspects)).toBeCloseTo(4 / 3, 2);
    expect(Math.abs(mirrored - 1000)).toBeLessThan(100);
  });

  it("takes the middle of a image that is too long", () => {
    const view = (height: number, width: number) => randomResizedCrop().view(height, width, chance).box;
    expect(view(10, 1000)).toEqual({ top: 0, left: 493, height: 10, width: 13 });
    expect(view(1000, 10)).toEqual({ top: 493, left: 0, height: 13, width: 10 });
  });

  it("refuses a scale that makes no sense", () => {
    for (const scale of [
      [0, 1],
      [0.5, 0.4],
      [0.5, 1.1],
    ] as const) {
      expect(() => randomResizedCrop({ scale })).toThrow(DatasetOptionError);
    }
  });
});

/**
 * The view of an encoded image, exact or fast. Exact decodes all pixels and resamples them with Pillow's arithmetic;
 * fast lets sharp do both, which decodes large JPEG files at a half, a quarter or an eighth of their size and skips
 * what the view does not show.
 */
import type { Sharp } from "sharp";
import { decodePixels, type Form, openImage } from "./decode.ts";
import { resample, type View } from "./resample.ts";

export const decodings = ["exact", "fast"] as const;
/**
 * "exact" equals torchvision's pixels. "fast" differs from them by 1.5 of 255 in the mean over ImageNet images with
 * `centerCrop`, and by 4 with `randomResizedCrop`, whose boxes it moves to whole pixels.
 */
export type Decoding = (typeof decodings)[number];

export interface ViewRequest {
  readonly bytes: Uint8Array;
  readonly form: Form;
  readonly view: View;
  readonly decoding: Decoding;
}

/**
 * @returns [window.height, window.width, 3], RGB, 0..255
 * @throws Error with the reason as its message, where the bytes are not a complete image.
 */
export async function viewPixels({ bytes, form, view, decoding }: ViewRequest): Promise<Uint8Array> {
  // sharp would apply a profile to CMYK.
  if (decoding === "exact" || form.space === "cmyk") return resample(await decodePixels(bytes, form), view);
  const image = framed(await openImage(bytes), form, view);
  const { data, info } = await image
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`it has ${info.channels} channels that are not RGB`);
  return data;
}

function framed(image: Sharp, form: Form, { box, scaled, window, mirrored }: View): Sharp {
  const { scale, whole } = scaleOf(form, box, scaled);
  const fill = { fit: "fill", kernel: "linear" } as const;
  // Only an image that is scaled as a whole can be decoded at a smaller size; enlarging it would cost more.
  const isShrunk = scale.x <= 1 && scale.y <= 1;
  const inside = isShrunk ? whole : scaled;
  const left = window.left + (isShrunk ? Math.round(box.left * scale.x) : 0);
  const top = window.top + (isShrunk ? Math.round(box.top * scale.y) : 0);
  const shown = {
    left: Math.min(left, inside.width - window.width),
    top: Math.min(top, inside.height - window.height),
    width: window.width,
    height: window.height,
  };
  const resized = isShrunk
    ? image.resize(whole.width, whole.height, fill)
    : image.extract(box).resize(scaled.width, scaled.height, fill);
  // sharp mirrors before it crops.
  return mirrored
    ? resized.flop().extract({ ...shown, left: inside.width - shown.left - shown.width })
    : resized.extract(shown);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The scale from `box` to `scaled`, and the size of the whole image at that scale. */
function scaleOf(
  form: Size,
  box: Size,
  scaled: Size,
): { readonly scale: { readonly x: number; readonly y: number }; readonly whole: Size } {
  const scale = { x: scaled.width / box.width, y: scaled.height / box.height };
  const whole = {
    width: Math.max(scaled.width, Math.round(form.width * scale.x)),
    height: Math.max(scaled.height, Math.round(form.height * scale.y)),
  };
  return { scale, whole };
}

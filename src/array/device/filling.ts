/**
 * New arrays on a device, where what is made there is what threads would make: constants, diagonals, ranges that f32
 * holds exactly, and random numbers. All else is made on the host's side.
 */

import type { DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import type { DType } from "../../memory/dtype.ts";
import { isComplexValue } from "../element.ts";
import { type Filling, fromDiagonal } from "../filling.ts";
import type { Region } from "../grid.ts";
import { EDGES, INSIDE, normalAt } from "../random/normal.ts";
import { wordsOf } from "../random/philox.ts";
import { rowMajorStrides, type Shape, sizeOf } from "../shape.ts";
import { coalesce } from "../strided.ts";
import { scatter, setIdentity, setRange } from "./kernels.ts";
import { AXES, filled, launch } from "./moving.ts";
import { normal, uniform } from "./philox.ts";

type Making = Promise<DeviceArray | undefined>;

/** Elements of a region as kernels find them in the whole: the first, lengths of axes, and steps. */
type Places = readonly number[];

/** A region of an array of shape `whole`; undefined where a device cannot make it. */
export async function filledRegion(
  device: ComputeDevice,
  dtype: DType,
  filling: Filling,
  whole: Shape,
  region: Region,
): Making {
  const isThere = dtype === "f32" || dtype === "i32" || dtype === "u32" || dtype === "bool";
  if (!isThere) return undefined;
  const { shape } = region;
  if (filling.kind === "constant") {
    const { value } = filling;
    if (isComplexValue(value)) return undefined;
    const number = Number(value);
    return filled(device, shape, dtype, dtype === "bool" ? Number(number !== 0) : number);
  }
  const places = placesOf(whole, region);
  if (!places || sizeOf(whole) >= 2 ** 31) return undefined;
  switch (filling.kind) {
    case "identity": {
      const made = device.create(shape, dtype);
      const [row, column] = fromDiagonal(region.start, filling.offset);
      const args = [made, shape[1] as number, row, column];
      if (made.size > 0) await launch(device, setIdentity, made.size, args);
      return made;
    }
    case "range":
      return dtype === "bool" ? undefined : range(device, dtype, filling, whole, shape, places);
    case "uniform": {
      const made = device.create(shape, "f32");
      const args = [made, ...places, ...wordsOf(filling.seed)];
      if (made.size > 0) await launch(device, uniform, made.size, args);
      return made;
    }
    case "normal":
      return normalRegion(device, filling.seed, shape, places);
    default:
      return undefined;
  }
}

function placesOf(whole: Shape, { start, shape }: Region): Places | undefined {
  const strides = rowMajorStrides(whole);
  const first = start.reduce((sum, place, axis) => sum + place * (strides[axis] as number), 0);
  const nest = coalesce(shape, [strides]);
  const missing = AXES - nest.shape.length;
  if (missing < 0) return undefined;
  const lengths = [...new Array<number>(missing).fill(1), ...nest.shape].slice(1);
  const steps = [...new Array<number>(missing).fill(0), ...(nest.strides[0] ?? [])];
  return [first, ...lengths, ...steps];
}

/** Whole numbers below this are exact in f32, and so are their products with powers of two. */
const MOST_EXACT = { f32: 2 ** 24, i32: 2 ** 31 - 1, u32: 2 ** 31 - 1 } as const;

async function range(
  device: ComputeDevice,
  dtype: "f32" | "i32" | "u32",
  { start, step, last }: Filling & { kind: "range" },
  whole: Shape,
  shape: Shape,
  places: Places,
): Making {
  const end = Math.max(0, sizeOf(whole) - 1);
  if (last !== undefined && last !== start + end * step) return undefined;
  const unit = commonUnit(start, step);
  const most = (Math.abs(start) + Math.abs(step) * end) / unit;
  if (!(most <= MOST_EXACT[dtype]) || (dtype !== "f32" && unit !== 1)) return undefined;
  const made = device.create(shape, dtype);
  const args = [made, ...places, start / unit, step / unit, unit];
  if (made.size > 0) await launch(device, setRange, made.size, args);
  return made;
}

const LEAST_UNIT: number = 2 ** -100;

/** The largest power of two, up to 1, that both numbers are multiples of; 0 where that is very small. */
function commonUnit(a: number, b: number): number {
  let unit = 1;
  while (!Number.isInteger(a / unit) || !Number.isInteger(b / unit)) {
    unit /= 2;
    if (unit < LEAST_UNIT) return 0;
  }
  return unit;
}

// --- Normal numbers ------------------------------------------------------------------------------

/** Positions are in units of 2^31, whose parts are so many. */
const PARTS: number = 2 ** 21;

const edges: Float32Array = Float32Array.from(EDGES.subarray(0, INSIDE.length), (x) => x / 2 ** 31);

/** Below which position a layer is inside of the density: a whole number, and parts of one from 1 on. */
const insideWords: Int32Array = Int32Array.from(
  [...INSIDE].flatMap((x) => {
    const whole = Math.ceil(x * 2 ** 31) - 1;
    return [whole, Math.ceil((x * 2 ** 31 - whole) * PARTS)];
  }),
);

/** About one number in 80 has to be drawn again, which takes f64. */
const restRoom = (size: number): number => Math.ceil(size / 40) + 1000;

/**
 * The numbers of threads within 2 ulp. Those that need more than one draw are made on the host's side and are the same.
 */
async function normalRegion(
  device: ComputeDevice,
  seed: number,
  shape: Shape,
  places: Places,
): Making {
  if (sizeOf(shape) > device.mostElements) return undefined;
  const made = device.create(shape, "f32");
  if (made.size === 0) return made;
  const key = wordsOf(seed);
  const rest = device.upload(new Int32Array(restRoom(made.size)));
  const tables = [device.upload(edges), device.upload(insideWords)];
  await launch(device, normal, made.size, [made, rest, ...tables, ...places, ...key]);
  const noted = (await device.read(rest)) as Int32Array;
  const count = noted[0] as number;
  if (count >= noted.length) return undefined;
  if (count === 0) return made;
  const where = noted.slice(1, count + 1);
  const values = Float32Array.from(where, (at) => normalAt(placeOf(at, places), key));
  await launch(device, scatter, count, [made, device.upload(where), device.upload(values)]);
  return made;
}

/** As `placeIn` finds it in a kernel. */
function placeOf(
  at: number,
  [first = 0, n1 = 1, n2 = 1, n3 = 1, s0 = 0, ...steps]: Places,
): number {
  const [s1 = 0, s2 = 0, s3 = 0] = steps;
  const r2 = Math.trunc(at / n3);
  const r1 = Math.trunc(r2 / n2);
  return first + Math.trunc(r1 / n1) * s0 + (r1 % n1) * s1 + (r2 % n2) * s2 + (at % n3) * s3;
}

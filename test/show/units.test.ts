import { expect, test } from "vitest";
import { bytesText, durationText } from "../../src/show/units.ts";

test.each([
  [0, "0 B"],
  [512, "512 B"],
  [1023, "0.999 KiB"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [2 ** 21, "2 MiB"],
  [123_456_789, "118 MiB"],
  [2 ** 31, "2 GiB"],
  [2 ** 60, "1020 PiB"],
])("%d bytes", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [0, "0 ns"],
  [35e-9, "35 ns"],
  [1.25e-3, "1.25 ms"],
  [999.9e-6, "1 ms"],
  [12.34, "12.3 s"],
  [59.7, "1 min 0 s"],
  [250, "4 min 10 s"],
  [7380, "2 h 3 min"],
])("%d seconds", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

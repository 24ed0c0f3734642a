/** Sizes and times as people read them. */

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `512 B`, `1.5 KiB`, `2 GiB`: three digits at most. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${threeDigits(value)} ${BYTE_UNITS[unit]}`;
}

const TIME_UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"],
];

/** `35 ns`, `1.25 ms`, `12.3 s`, `4 min 10 s`, `2 h 3 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const [size, name] =
    TIME_UNITS.find(([unit]) => seconds >= 0.9995 * unit) ??
    (TIME_UNITS.at(-1) as [number, string]);
  return `${threeDigits(seconds / size)} ${name}`;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

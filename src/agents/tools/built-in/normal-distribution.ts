/** The value that a standard normal variable stays within, to both sides, 95 times of 100. */
export const Z_95 = 1.959963984540054;

/** Terms of the series, and levels of the continued fraction: enough for double precision on their sides of `SPLIT`. */
const TERMS = 100;
const SPLIT = 3;

/** How likely a standard normal variable is at least as far from zero, to either side. */
export function twoSidedProbability(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < SPLIT) {
    // 1 − erf(x), by the series of erf whose terms are all positive.
    let term = 2 * x;
    let sum = term;
    for (let n = 1; n < TERMS; n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // erfc(x) by its continued fraction: far out, 1 − erf(x) would have no digits left.
  let fraction = x;
  for (let n = TERMS; n > 0; n -= 1) fraction = x + n / 2 / fraction;
  return scale / fraction;
}
